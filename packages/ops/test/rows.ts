import { readFileSync } from "node:fs";
import { type AnyTensor, gradients, mul, sum, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { lowered } from "./lowered.ts";
import { type FloatDType, ulp, ulpsApart } from "./ulps.ts";

interface Case {
  readonly x: readonly number[];
  readonly cotangent: readonly number[];
  readonly direction: readonly number[];
  readonly value: readonly unknown[];
  readonly gradient: readonly unknown[];
  readonly second: readonly unknown[];
}

/** Errors that are allowed. */
export interface RowBounds {
  /** Of each element of the value, in its ulps. */
  readonly value: number;
  /** Of each element of the gradient, in its ulps. */
  readonly gradient: number;
  /** Of the gradient's derivative, in ulps of the largest of the row and of what {@link curvature} says. */
  readonly second: number;
  /** How large the gradient's derivative is by nature, relative to gradient and direction: where it may happen to be 0. */
  readonly curvature?: (x: readonly number[]) => number;
}

// golden/rows.py, difference quotients in 1500 digits.
const golden: Record<string, readonly Case[]> = JSON.parse(
  readFileSync(new URL("golden/rows.json", import.meta.url), "utf8"),
);

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

/** Value, gradient and the gradient's own derivative of an op along one axis, as it is and lowered to primitives. */
export function describeRows(
  name: string,
  fn: (x: AnyTensor) => AnyTensor,
  { value, gradient, second, curvature = () => 0 }: RowBounds,
): void {
  const dtypes: readonly FloatDType[] = ["float32", "float64"];
  describe.each(dtypes)(`${name} in %s`, (dtype) => {
    describe.each([
      ["as it is", (y: AnyTensor) => y],
      ["lowered", (y: AnyTensor, x: AnyTensor) => lowered(y, [x])],
    ] as const)("%s", (_, form) => {
      test.each(golden[name].map((row) => [row.x.slice(0, 4).join(", "), row] as const))(
        "[%s] agrees with mpmath",
        (_, row) => {
          const x: AnyTensor = tensor([...row.x], { dtype });
          const y = fn(x);
          const weighted = mul(
            y,
            tensor(y.rank === 0 ? row.cotangent[0] : [...row.cotangent], { dtype }) as AnyTensor,
          );
          const [first] = gradients(sum(weighted as AnyTensor) as never, [x]);
          const along = mul(first, tensor([...row.direction], { dtype }) as AnyTensor);
          const [derived] = gradients(sum(along as AnyTensor) as never, [x]);
          const read = (t: AnyTensor): number[] => [...form(t, x).toTypedArray()];
          const wanted = (list: readonly unknown[]): number[] => list.map(Number);

          const far = (actual: number[], expected: number[]): number =>
            Math.max(...expected.map((one, i) => ulpsApart(actual[i], one, dtype)));
          expect(far(read(y), wanted(row.value)), "value").toBeLessThanOrEqual(value);
          expect(far(read(first), wanted(row.gradient)), "gradient").toBeLessThanOrEqual(gradient);

          const expected = wanted(row.second);
          const natural = curvature(row.x) * largest(wanted(row.gradient)) * largest(row.direction);
          const unit = ulp(Math.max(largest(expected), natural), dtype);
          const error = largest(read(derived).map((one, i) => one - expected[i]));
          expect(error / unit, "second derivative").toBeLessThanOrEqual(second);
        },
      );
    });
  });
}
