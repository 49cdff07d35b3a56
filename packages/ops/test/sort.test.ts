import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sort } from "../src/index.ts";
import { floats } from "./elementwise.ts";

describe("sort", () => {
  property.prop([fc.array(floats("float64"))])("is in order, NaN last", (values) => {
    const sorted = [...Float64Array.from(values).sort()].map((value) => value + 0);
    const x = tensor(values, { dtype: "float64" });
    expect(
      sort(x)
        .toArray()
        .map((value) => value + 0),
    ).toEqual(sorted);
    expect(
      sort(x, { descending: true })
        .toArray()
        .map((value) => value + 0),
    ).toEqual(sorted.reverse());
  });
  test("goes along an axis", () => {
    const x = tensor([
      [3, 1],
      [2, 4],
    ]);
    expect(sort(x).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(sort(x, { axis: 0 }).toArray()).toEqual([
      [2, 1],
      [3, 4],
    ]);
    expect(sort(x, { axis: 0, descending: true }).toArray()).toEqual([
      [3, 4],
      [2, 1],
    ]);
    expect(sort(zeros([2, 0])).shape).toEqual([2, 0]);
  });
  test("the gradient goes to the element that was put there", () => {
    const x: AnyTensor = tensor([30, 10, 20]);
    const [slope] = gradients(sum(mul(sort(x), tensor([1, 2, 3]) as AnyTensor) as AnyTensor) as never, [x]);
    expect(slope.toArray()).toEqual([3, 1, 2]);
  });
  property.prop([fc.array(fc.constantFrom(0, -0, 1, Number.NaN)), fc.boolean()])(
    "keeps the order of equal elements, and gives each its own cotangent",
    (values, descending) => {
      const x: AnyTensor = tensor(values, { dtype: "float64" });
      const places = values.map((_, i) => i);
      // NaN is above every number.
      const above = (a: number, b: number): number => Number(a > b || (Number.isNaN(a) && !Number.isNaN(b)));
      const order = places.toSorted((i, j) => {
        const rises = above(values[i], values[j]) - above(values[j], values[i]);
        return descending ? -rises : rises;
      });
      const sorted: AnyTensor = sort(x, { descending });
      expect(sorted.toArray()).toEqual(order.map((i) => values[i]));
      const factors: AnyTensor = tensor(places, { dtype: "float64" });
      const [slope] = gradients(sum(mul(sorted, factors)) as never, [x]);
      expect(slope.toArray()).toEqual(places.map((i) => order.indexOf(i)));
    },
  );
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => sort(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("sort", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    expect(() => sort(tensor(1))).toThrow(
      new ShapeError("sort", "axis -1 is out of range for []: a scalar has no axes"),
    );
  });
  test("keeps the type of shape and dtype", () => {
    expectTypeOf(sort(zeros([2, 3], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[2, 3], "uint8">>();
    expect(sort(tensor([3, 1, 2], { dtype: "uint8" })).toArray()).toEqual([1, 2, 3]);
  });
});
