import { type AnyTensor, grad, mul, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { layerNorm } from "../src/index.ts";

/** Of rows of two, `[a, b]`, half of whose difference is d: `±d / √(d² + ε)`, and its derivative by d. */
function ofTwo(d: number, epsilon: number): { value: number; slope: number } {
  const shifted = d * d + epsilon;
  return { value: d / Math.sqrt(shifted), slope: epsilon / shifted ** 1.5 };
}

describe("layerNorm", () => {
  property.prop([
    fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 }),
    fc.integer({ min: -(2 ** 16), max: 2 ** 16 }),
  ])("a shift changes nothing; the mean is 0", (x, shift) => {
    const [plain, moved] = [x, x.map((a) => a + shift)].map((row) =>
      Array.from(layerNorm(tensor(row, { dtype: "float32" }) as Tensor<[number]>).toTypedArray()),
    );
    // No |x̂| is above √19 < 8, so the last place of any is 2⁻²¹ at most; eight of them are allowed.
    for (const [i, one] of plain.entries())
      expect(Math.abs(one - moved[i])).toBeLessThanOrEqual(8 * 2 ** -21);
    expect(Math.abs(plain.reduce((total, one) => total + one, 0))).toBeLessThanOrEqual(x.length * 2 ** -21);
  });

  property.prop([
    fc.constantFrom("float32" as const, "float64" as const),
    fc.integer({ min: 1, max: 1000 }),
    fc.constantFrom(1e-5, 1e-3, 1),
  ])("keeps its gradient where the textbook's terms cancel", (dtype, d, epsilon) => {
    const x = tensor([7 + d, 7 - d], { dtype }) as AnyTensor;
    const { value, slope } = ofTwo(d, epsilon);
    const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    const [y] = layerNorm(x, undefined, undefined, { epsilon }).toTypedArray();
    expect(Math.abs(y - value) / value).toBeLessThanOrEqual(4 * unit);
    const difference = (t: AnyTensor): AnyTensor =>
      sum(mul(layerNorm(t, undefined, undefined, { epsilon }), tensor([1, -1], { dtype }))) as AnyTensor;
    const [first, second] = (grad(difference as never)(x as never) as AnyTensor).toTypedArray();
    // A dozen roundings, three of them of 1 / (d² + ε), and what the second orthogonalisation leaves. The textbook's formula
    // is off by unit · d² / ε, up to 6000 times the slope.
    const allowed = 16 * unit + (4 * unit * unit * d * d) / epsilon;
    expect(Math.abs(first - slope) / slope).toBeLessThanOrEqual(allowed);
    expect(Math.abs(second + slope) / slope).toBeLessThanOrEqual(allowed);
  });

  test("subtracts the mean exactly enough", () => {
    const x = tensor([10000, 10001, 10002]);
    const y = layerNorm(x).toArray();
    expect(y[0]).toBe(-y[2]);
    expect(y[1]).toBe(0);
    expect(Math.abs(y[2] - 1.2247356859083902)).toBeLessThanOrEqual(2 ** -23);
  });

  test("a constant row gives 0, with the slope 1/√ε across it", () => {
    expect(layerNorm(tensor([5, 5])).toArray()).toEqual([0, 0]);
    const slope = grad(
      (t: Tensor<[2]>) =>
        sum(mul(layerNorm(t, undefined, undefined, { epsilon: 0.25 }), tensor([1, 0]))) as Tensor<[]>,
    );
    expect(slope(tensor([5, 5])).toArray()).toEqual([1, -1]);
    expect(layerNorm(tensor([[3], [-4]])).toArray()).toEqual([[0], [0]]);
    expect(layerNorm(tensor([5, 5]), undefined, undefined, { epsilon: 0 }).toArray()).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("NaN and ∞ make their row NaN, and no other", () => {
    const y = layerNorm(
      tensor([
        [1, Number.NaN],
        [0, Number.POSITIVE_INFINITY],
        [-3, 3],
      ]),
      undefined,
      undefined,
      { epsilon: 0 },
    );
    expect(y.toArray()).toEqual([
      [Number.NaN, Number.NaN],
      [Number.NaN, Number.NaN],
      [-1, 1],
    ]);
  });

  test("scales and shifts by element of the named axes", () => {
    const x = tensor([
      [-1, 1],
      [-2, 2],
    ]);
    const options = { epsilon: 0 };
    expect(layerNorm(x, tensor([2, 3]), tensor([10, 20]), options).toArray()).toEqual([
      [8, 23],
      [8, 23],
    ]);
    expect(layerNorm(x, tensor([2, 3]), undefined, { axis: 0, epsilon: 0 }).toArray()).toEqual([
      [2, -2],
      [-3, 3],
    ]);
    const image = tensor([[[-1, 1]], [[-1, 1]]]);
    const scale = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(layerNorm(image, scale, undefined, { axis: [0, 2], epsilon: 0 }).toArray()).toEqual([
      [[-1, 2]],
      [[-3, 4]],
    ]);
    expect(layerNorm(tensor([1, 3], { dtype: "int32" }), undefined, undefined, options).dtype).toBe(
      "float32",
    );
  });

  test("says what is wrong", () => {
    const x = zeros([4, 3]);
    // @ts-expect-error layerNorm: scale [4]; expected [3]
    expect(() => layerNorm(x, zeros([4]))).toThrow(
      "layerNorm: scale [4]; expected [3], the axes of [4, 3] that are normalised",
    );
    // @ts-expect-error layerNorm: offset [3, 1]; expected [3]
    expect(() => layerNorm(x, undefined, zeros([3, 1]))).toThrow(
      "layerNorm: offset [3, 1]; expected [3], the axes of [4, 3] that are normalised",
    );
    expect(() => layerNorm(x, undefined, undefined, { epsilon: -1 })).toThrow(
      "layerNorm: epsilon is -1; expected 0 or more",
    );
    expect(() => layerNorm(x, undefined, undefined, { eps: 1 } as never)).toThrow(
      'layerNorm: unknown option "eps"; did you mean "epsilon"?',
    );
    // @ts-expect-error layerNorm: axis 2 is out of range for [4, 3]
    expect(() => layerNorm(x, undefined, undefined, { axis: 2 })).toThrow(
      "layerNorm: axis 2 is out of range",
    );
  });

  test("keeps the type of the shape, and takes the widest dtype", () => {
    expectTypeOf(layerNorm(zeros([4, 3]))).toEqualTypeOf<Tensor<[4, 3]>>();
    expectTypeOf(layerNorm(zeros([4, 3], { dtype: "int32" }), zeros([3]))).toEqualTypeOf<Tensor<[4, 3]>>();
    const wide = layerNorm(zeros([4, 3]), zeros([3], { dtype: "float64" }), zeros([3]));
    expectTypeOf(wide).toEqualTypeOf<Tensor<[4, 3], "float64">>();
    expect(wide.dtype).toBe("float64");
  });
});
