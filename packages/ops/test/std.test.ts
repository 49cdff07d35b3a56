import {
  type AnyTensor,
  gradients,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { std, variance } from "../src/index.ts";
import { describeRows } from "./rows.ts";
import { ulpsApart } from "./ulps.ts";

const spread = (x: readonly number[]): number => 1 / (Math.max(...x) - Math.min(...x));
describeRows("std", std, { value: 2, gradient: 8, second: 8, curvature: spread });

describe("std", () => {
  property.prop([fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 2, maxLength: 20 })])(
    "is the root of the variance",
    (x) => {
      const wide = tensor(x, { dtype: "float64" });
      for (const correction of [0, 1]) {
        const root = Math.sqrt(variance(wide, { correction }).item());
        expect(ulpsApart(std(wide, { correction }).item(), root, "float64")).toBeLessThan(4);
      }
    },
  );
  test("is finite where the variance overflows, and not 0 where it underflows", () => {
    expect(std(tensor([-1e30, 1e30])).item()).toBe(Math.fround(1e30));
    expect(std(tensor([-1e-30, 1e-30])).item()).toBe(Math.fround(1e-30));
  });
  test("of equal elements is 0, with the gradient 0 and not 0/0", () => {
    const x: AnyTensor = tensor([2, 2, 2]);
    expect(std(x).item()).toBe(0);
    expect(gradients(std(x) as never, [x])[0].toArray()).toEqual([0, 0, 0]);
  });
  test("of fewer elements than the correction is NaN", () => {
    expect(std(tensor([5]), { correction: 1 }).item()).toBe(Number.NaN);
    expect(std(zeros([0])).item()).toBe(Number.NaN);
  });
  test("goes along the axes that are named", () => {
    const x = tensor([
      [1, 3],
      [5, 9],
    ]);
    expect(std(x, { axis: 1 }).toArray()).toEqual([1, 2]);
    expect(std(x, { axis: 0, keepDims: true }).toArray()).toEqual([[2, 3]]);
  });
  test("names what is wrong", () => {
    // @ts-expect-error there is no axis 2
    expect(() => std(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("std", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    expect(() => std(zeros([2]), { correction: Number.NaN })).toThrow(
      new OptionError("std", "correction is NaN; expected a number"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(std(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(std(zeros([2, 3]))).toEqualTypeOf<Tensor<[]>>();
  });
});
