import {
  type AnyTensor,
  DTypeError,
  exp,
  grad,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logSoftmax, logsumexp, softmax } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { describeRows } from "./rows.ts";
import { farthest } from "./ulps.ts";

// Elements of a gradient `ȳ − p Σȳ` may cancel by themselves: the bound is that of the worst golden row.
describeRows("logSoftmax", logSoftmax, { value: 1, gradient: 10, second: 8, curvature: () => 1 });

const row = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 9 });

describe("logSoftmax", () => {
  property.prop([row])("its exponential is the softmax", (x) => {
    const wide = tensor(x, { dtype: "float64" });
    const shares = softmax(wide).toTypedArray();
    exp(logSoftmax(wide))
      .toTypedArray()
      .forEach((value, i) => {
        // e^y is off by |y| ulps when y is rounded.
        expect(Math.abs(value - shares[i])).toBeLessThanOrEqual(shares[i] * 3e-13 + 1e-300);
      });
  });
  property.prop([row])("is x − logsumexp(x)", (x) => {
    const wide = tensor(x, { dtype: "float64" });
    const total = logsumexp(wide).item();
    logSoftmax(wide)
      .toTypedArray()
      .forEach((value, i) => {
        expect(Math.abs(value - (x[i] - total))).toBeLessThanOrEqual(1e-12);
      });
  });
  property.prop([row])("is what it lowers to", (x) => {
    for (const dtype of ["float32", "float64"] as const) {
      const any: AnyTensor = tensor(x.map(Math.fround), { dtype });
      const y = logSoftmax(any);
      const [ulps] = farthest(lowered(y, [any]).toTypedArray(), y.toTypedArray(), dtype);
      expect(ulps).toBeLessThanOrEqual(4);
    }
  });
  property.prop([row])("a row's gradients add up to 0", (x) => {
    const wide = tensor(x, { dtype: "float64" });
    const weights = tensor(
      x.map((_, i) => i + 1),
      { dtype: "float64" },
    );
    const slope = grad((t: Tensor<[number], "float64">) => sum(mul(logSoftmax(t), weights)))(wide);
    expect(Math.abs(sum(slope).item())).toBeLessThanOrEqual(1e-13);
  });
  test.each([
    [
      [Number.POSITIVE_INFINITY, 0],
      [Number.NaN, Number.NaN],
    ],
    [
      [Number.NEGATIVE_INFINITY, 0],
      [Number.NEGATIVE_INFINITY, 0],
    ],
    [
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [Number.NaN, Number.NaN],
    ],
    [
      [Number.NaN, 0],
      [Number.NaN, Number.NaN],
    ],
  ])("of %o it is %o", (x, y) => {
    const t: AnyTensor = tensor(x);
    expect(logSoftmax(t).toArray()).toEqual(y);
    expect(lowered(logSoftmax(t), [t]).toArray()).toEqual(y);
  });
  test("what is masked is −∞ with gradient 0, and does not count", () => {
    const x = tensor(
      [
        [Number.NaN, 7],
        [1, 3],
      ],
      { dtype: "float64" },
    );
    const mask = tensor([
      [false, false],
      [true, false],
    ]);
    const y = logSoftmax(x, { mask });
    const none = Number.NEGATIVE_INFINITY;
    expect(y.toArray()).toEqual([
      [none, none],
      [0, none],
    ]);
    expect(lowered(y, [x]).toArray()).toEqual([
      [none, none],
      [0, none],
    ]);
    const slope = grad((t: typeof x) => sum(logSoftmax(t, { mask })))(x);
    expect(slope.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const three = tensor([1, 2, 3], { dtype: "float64" });
    const kept = tensor([true, false, true]);
    expect(logSoftmax(three, { mask: kept }).toArray()[2]).toBeCloseTo(-Math.log1p(Math.exp(-2)), 15);
    const partly = grad((t: typeof three) => logSoftmax(t, { mask: kept }).slice([0], [1]).sum())(
      three,
    ).toArray();
    const share = 1 / (1 + Math.exp(2));
    expect(partly[0]).toBeCloseTo(1 - share, 15);
    expect(partly[1]).toBe(0);
    expect(partly[2]).toBeCloseTo(share - 1, 15);
  });
  test("empty axes stay empty", () => {
    expect(logSoftmax(zeros([2, 0])).shape).toEqual([2, 0]);
    expect(grad((t: Tensor<[2, 0]>) => sum(logSoftmax(t)))(zeros([2, 0])).shape).toEqual([2, 0]);
  });
  test("the errors name what was given", () => {
    // @ts-expect-error there is no axis 2
    expect(() => logSoftmax(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("logSoftmax", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    const numbers = zeros([3]);
    // @ts-expect-error a mask is bool
    expect(() => logSoftmax(zeros([2, 3]), { mask: numbers })).toThrow(
      new DTypeError("logSoftmax", "the mask is float32; expected bool, true where an element counts"),
    );
  });
  test("keeps the type of the shape", () => {
    expectTypeOf(logSoftmax(tensor([[1, 2, 3]]))).toEqualTypeOf<Tensor<[1, 3]>>();
    expectTypeOf(logSoftmax(zeros([2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
  });
});

test("logSoftmax refuses options that it does not have", () => {
  expect(() => logSoftmax(zeros([2]), { dim: 0 } as never)).toThrow(
    'logSoftmax: unknown option "dim"; expected one of axis, mask',
  );
  expect(() => logSoftmax(zeros([2]), 0 as never)).toThrow(
    "logSoftmax: the options are 0; expected an object of them, such as { axis: 0 }",
  );
});
