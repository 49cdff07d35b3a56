import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  type DType,
  gradients,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../../src/index.ts";
import { product } from "../../src/primitives/matmul.ts";
import { arrayOf, broadcastable, dtype } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, type NaiveArray, read, toTensor } from "../naive.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** The operand's element as the product sees it: batch axes aligned on the right, the last two perhaps turned round. */
function seen(
  x: NaiveArray,
  transposed: boolean,
  batch: readonly number[],
  [i, j]: readonly [number, number],
): number {
  const own = batch.slice(batch.length - (x.shape.length - 2));
  const place = own.map((b, axis) => (x.shape[axis] === 1 ? 0 : b));
  return at(x, transposed ? [...place, j, i] : [...place, i, j]);
}

const round: Record<DType, (x: number) => number> = {
  bool: (x) => x | 0,
  uint8: (x) => x & 255,
  int32: (x) => x | 0,
  float32: Math.fround,
  float64: (x) => x,
};

// Few digits, so that every order of summation is exact; and all that 0 · x may meet.
const entry = (of: DType): fc.Arbitrary<number> =>
  of === "bool"
    ? fc.nat({ max: 1 })
    : of === "uint8"
      ? fc.nat({ max: 255 })
      : of === "int32"
        ? fc.oneof(fc.integer(), fc.constant(0))
        : fc.oneof(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0, -0, 0.5, nan, inf, -inf));

const extent = fc.nat({ max: 4 });
const cases = fc
  .tuple(fc.tuple(extent, extent, extent), broadcastable(2), dtype(), fc.boolean(), fc.boolean())
  .chain(([[m, k, n], { result, shapes }, of, transposeA, transposeB]) => {
    const [a, b] = [
      [...shapes[0], ...(transposeA ? [k, m] : [m, k])],
      [...shapes[1], ...(transposeB ? [n, k] : [k, n])],
    ];
    return fc.record({
      a: arrayOf(of, a, entry(of)),
      b: arrayOf(of, b, entry(of)),
      shape: fc.constant([...result, m, n]),
      k: fc.constant(k),
      transposeA: fc.constant(transposeA),
      transposeB: fc.constant(transposeB),
    });
  });

