import { type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { clipByValue } from "../src/index.ts";

describe("clipByValue", () => {
  property.prop([
    fc.array(fc.double(), { minLength: 1 }),
    fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
  ])(
    "elements within the limit keep their bits, the others go to the limit, NaN stays",
    (values, maxValue) => {
      const [clipped] = clipByValue([tensor(Float64Array.from(values))], maxValue);
      const expected = values.map((x) => (Math.abs(x) > maxValue ? Math.sign(x) * maxValue : x));
      expect([...clipped.toTypedArray()]).toEqual(expected);
    },
  );

  test("the gradients may be any tree, and keep their types", () => {
    const clipped = clipByValue({ weight: tensor([[3, -4]]) }, 2);
    expectTypeOf(clipped).toEqualTypeOf<{ weight: Tensor<[1, 2]> }>();
    expect(clipped.weight.toArray()).toEqual([[2, -2]]);
  });

  test("the limit is above 0", () => {
    expect(() => clipByValue([tensor([1])], -1)).toThrow(
      "clipByValue: maxValue is -1; expected a number above 0",
    );
  });
});
