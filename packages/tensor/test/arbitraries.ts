import { fc } from "@fast-check/vitest";
import type { DType } from "../src/index.ts";
import { type NaiveArray, sizeOf } from "./naive.ts";

export const dtypes: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

/** A dtype, or one of those given. */
export function dtype(among: readonly DType[] = dtypes): fc.Arbitrary<DType> {
  return fc.constantFrom(...among);
}

/** A shape with extents 0 and 1 among others. */
export function shape({
  minRank = 0,
  maxRank = 4,
  minDimension = 0,
  maxDimension = 4,
}: {
  minRank?: number;
  maxRank?: number;
  minDimension?: number;
  maxDimension?: number;
} = {}): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: minDimension, max: maxDimension }), {
    minLength: minRank,
    maxLength: maxRank,
  });
}

const specials = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
);

/** A value that the dtype holds: any float with its specials, any integer. */
export function element(of: DType): fc.Arbitrary<number> {
  if (of === "bool") return fc.constantFrom(0, 1);
  if (of === "uint8") return fc.integer({ min: 0, max: 255 });
  if (of === "int32") return fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer());
  const any = of === "float32" ? fc.float() : fc.double();
  return fc.oneof(fc.integer({ min: -3, max: 3 }), specials, any);
}

/** An array of the given shape and dtype. */
export function arrayOf(
  of: DType,
  shaped: readonly number[],
  values = element(of),
): fc.Arbitrary<NaiveArray> {
  const length = sizeOf(shaped);
  return fc
    .array(values, { minLength: length, maxLength: length })
    .map((list) => ({ shape: shaped, dtype: of, values: list }));
}

/** An array of any shape and dtype. */
export function array({
  shapes = shape(),
  among = dtypes,
}: {
  shapes?: fc.Arbitrary<number[]>;
  among?: readonly DType[];
} = {}): fc.Arbitrary<NaiveArray> {
  return fc.tuple(shapes, dtype(among)).chain(([shaped, of]) => arrayOf(of, shaped));
}

/** Shapes that broadcast with each other, with the shape that they give. */
export function broadcastable(count: number): fc.Arbitrary<{ result: number[]; shapes: number[][] }> {
  return shape({ maxDimension: 3 }).chain((full) =>
    fc
      .array(
        fc.tuple(
          fc.nat({ max: full.length }),
          fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
        ),
        { minLength: count, maxLength: count },
      )
      .map((choices) => {
        const shapes = choices.map(([from, ones]) =>
          full.map((dimension, axis) => (ones[axis] ? 1 : dimension)).slice(from),
        );
        const result = full.map((_, axis) => {
          const here = shapes.map((one) => one[axis - full.length + one.length] ?? 1);
          return here.find((dimension) => dimension !== 1) ?? 1;
        });
        const rank = Math.max(...shapes.map((one) => one.length));
        return { result: result.slice(full.length - rank), shapes };
      }),
  );
}

/** An axis of a shape, counted from the front or from the end. */
export function axisOf(shaped: readonly number[]): fc.Arbitrary<number> {
  return fc.integer({ min: -shaped.length, max: shaped.length - 1 });
}
