import { type AnyTensor, OptionError, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { leakyRelu } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";

describe("leakyRelu", () => {
  property.prop([floats("float64"), fc.double({ min: -2, max: 2, noNaN: true })])(
    "is x above 0, else a share of it; so is its derivative",
    (value, slope) => {
      const x: AnyTensor = tensor(value, { dtype: "float64" });
      const y = leakyRelu(x, { slope });
      expect(y.item()).toBe(value > 0 ? value : slope * value);
      expect(derivative(y, x).item()).toBe(value > 0 ? 1 : slope);
      expect(Number(derivative(derivative(y, x), x).item()) + 0).toBe(0);
    },
  );
  test("the share is 0.01 by default", () => {
    expect(leakyRelu(tensor([-100, 0, 3], { dtype: "float64" })).toArray()).toEqual([-1, 0, 3]);
  });
  test("a slope that is no number is refused", () => {
    expect(() => leakyRelu(tensor([1]), { slope: Number.NaN })).toThrow(
      new OptionError("leakyRelu", "slope is NaN; expected a number"),
    );
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(leakyRelu(tensor([-1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(leakyRelu(tensor([-1, 2], { dtype: "int32" })).dtype).toBe("float32");
  });
});
