import { type AnyTensor, DTypeError, OptionError, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { clip } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";

describe("clip", () => {
  property.prop([floats("float64"), fc.integer({ min: -3, max: 0 }), fc.integer({ min: 0, max: 3 })])(
    "cuts at the bounds; the gradient passes between them, bounds included",
    (value, min, max) => {
      const x: AnyTensor = tensor(value, { dtype: "float64" });
      const y = clip(x, { min, max });
      expect(Number(y.item()) + 0).toBe(Math.min(Math.max(value, min), max) + 0);
      expect(derivative(y, x).item()).toBe(value < min || value > max ? 0 : 1);
    },
  );
  test("either bound may be left out", () => {
    const x = tensor([-2, 0, 2]);
    expect(clip(x, { min: -1 }).toArray()).toEqual([-1, 0, 2]);
    expect(clip(x, { max: 1 }).toArray()).toEqual([-2, 0, 1]);
    expect(derivative(clip(x, { min: -1 }), x).toArray()).toEqual([0, 1, 1]);
    expect(derivative(clip(x, { max: 1 }), x).toArray()).toEqual([1, 1, 0]);
    expect(clip(x, { min: Number.NEGATIVE_INFINITY, max: 1 }).toArray()).toEqual([-2, 0, 1]);
  });
  test("integers stay integers", () => {
    const y = clip(tensor([-5, 0, 5], { dtype: "int32" }), { min: -1, max: 1 });
    expect([y.dtype, y.toArray()]).toEqual(["int32", [-1, 0, 1]]);
    expectTypeOf(y).toEqualTypeOf<Tensor<[3], "int32">>();
  });
  test("bounds that make no sense are refused at the call", () => {
    const x = tensor([1, 2]);
    const whole = tensor([1, 2], { dtype: "uint8" });
    expect(() => clip(x, {})).toThrow(
      new OptionError("clip", "no bound is given; expected min, max or both"),
    );
    expect(() => clip(x, { min: 2, max: 1 })).toThrow(
      new OptionError("clip", "min is 2 and max is 1; expected min ≤ max"),
    );
    expect(() => clip(x, { min: Number.NaN })).toThrow(
      new OptionError("clip", "min is NaN; expected a number"),
    );
    // @ts-expect-error a tensor is no number
    expect(() => clip(x, { max: tensor(1) })).toThrow(
      new OptionError("clip", "max is of type object; expected a number"),
    );
    const wayOut = 'expected an integer from 0 to 255, or cast the tensor to "float32"';
    expect(() => clip(whole, { min: 0.5 })).toThrow(
      new DTypeError("clip", `min is 0.5 for uint8; ${wayOut}`),
    );
    expect(() => clip(whole, { max: 256 })).toThrow(
      new DTypeError("clip", `max is 256 for uint8; ${wayOut}`),
    );
  });
});
