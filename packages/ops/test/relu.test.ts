import { type AnyTensor, grad, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { relu } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";

describe("relu", () => {
  property.prop([floats("float64")])(
    "is the larger of x and 0, its derivative 1 above 0 and else 0",
    (value) => {
      const x: AnyTensor = tensor(value, { dtype: "float64" });
      expect(Number(relu(x).item()) + 0).toBe(Math.max(value, 0) + 0);
      expect(derivative(relu(x), x).item()).toBe(value > 0 ? 1 : 0);
      expect(derivative(derivative(relu(x), x), x).item()).toBe(0);
    },
  );
  test("a bad value is seen, not hidden", () => {
    expect(relu(tensor(Number.NaN)).item()).toBe(Number.NaN);
  });
  test("the gradient is the cotangent where x > 0, whatever the cotangent", () => {
    const x = tensor([-1, 0, 2]);
    const slope = grad((t: Tensor<[3]>) =>
      sum(relu(t).mul(tensor([Number.NaN, Number.POSITIVE_INFINITY, 3]))),
    )(x);
    expect(slope.toArray()).toEqual([0, 0, 3]);
  });
  test("keeps shape and dtype; bool becomes int32", () => {
    expect(relu(tensor([-3, 4], { dtype: "int32" })).toArray()).toEqual([0, 4]);
    expectTypeOf(relu(tensor([-3, 4], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(relu(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(relu(tensor([true]))).toEqualTypeOf<Tensor<[1], "int32">>();
    expect(relu(tensor([true])).dtype).toBe("int32");
    expect(relu(zeros([0, 2])).toArray()).toEqual([]);
  });
});
