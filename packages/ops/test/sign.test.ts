import { type AnyTensor, abs, mul, type Tensor, tensor } from "@adjoint/tensor";
import { test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sign } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";
import { lowered } from "./lowered.ts";

describe("sign", () => {
  property.prop([floats("float64")])("is that of Math.sign, −0 and NaN included", (value) => {
    const x: AnyTensor = tensor(value, { dtype: "float64" });
    expect(sign(x).item()).toBe(Math.sign(value));
    expect(lowered(sign(x), [x]).item()).toBe(Math.sign(value));
  });
  property.prop([floats("float32")])("sign(x) |x| = x", (value) => {
    const x = tensor(value);
    expect(Number(mul(sign(x), abs(x)).item()) + 0).toBe(Math.fround(value) + 0);
  });
  test("its derivative is 0 everywhere", () => {
    const x = tensor([-2, 0, 3]);
    expect(derivative(sign(x), x).toArray()).toEqual([0, 0, 0]);
  });
  test.each(["int32", "uint8"] as const)("keeps %s", (dtype) => {
    const x: AnyTensor = tensor([0, 7], { dtype });
    expect(sign(x).dtype).toBe(dtype);
    expect(sign(x).toArray()).toEqual([0, 1]);
    expect(lowered(sign(x), [x]).toArray()).toEqual([0, 1]);
  });
  test("of bool is int32", () => {
    expectTypeOf(sign(tensor([true, false]))).toEqualTypeOf<Tensor<[2], "int32">>();
    expect(sign(tensor([true, false])).dtype).toBe("int32");
  });
});
