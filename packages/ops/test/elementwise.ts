import { readFileSync } from "node:fs";
import { type AnyTensor, gradients, sum, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { lowered } from "./lowered.ts";
import { type FloatDType, farthest } from "./ulps.ts";

type Unary = (x: AnyTensor) => AnyTensor;

/** Errors that are allowed, in ulps. What is lowered may be off by twice that, since it rounds at each step. */
export interface Bounds {
  /** Of the op's own value. */
  readonly value?: number;
  /** Of the first derivative. */
  readonly slope?: number;
  /** Of the second derivative. */
  readonly curvature?: number;
  /** Of anything that is lowered, in float64, in place of twice the others. */
  readonly lowered64?: number;
  /** Results under this many smallest normal numbers are products with a subnormal factor: their error is absolute. */
  readonly tail?: number;
}

// golden/elementwise.py, 1500 digits.
const golden: Record<string, [number, ...unknown[]][]> = JSON.parse(
  readFileSync(new URL("golden/elementwise.json", import.meta.url), "utf8"),
);

const dtypes: readonly FloatDType[] = ["float32", "float64"];

/** Values and first two derivatives at golden points, and the lowering against the kernel at any point. */
export function describeElementwise(
  name: string,
  fn: Unary,
  { value = 1, slope = 2, curvature = 3, lowered64, tail = 1 }: Bounds = {},
): void {
  const rows = golden[name];
  const column = (i: number): number[] => rows.map((row) => Number(row[i]));

  describe.each(dtypes)(`${name} in %s`, (dtype) => {
    const x: AnyTensor = tensor(column(0), { dtype });
    const y = fn(x);
    const first = derivative(y, x);
    const second = derivative(first, x);
    const relaxed = (bound: number): number =>
      dtype === "float64" && lowered64 !== undefined ? lowered64 : 2 * bound;

    test.each([
      ["value", y, 1, value],
      ["lowered value", lowered(y, [x]), 1, relaxed(value)],
      ["derivative", first, 2, slope],
      ["lowered derivative", lowered(first, [x]), 2, relaxed(slope)],
      ["second derivative", second, 3, curvature],
      ["lowered second derivative", lowered(second, [x]), 3, relaxed(curvature)],
    ] as const)("%s agrees with mpmath", (_, actual, place, bound) => {
      const [ulps, at] = farthest(actual.toTypedArray(), column(place), dtype);
      expect(ulps, `at x = ${column(0)[at]}`).toBeLessThanOrEqual(bound);
    });

    property.prop([fc.array(floats(dtype), { minLength: 1, maxLength: 64 })])(
      "is what it lowers to",
      (values) => {
        const any: AnyTensor = tensor(values, { dtype });
        const exact = fn(any);
        const [ulps, at] = farthest(lowered(exact, [any]).toTypedArray(), exact.toTypedArray(), dtype, tail);
        expect(ulps, `at x = ${values[at]}`).toBeLessThanOrEqual(relaxed(value) + 2);
      },
    );
  });

  test(`${name} keeps every shape`, () => {
    for (const shape of [[], [0], [2, 0, 3], [1, 2, 1]]) {
      const x: AnyTensor = tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5), shape);
      expect(fn(x).shape).toEqual(shape);
      expect(derivative(fn(x), x).toTypedArray()).toHaveLength(x.size);
    }
  });
}

/** The derivative of each element of `y` by the element of `x` at its place. */
export function derivative(y: AnyTensor, x: AnyTensor): AnyTensor {
  return gradients(sum(y) as never, [x])[0];
}

/** Numbers of a format: of every magnitude, and of those at which functions bend; the edges among them. */
export function floats(dtype: FloatDType): fc.Arbitrary<number> {
  const any = dtype === "float32" ? fc.float() : fc.double();
  const near = fc.double({ min: -100, max: 100, noNaN: true });
  return fc.oneof(any, dtype === "float32" ? near.map(Math.fround) : near);
}
