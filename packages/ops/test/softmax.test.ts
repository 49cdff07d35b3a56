import {
  type AnyTensor,
  DTypeError,
  grad,
  less,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { softmax } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { describeRows } from "./rows.ts";

describeRows("softmax", softmax, { value: 2, gradient: 3, second: 8, curvature: () => 1 });

const rows = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc.array(fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: n, maxLength: n }), {
    minLength: 1,
    maxLength: 4,
  }),
);

describe("softmax", () => {
  property.prop([rows])("each row adds up to 1", (x) => {
    const totals = sum(softmax(tensor(x, { dtype: "float64" })), { axis: -1 }).toTypedArray();
    for (const total of totals) expect(Math.abs(total - 1)).toBeLessThan(1e-15);
  });
  property.prop([rows, fc.integer({ min: -1000, max: 1000 })])("a shift changes nothing", (x, shift) => {
    // Quarters, so that the shift itself is exact.
    const coarse = tensor(
      x.map((row) => row.map((a) => Math.round(a * 4) / 4)),
      { dtype: "float64" },
    );
    expect(softmax(coarse.add(shift)).toArray()).toEqual(softmax(coarse).toArray());
  });
  property.prop([rows])("is what it lowers to, along any axis", (x) => {
    const wide: AnyTensor = tensor(x, { dtype: "float64" });
    for (const axis of [0, 1]) {
      const [exact, steps] = [softmax(wide, { axis }), lowered(softmax(wide, { axis }), [wide])];
      exact.toTypedArray().forEach((value, i) => {
        expect(Math.abs(steps.toTypedArray()[i] - value)).toBeLessThanOrEqual(2e-15 * value + 1e-320);
      });
    }
  });
  property.prop([rows, fc.integer({ min: 1, max: 2 ** 9 })])(
    "a mask is the softmax of what it keeps",
    (x, bits) => {
      const keeps = x[0].map((_, i) => (bits & (1 << i)) !== 0);
      fc.pre(keeps.some(Boolean));
      const wide: AnyTensor = tensor(x, { dtype: "float64" });
      const masked = softmax(wide, { mask: tensor(keeps) }).toArray() as number[][];
      const kept = softmax(
        tensor(
          x.map((row) => row.filter((_, i) => keeps[i])),
          { dtype: "float64" },
        ),
      ).toArray();
      expect(masked.map((row) => row.filter((_, i) => keeps[i]))).toEqual(kept);
      expect(masked.every((row) => row.every((value, i) => keeps[i] || value === 0))).toBe(true);
      expect(
        lowered(softmax(wide, { mask: tensor(keeps) }), [wide])
          .toTypedArray()
          .every((v) => v >= 0),
      ).toBe(true);
    },
  );
  test.each([
    [
      [Number.POSITIVE_INFINITY, 0],
      [Number.NaN, Number.NaN],
    ],
    [
      [Number.NEGATIVE_INFINITY, 0],
      [0, 1],
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
    expect(softmax(t).toArray()).toEqual(y);
    expect(lowered(softmax(t), [t]).toArray()).toEqual(y);
  });
  test("a row that is masked in full is 0 with gradient 0, whatever it holds", () => {
    const x = tensor(
      [
        [Number.NaN, Number.POSITIVE_INFINITY],
        [1, 2],
      ],
      { dtype: "float64" },
    );
    const mask = tensor([
      [false, false],
      [true, false],
    ]);
    expect(softmax(x, { mask }).toArray()).toEqual([
      [0, 0],
      [1, 0],
    ]);
    const slope = grad((t: typeof x) => sum(mul(softmax(t, { mask }), tensor([1, 2], { dtype: "float64" }))))(
      x,
    );
    expect(slope.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(lowered(slope, [x]).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  test("a mask repeats over the batch", () => {
    const x = tensor([
      [1, 2, 3],
      [3, 2, 1],
    ]);
    const y = softmax(x, { mask: tensor([true, true, false]) });
    expect(y.toArray()[0][2]).toBe(0);
    expect(y.toArray()[1][2]).toBe(0);
    const columns = softmax(x, { axis: 0, mask: tensor([[true], [false]]) });
    expect(columns.toArray()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });
  test("empty axes stay empty", () => {
    expect(softmax(zeros([2, 0])).shape).toEqual([2, 0]);
    expect(softmax(zeros([0, 3])).toArray()).toEqual([]);
    expect(grad((t: Tensor<[2, 0]>) => sum(softmax(t)))(zeros([2, 0])).shape).toEqual([2, 0]);
  });
  test("the errors name what was given", () => {
    // @ts-expect-error there is no axis 2
    expect(() => softmax(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("softmax", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    expect(() => softmax(tensor(1))).toThrow(
      new ShapeError("softmax", "axis -1 is out of range for []: a scalar has no axes"),
    );
    expect(() => softmax(zeros([2, 3]), { mask: less(zeros([2]), 1) })).toThrow(
      new ShapeError(
        "softmax",
        "cannot broadcast a mask [2] to [2, 3]; expected the same shape, or 1 where the mask repeats",
      ),
    );
    const numbers = zeros([3]);
    // @ts-expect-error a mask is bool
    expect(() => softmax(zeros([2, 3]), { mask: numbers })).toThrow(
      new DTypeError("softmax", "the mask is float32; expected bool, true where an element counts"),
    );
  });
  test("keeps the type of the shape", () => {
    expectTypeOf(softmax(tensor([[1, 2, 3]]))).toEqualTypeOf<Tensor<[1, 3]>>();
    expectTypeOf(softmax(tensor([[1, 2, 3]], { dtype: "int32" }), { axis: 0 })).toEqualTypeOf<
      Tensor<[1, 3]>
    >();
    expectTypeOf(softmax(zeros([2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
  });
});

test("softmax refuses options that it does not have", () => {
  expect(() => softmax(zeros([2]), { dim: 0 } as never)).toThrow(
    'softmax: unknown option "dim"; expected one of axis, mask',
  );
  expect(() => softmax(zeros([2]), 0 as never)).toThrow(
    "softmax: the options are 0; expected an object of them, such as { axis: 0 }",
  );
});