describe("matmul", () => {
  property.prop([cases], { numRuns: 500 })(
    "sums the products, in every dtype, batch and layout, also of 0 with NaN and infinity",
    ({ a, b, shape, k, transposeA, transposeB }) => {
      const isWhole = a.dtype !== "float32" && a.dtype !== "float64";
      const expected = build(shape, (index) => {
        const batch = index.slice(0, -2);
        const [i, j] = index.slice(-2);
        let total = 0;
        for (let p = 0; p < k; p++) {
          const [x, y] = [seen(a, transposeA, batch, [i, p]), seen(b, transposeB, batch, [p, j])];
          total = isWhole ? (total + Math.imul(x, y)) | 0 : total + x * y;
        }
        return round[a.dtype](total);
      });
      expect(read(product(toTensor(a), toTensor(b), transposeA, transposeB))).toEqual(expected);
    },
  );
  property.prop([
    fc.tuple(extent, extent, extent).chain(([m, k, n]) => {
      const any = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(0));
      return fc.tuple(arrayOf("float64", [m, k], any), arrayOf("float64", [k, n], any));
    }),
  ])("gives the same bits whichever operands are read transposed", ([a, b]) => {
    const [x, y] = [toTensor(a), toTensor(b)];
    const [xt, yt] = [transpose(x), transpose(y)];
    const expected = read(matmul(x, y));
    expect(read(product(xt, y, true, false))).toEqual(expected);
    expect(read(product(x, yt, false, true))).toEqual(expected);
    expect(read(product(xt, yt, true, true))).toEqual(expected);
  });
  test("has the gradient of the product of transposes, whichever operands are read transposed", () => {
    const [a, b] = [
      tensor([
        [1, -2, 3],
        [4, 5, -6],
      ]),
      tensor([
        [7, 8],
        [-9, 1],
        [2, 3],
      ]),
    ];
    const weights = tensor([
      [1, 10],
      [100, 1000],
    ]);
    const gradientsOf = (
      f: (x: AnyTensor, y: AnyTensor) => AnyTensor,
      x: AnyTensor,
      y: AnyTensor,
    ): AnyTensor[] => gradients(sum(mul(f(x, y), weights)) as AnyTensor, [x, y]);
    const [da, db] = gradientsOf((x, y) => matmul(x, y), a, b);
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const turn = (x: AnyTensor, isTurned: boolean): AnyTensor => (isTurned ? transpose(x) : x);
        const [x, y] = [turn(a, transposeA), turn(b, transposeB)].map((one) =>
          tensor(one.toArray() as number[][]),
        );
        const [dx, dy] = gradientsOf((p, q) => product(p, q, transposeA, transposeB), x, y);
        expect(turn(dx, transposeA).toArray()).toEqual(da.toArray());
        expect(turn(dy, transposeB).toArray()).toEqual(db.toArray());
      }
    }
  });
  test("does not skip a 0 that meets NaN or infinity", () => {
    const zero = tensor([[0, 0]]);
    expect(matmul(zero, tensor([[nan], [1]])).toArray()).toEqual([[nan]]);
    expect(matmul(zero, tensor([[1], [inf]])).toArray()).toEqual([[nan]]);
    expect(
      matmul(
        tensor([[inf, 1]]),
        tensor([
          [0, 1],
          [1, 1],
        ]),
      ).toArray(),
    ).toEqual([[nan, inf]]);
    expect(matmul(zero, tensor([[1], [2]])).toArray()).toEqual([[0]]);
    expect(matmul(tensor([[-0]]), tensor([[1]])).toArray()).toEqual([[0]]);
  });
  test("accumulates float32 in float64", () => {
    const row = tensor([[2 ** 24, 1, -(2 ** 24)]]);
    expect(matmul(row, tensor([[1], [1], [1]])).toArray()).toEqual([[1]]);
    expect(product(row, tensor([[1, 1, 1]]), false, true).toArray()).toEqual([[1]]);
    expect(product(transpose(row), tensor([[1], [1], [1]]), true, false).toArray()).toEqual([[1]]);
  });
  test("over no terms is 0", () => {
    expect(matmul(zeros([2, 0]), zeros([0, 1])).toArray()).toEqual([[0], [0]]);
    expect(matmul(zeros([0, 2]), zeros([2, 3])).shape).toEqual([0, 3]);
  });
  test("promotes", () => {
    const mixed = matmul(tensor([[1, 2]], { dtype: "int32" }), tensor([[0.5], [0.25]]));
    expect([mixed.dtype, mixed.toArray()]).toEqual(["float32", [[1]]]);
  });
  test("says what does not fit", () => {
    const [a, b]: [Tensor, Tensor] = [zeros([32, 784]), zeros([25, 10])];
    expect(failure(() => matmul(a, b))).toBe(
      "ShapeError: matmul: inner dimensions 784 and 25 differ: [32, 784] × [25, 10]",
    );
    expect(failure(() => matmul(a, zeros([784]) as Tensor))).toBe(
      "ShapeError: matmul: [784] has rank 1; expected at least 2: reshape it to a row or a column",
    );
    expect(failure(() => matmul(zeros([8, 2, 3]) as Tensor, zeros([7, 3, 2]) as Tensor))).toContain(
      "ShapeError: matmul: cannot broadcast [8] with [7]: axis -1 has dimensions 8 and 7",
    );
    expect(failure(() => product(a, zeros([10, 25]), false, true))).toContain(
      "inner dimensions 784 and 25 differ: [32, 784] × [25, 10]",
    );
  });
  test("computes the type", () => {
    expectTypeOf(matmul(zeros([32, 784]), zeros([784, 25]))).toEqualTypeOf<Tensor<[32, 25]>>();
    expectTypeOf(matmul(zeros([8, 1, 2, 3]), zeros([5, 3, 4]))).toEqualTypeOf<Tensor<[8, 5, 2, 4]>>();
    // @ts-expect-error: inner dimensions 784 and 25 differ
    expect(() => matmul(zeros([32, 784]), zeros([25, 10]))).toThrow("inner dimensions");
  });
});
