import { type AnyTensor, grad, slice, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { norm, normalize } from "../src/index.ts";

const numbers = (x: unknown): number[] => [...(x as AnyTensor).toTypedArray()].map((one) => one + 0);

describe("normalize", () => {
  property.prop([
    fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 9 }),
    fc.integer({ min: -900, max: 900 }),
  ])("gives length 1, whatever the length was", (x, exponent) => {
    fc.pre(x.some((one) => one !== 0));
    const scaled: AnyTensor = tensor(
      x.map((one) => one * 2 ** exponent),
      { dtype: "float64" },
    );
    expect(Math.abs((norm(normalize(scaled)).item() as number) - 1)).toBeLessThanOrEqual(4 * 2 ** -52);
  });
  test("of an element that outweighs the others has the slope that these leave", () => {
    const first = (x: Tensor<[2], "float64">): Tensor<[], "float64"> =>
      sum(slice(normalize(x), [0], [1])) as never;
    const [slope] = numbers(grad(first)(tensor([1e10, 1], { dtype: "float64" })));
    // 1 / ‖x‖ · (y₂ / ‖x‖)² = 1e-30, less its square.
    expect(Math.abs(slope / 1e-30 - 1)).toBeLessThanOrEqual(1e-15);
  });
  test("of zeros is NaN, along an axis each row by itself", () => {
    expect(numbers(normalize(zeros([2])))).toEqual([Number.NaN, Number.NaN]);
    expect(
      numbers(
        normalize(
          tensor([
            [3, 4],
            [0, 2],
          ]),
          { axis: 1 },
        ),
      ),
    ).toEqual([0.6, 0.8, 0, 1].map(Math.fround));
    expectTypeOf(normalize(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2, 3]>>();
  });
});

test("normalize refuses options that it does not have", () => {
  expect(() => normalize(zeros([2]), { dim: 0 } as never)).toThrow(
    'normalize: unknown option "dim"; expected one of axis',
  );
  expect(() => normalize(zeros([2]), 0 as never)).toThrow(
    "normalize: the options are 0; expected an object of them, such as { axis: 0 }",
  );
});
