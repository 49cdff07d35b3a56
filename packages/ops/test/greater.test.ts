import { type AnyTensor, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { greater } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";
import { lowered } from "./lowered.ts";

const pair = fc.oneof(
  fc.tuple(floats("float64"), floats("float64")),
  floats("float64").map((value): [number, number] => [value, value]),
);

describe("greater", () => {
  property.prop([pair])("is JavaScript's >, and what it lowers to", ([a, b]) => {
    const [x, y]: AnyTensor[] = [tensor(a, { dtype: "float64" }), tensor(b, { dtype: "float64" })];
    expect(greater(x, y).item()).toBe(a > b);
    expect(lowered(greater(x, y), [x, y]).item()).toBe(a > b);
  });
  test("beside NaN it is false", () => {
    const x: AnyTensor = tensor([Number.NaN, 1, Number.NaN]);
    const y: AnyTensor = tensor([1, Number.NaN, Number.NaN]);
    for (const form of [greater(x, y), lowered(greater(x, y), [x, y])])
      expect(form.toArray()).toEqual([false, false, false]);
  });
  test("broadcasts, promotes, takes numbers", () => {
    const x = tensor([[1], [2]], { dtype: "int32" });
    expect(greater(x, tensor([1, 1.5])).toArray()).toEqual([1, 2].map((a) => [1, 1.5].map((b) => a > b)));
    expect(greater(x, 2).toArray()).toEqual([1, 2].map((a) => [2].map((b) => a > b)));
    expect(greater(tensor([true]), tensor([false])).item()).toBe(1 > 0);
  });
  test("has no derivative", () => {
    const x: AnyTensor = tensor([1, 2]);
    const y = x.mul(greater(x, 1).cast("float32")) as AnyTensor;
    expect(derivative(y, x).toArray()).toEqual([1, 2].map((a) => Number(a > 1)));
  });
  test("names shapes that do not broadcast, in the order given", () => {
    // @ts-expect-error 2 is not 3
    expect(() => greater(zeros([2]), zeros([3]))).toThrow(ShapeError);
    // @ts-expect-error 2 is not 3
    expect(() => greater(zeros([2]), zeros([3]))).toThrow("greater: cannot broadcast [2] with [3]");
  });
  test("is bool, of the broadcast shape", () => {
    expectTypeOf(greater(zeros([2, 1]), zeros([3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
    expectTypeOf(greater(zeros([2]), 0)).toEqualTypeOf<Tensor<[2], "bool">>();
  });
});
