import { type AnyTensor, type Tensor, tensor } from "@adjoint/tensor";
import { test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ceil } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";

describe("ceil", () => {
  property.prop([floats("float64")])("is that of Math.ceil, −0, ±∞ and NaN included", (value) => {
    expect(ceil(tensor(value, { dtype: "float64" })).item()).toBe(Math.ceil(value));
  });
  test("its derivative is 0", () => {
    const x: AnyTensor = tensor([-1.5, 0, 2.5]);
    expect(derivative(ceil(x), x).toArray()).toEqual([0, 0, 0]);
  });
  test("leaves integers as they are", () => {
    for (const dtype of ["int32", "uint8"] as const) {
      const y = ceil(tensor([0, 7, 255], { dtype }));
      expect([y.dtype, y.toArray()]).toEqual([dtype, [0, 7, 255]]);
    }
    const ends = tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: "int32" });
    expect(ceil(ends).toArray()).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    expectTypeOf(ceil(ends)).toEqualTypeOf<Tensor<[2], "int32">>();
  });
});
