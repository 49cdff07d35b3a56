import {
  type AnyTensor,
  DTypeError,
  grad,
  gradients,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logsumexp } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { describeRows } from "./rows.ts";
import { farthest } from "./ulps.ts";

describeRows("logsumexp", logsumexp, { value: 1, gradient: 2, second: 6, curvature: () => 1 });

const row = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 9 });

describe("logsumexp", () => {
  property.prop([row])("is at least the largest, and at most log n above it", (x) => {
    const above = logsumexp(tensor(x, { dtype: "float64" })).item() - Math.max(...x);
    expect(above).toBeGreaterThanOrEqual(0);
    expect(above).toBeLessThanOrEqual(Math.log(x.length) + 1e-12);
  });
  property.prop([row])("of parts is the whole", (x) => {
    const wide = tensor(x, { dtype: "float64" });
    const parts = x.map((a) => logsumexp(tensor([a], { dtype: "float64" })).item());
    expect(logsumexp(tensor(parts, { dtype: "float64" })).item()).toBe(logsumexp(wide).item());
  });
  property.prop([row])("is what it lowers to", (x) => {
    for (const dtype of ["float32", "float64"] as const) {
      const any: AnyTensor = tensor(x.map(Math.fround), { dtype });
      const y = logsumexp(any);
      const [ulps] = farthest(lowered(y, [any]).toTypedArray(), y.toTypedArray(), dtype);
      // The sum of the largest and the logarithm may cancel.
      expect(ulps * Math.abs(Number(y.item()))).toBeLessThanOrEqual(4 * Math.max(1, ...x.map(Math.abs)));
    }
  });
  test.each([
    [[Number.POSITIVE_INFINITY, 0], Number.POSITIVE_INFINITY, [Number.NaN, 0]],
    [[Number.NEGATIVE_INFINITY, 0], 0, [0, 1]],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], Number.NEGATIVE_INFINITY, [0, 0]],
    [[Number.NaN, 0], Number.NaN, [Number.NaN, Number.NaN]],
    [[Number.NaN, Number.POSITIVE_INFINITY], Number.NaN, [Number.NaN, Number.NaN]],
  ])("of %o it is %d with gradient %o", (x, y, slope) => {
    const t: AnyTensor = tensor(x);
    expect(logsumexp(t).item()).toBe(y);
    expect(lowered(logsumexp(t), [t]).item()).toBe(y);
    const [g] = gradients(logsumexp(t) as never, [t]);
    expect(g.toArray()).toEqual(slope);
    expect(lowered(g, [t]).toArray()).toEqual(slope);
  });
  test("of equal elements the gradient is exact", () => {
    const x = tensor([1000, 1000]);
    expect(logsumexp(x).item()).toBe(Math.fround(1000 + Math.LN2));
    expect(grad((t: Tensor<[2]>) => logsumexp(t))(x).toArray()).toEqual([0.5, 0.5]);
  });
  test("of nothing it is −∞", () => {
    expect(logsumexp(zeros([0])).item()).toBe(Number.NEGATIVE_INFINITY);
    const y = logsumexp(zeros([2, 0]), { axis: 1 });
    for (const form of [y, lowered(y)])
      expect(form.toArray()).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(grad((t: Tensor<[0]>) => logsumexp(t))(zeros([0])).toArray()).toEqual([]);
  });
  test("of a scalar it is the scalar, with gradient 1", () => {
    expect(logsumexp(tensor(3)).item()).toBe(3);
    expect(grad((t: Tensor<[]>) => logsumexp(t))(tensor(3)).item()).toBe(1);
  });
  test("a mask leaves out; nothing kept gives −∞ with gradient 0", () => {
    const x = tensor(
      [
        [1, 1000, 1],
        [5, 6, 7],
      ],
      { dtype: "float64" },
    );
    const mask = tensor([
      [true, false, true],
      [false, false, false],
    ]);
    const y = logsumexp(x, { axis: 1, mask });
    expect(y.toArray()).toEqual([1 + Math.LN2, Number.NEGATIVE_INFINITY]);
    expect(lowered(y, [x]).toArray()).toEqual([1 + Math.LN2, Number.NEGATIVE_INFINITY]);
    const slope = grad((t: typeof x) => sum(logsumexp(t, { axis: 1, mask })))(x);
    expect(slope.toArray()).toEqual([
      [0.5, 0, 0.5],
      [0, 0, 0],
    ]);
  });
  test("several axes at once are one long axis, to second order", () => {
    const values = Array.from({ length: 12 }, (_, i) => Math.sin(i * i) * 3);
    const direction = tensor(
      values.map((_, i) => i - 5),
      { dtype: "float64" },
    );
    const second = (shape: readonly number[], axis: readonly number[] | undefined): number[] => {
      const x: AnyTensor = tensor(values, shape, { dtype: "float64" });
      const [slope] = gradients(logsumexp(x, axis === undefined ? {} : { axis }).sum() as never, [x]);
      const along = mul(slope.reshape([12]), direction);
      return [...gradients(sum(along as AnyTensor) as never, [x])[0].toTypedArray()];
    };
    const whole = second([12], undefined);
    second([2, 2, 3], [0, 1, 2]).forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i], 14);
    });
    const outer = second([2, 3, 2], [0, 2]);
    const x: AnyTensor = tensor(values, [2, 3, 2], { dtype: "float64" });
    const apart = [0, 1, 2].flatMap((j) => {
      const part = x.slice([0, j, 0], [2, j + 1, 2]).reshape([4]) as AnyTensor;
      const along = direction
        .reshape([2, 3, 2])
        .slice([0, j, 0], [2, j + 1, 2])
        .reshape([4]);
      const [slope] = gradients(logsumexp(part) as never, [part]);
      return [...gradients(sum(mul(slope, along) as AnyTensor) as never, [part])[0].toTypedArray()];
    });
    const ordered = tensor(outer, [2, 3, 2], { dtype: "float64" }).transpose([1, 0, 2]).toTypedArray();
    apart.forEach((value, i) => {
      expect(value).toBeCloseTo(ordered[i], 14);
    });
  });
  test("the errors name what was given", () => {
    // @ts-expect-error there is no axis 2
    expect(() => logsumexp(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("logsumexp", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    expect(() => logsumexp(zeros([2, 3]), { axis: [0, -2] })).toThrow(
      new ShapeError("logsumexp", "axis 0 is named twice in [0, -2] for [2, 3]"),
    );
    const numbers = zeros([3]);
    // @ts-expect-error a mask is bool
    expect(() => logsumexp(zeros([2, 3]), { mask: numbers })).toThrow(
      new DTypeError("logsumexp", "the mask is float32; expected bool, true where an element counts"),
    );
  });
  test("computes the type of the shape", () => {
    const x = zeros([2, 3]);
    expectTypeOf(logsumexp(x)).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(logsumexp(x, { axis: -1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(logsumexp(x, { axis: 0, keepDims: true })).toEqualTypeOf<Tensor<[1, 3]>>();
    expectTypeOf(logsumexp(zeros([2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[]>>();
  });
});
