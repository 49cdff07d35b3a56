import { type AnyTensor, gradients, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logsumexp, logWeightedSum } from "../src/index.ts";

const infinity = Number.POSITIVE_INFINITY;
const of = (x: readonly number[]): AnyTensor => tensor([...x], { dtype: "float64" });
const at = (x: readonly number[], w: readonly number[]): number =>
  logWeightedSum(of(x), of(w)).item() as number;

describe("logWeightedSum", () => {
  property.prop([
    fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 6 }),
  ])("with weights of 1 is logsumexp, and with weights of c that and log c", (x) => {
    const whole = logsumexp(of(x)).item() as number;
    const slack = 1e-13 * (1 + Math.max(...x.map(Math.abs)));
    expect(
      Math.abs(
        at(
          x,
          x.map(() => 1),
        ) - whole,
      ),
    ).toBeLessThanOrEqual(slack);
    expect(
      Math.abs(
        at(
          x,
          x.map(() => 1e-9),
        ) -
          whole -
          Math.log(1e-9),
      ),
    ).toBeLessThanOrEqual(slack + 1e-14);
  });
  property.prop([
    fc.double({ min: -1000, max: 1000, noNaN: true }),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
  ])("with one weight of 1 is that element", (x, y) => {
    expect(at([x, y], [1, 0]) + 0).toBe(x + 0);
  });
  test.each([
    [[0, 0], [2, -1], 0],
    [[0, 0], [1, -2], Number.NaN],
    [[0, 0], [1, -1], -infinity],
    [[infinity, 0], [1, 1], infinity],
    [[infinity, 0], [0, 1], Number.NaN],
    [[-infinity, 0], [0, 1], 0],
    [[-infinity, -infinity], [1, 1], -infinity],
    [[Number.NaN, 0], [0, 1], Number.NaN],
    [[], [], -infinity],
  ])("of %j with weights %j is %d", (x, w, y) => {
    expect(at(x, w) + 0).toBe(y);
  });
  test("keeps what is small beside 1, however the weights are", () => {
    expect(at([0, -30], [1, 0.25]) / (0.25 * Math.exp(-30))).toBeCloseTo(1, 12);
    expect(at([1e-12, -1e-12], [0.75, 0.25]) / 0.5e-12).toBeCloseTo(1, 9);
  });
  test("has a derivative by each weight, also where it is 0", () => {
    const [x, w] = [of([0, 1]), of([1, 0])];
    const [dx, dw] = gradients(logWeightedSum(x, w) as never, [x as never, w as never]) as AnyTensor[];
    expect([...dx.toTypedArray()].map((one) => one + 0)).toEqual([1, 0]);
    expect([...dw.toTypedArray()][1]).toBeCloseTo(Math.E, 14);
  });
  test("broadcasts weights, and refuses what does not fit", () => {
    expect(logWeightedSum(zeros([2, 3]), tensor([1, 2, 1]), { axis: 1 }).toArray()).toEqual([
      Math.fround(Math.log(4)),
      Math.fround(Math.log(4)),
    ]);
    expect(() => logWeightedSum(zeros([2, 3]), zeros([2]))).toThrow(ShapeError);
    expectTypeOf(logWeightedSum(zeros([2, 3]), zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
  });
});
