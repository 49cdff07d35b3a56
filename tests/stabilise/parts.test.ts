import { lossRules } from "@adjoint/nn";
import { clip, dot, mean, relu, sigmoid, softmax, softplus, stabilisingRules } from "@adjoint/ops";
import {
  type AnyTensor,
  abs,
  add,
  compile,
  div,
  exp,
  grad,
  hessian,
  installRules,
  log,
  matmul,
  max,
  maximum,
  mul,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  tensor,
  transpose,
  where,
  withoutStabilising,
} from "@adjoint/tensor";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => installRules([...lossRules, ...stabilisingRules]));

type Fn = (x: AnyTensor) => AnyTensor;

const values = (x: AnyTensor): number[] => [...x.toTypedArray()].map((one) => one + 0);
const total = (fn: Fn) => (x: AnyTensor) => sum(fn(x)) as AnyTensor;
const slopes = (fn: Fn, x: AnyTensor): number[] => values(grad(total(fn) as never)(x as never) as AnyTensor);
const vector = (...numbers: number[]): AnyTensor => tensor(numbers) as AnyTensor;

/** Within 16 ulps of float32, of numbers of that size: the logarithms on the way are rounded. */
function expectNear(actual: readonly number[], expected: readonly number[], size = 1): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((one, i) => {
    expect(Math.abs(one - expected[i])).toBeLessThanOrEqual(2 ** -19 * Math.max(size, Math.abs(expected[i])));
  });
}

describe("a part of a sum that is 0 has a derivative, though its logarithm has none", () => {
  const cases: readonly (readonly [string, Fn, readonly number[]])[] = [
    ["log(sum(x²))", (x) => log(sum(mul(x, x))), [0, 1, 2]],
    ["log(mean(x²))", (x) => log(mean(mul(x, x) as AnyTensor) as AnyTensor), [0, 1, 2]],
    ["log(x² + c)", (x) => log(add(mul(x, x), 1e-6)), [0, 1, -2]],
    ["log(x² + eˣ)", (x) => log(add(mul(x, x), exp(x))), [0, 1, -2]],
    ["log(|x| σ(x) + c)", (x) => log(add(mul(abs(x), sigmoid(x)), 0.001)), [0, 1, -2]],
    ["log(relu(x) softplus(x) + eˣ)", (x) => log(add(mul(relu(x), softplus(x)), exp(x))), [0, 1, -2]],
    [
      "log(clip(x, 0, 1) eˣ + c)",
      (x) => log(add(mul(clip(x, { min: 0, max: 1 }), exp(x)), 0.5)),
      [0, 0.5, 2],
    ],
    ["log(sum(|x| eˣ))", (x) => log(sum(mul(abs(x), exp(x)))), [0, 1, 2]],
    [
      "log(mean(relu(x) σ(x)))",
      (x) => log(mean(mul(relu(x), sigmoid(x)) as AnyTensor) as AnyTensor),
      [0, 1, -2],
    ],
    ["log(max(x², c))", (x) => log(maximum(mul(x, x), 1e-6)), [0, 1, -2]],
    ["log(clip(x²))", (x) => log(clip(mul(x, x) as AnyTensor, { min: 1e-6 })), [0, 1, -2]],
    ["log(max of x²)", (x) => log(max(mul(x, x) as AnyTensor)), [0, 1, -2]],
    ["log(1 + x²)", (x) => log(add(1, mul(x, x))), [0, 1, -2]],
    ["√(x² + c)", (x) => sqrt(add(mul(x, x), 1e-6)), [0, 1, -2]],
  ];

  test.for(cases)("%s", ([, fn, numbers]) => {
    const x = vector(...numbers);
    const written = withoutStabilising(() => [...values(fn(x)), ...slopes(fn, x)]);
    expect(written.every(Number.isFinite)).toBe(true);
    expectNear([...values(fn(x)), ...slopes(fn, x)], written);
    expectNear([...values(compile(fn)(x)), ...slopes(compile(fn), x)], written);
  });

  test("to the second order too", () => {
    const fn: Fn = (x) => log(sum(add(mul(mul(abs(x), x), sigmoid(x)), exp(x)))) as AnyTensor;
    const square: Fn = (x) => sum(log(add(mul(x, x), 0.25))) as AnyTensor;
    for (const [one, numbers] of [
      [fn, [0, 0.5]],
      [square, [0, 1]],
    ] as const) {
      const x = vector(...numbers);
      const second = (): number[] => values(hessian(one as never)(x as never) as AnyTensor);
      expectNear(second(), withoutStabilising(second));
    }
  });

  test("where all parts are 0, the logarithm is −∞", () => {
    expect(values(log(sum(mul(abs(vector(0, 0)), exp(vector(1, 2))))))).toEqual([Number.NEGATIVE_INFINITY]);
    expect(values(log(sum(mul(vector(0, 0), vector(0, 0)))))).toEqual([Number.NEGATIVE_INFINITY]);
  });
});

test("the largest of elements of which some are negative has a logarithm", () => {
  const fn: Fn = (z) => log(max(mul(vector(-1, 2, -3), exp(z)) as AnyTensor)) as AnyTensor;
  expectNear(values(fn(vector(1, 2, 3))), [2 + Math.LN2]);
  expectNear(slopes(fn, vector(1, 2, 3)), [0, 1, 0]);
});

describe("fractions of exponentials that overflow", () => {
  const z = tensor([200, 150, 198]) as AnyTensor;
  const whole = [1 / (1 + Math.exp(-50) + Math.exp(-2)), 0, Math.exp(-2) / (1 + Math.exp(-2))];
  const mask = tensor([true, true, false]) as AnyTensor;
  const cases: readonly (readonly [string, Fn, readonly number[]])[] = [
    [
      "of another shape",
      (x) => div(transpose(exp(x)), transpose(sum(exp(x), { axis: 0 } as never) as AnyTensor)) as AnyTensor,
      whole,
    ],
    [
      "element by element",
      (x) => div(slice(exp(x), [2], [3]), reshape(sum(exp(x)) as AnyTensor, [1])) as AnyTensor,
      [whole[2]],
    ],
    [
      "masked",
      (x) => {
        const kept: AnyTensor = where(mask, exp(x), 0) as AnyTensor;
        return div(kept, sum(kept)) as AnyTensor;
      },
      [1, 0, 0],
    ],
    [
      "weighted",
      (x) => div(mul(vector(1, -2, 3), exp(x)), sum(exp(x))) as AnyTensor,
      [whole[0], 0, 3 * whole[2]],
    ],
    [
      "a weighted mean",
      (x) => div(sum(mul(vector(1, -2, 3), exp(x))), sum(exp(x))) as AnyTensor,
      [whole[0] + 3 * whole[2]],
    ],
    [
      "of products",
      (x) => div(mul(2, exp(x)), mul(4, sum(mul(2, exp(x))))) as AnyTensor,
      whole.map((one) => one / 4),
    ],
    [
      "of other exponentials",
      (x) => div(exp(sub(x, 1) as AnyTensor), sum(exp(x))) as AnyTensor,
      whole.map((one) => one / Math.E),
    ],
    ["of two", (x) => div(exp(x), add(exp(x), exp(vector(200, 150, 150)))) as AnyTensor, [0.5, 0.5, 1]],
  ];

  test.for(cases)("%s", ([, fn, expected]) => {
    expectNear(values(fn(z)), expected, 8);
    expectNear(values(compile(fn)(z)), expected, 8);
    expect(slopes(fn, z).every(Number.isFinite)).toBe(true);
  });

  test("of weights of any sign, also 0, and the sum of what they weigh", () => {
    const fn: Fn = (x) => {
      const weighed: AnyTensor = mul(vector(0, -2, 3), exp(x)) as AnyTensor;
      return div(weighed, sum(weighed)) as AnyTensor;
    };
    const small = Math.exp(-48);
    expectNear(values(fn(z)), [0, (-2 * small) / 3, 1], 8);
    expectNear(slopes(fn, z), [0, 0, 0], 8);
    const x = vector(1, 2, 1.5);
    expectNear(
      [...values(fn(x)), ...slopes((y) => mul(fn(y), vector(1, 3, 2)) as AnyTensor, x)],
      withoutStabilising(() => [
        ...values(fn(x)),
        ...slopes((y) => mul(fn(y), vector(1, 3, 2)) as AnyTensor, x),
      ]),
      8,
    );
  });

  test("attention by hand, with the product of exponentials and values over the sum of the exponentials", () => {
    const scores = tensor([
      [200, 198],
      [0, 300],
    ]) as AnyTensor;
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]) as AnyTensor;
    const fn: Fn = (x) =>
      div(matmul(exp(x), rows), sum(exp(x), { axis: 1, keepDims: true } as never)) as AnyTensor;
    const share = Math.exp(-2) / (1 + Math.exp(-2));
    expectNear(values(fn(scores)), [1 + 3 * share, 2 + 3 * share, 3 + 3 * share, 4, 5, 6], 8);
    expect(slopes(fn, scores).every(Number.isFinite)).toBe(true);
  });

  test("a weighted mean of rows, whose weights have one more dimension than their exponents", () => {
    const scores = tensor([[200], [198]]) as AnyTensor;
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]) as AnyTensor;
    const fn: Fn = (x) =>
      div(sum(mul(rows, exp(x)), { axis: 0 } as never), sum(exp(x), { axis: 0 } as never)) as AnyTensor;
    const share = Math.exp(-2) / (1 + Math.exp(-2));
    expectNear(values(fn(scores)), [1 + 3 * share, 2 + 3 * share, 3 + 3 * share]);
  });

  test("is −∞ alone no share of anything, as the formula says", () => {
    const nothing = vector(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
    const fn: Fn = (x) => div(mul(2, exp(x)), sum(exp(x))) as AnyTensor;
    expect(values(fn(nothing))).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("roots of sums of squares", () => {
  test("of a scalar product, of any number of addends, and beside a number", () => {
    expect(slopes((x) => sqrt(dot(x as never, x as never)) as AnyTensor, vector(0, 0))).toEqual([0, 0]);
    const v = vector(3e25, 4e25);
    expectNear(
      values(sqrt(dot(v as never, v as never)) as AnyTensor).map((one) => one / 1e25),
      [5],
    );
    const [x, y, c] = [vector(3e25), vector(4e25), vector(12e25)];
    const three = sqrt(add(add(mul(x, x), mul(y, y)), mul(c, c)));
    expectNear(
      values(three).map((one) => one / 1e25),
      [13],
    );
    expectNear(values(div(x, sqrt(add(mul(x, x), 1))) as AnyTensor), [1]);
  });

  test("of a product of two vectors there is none", () => {
    expect(values(sqrt(dot(vector(4, 0) as never, vector(1, 1) as never)) as AnyTensor)).toEqual([2]);
    expect(values(sqrt(sum(mul(vector(4, 0), vector(1, 1)))) as AnyTensor)).toEqual([2]);
    expect(values(sqrt(sub(mul(vector(3), vector(3)), mul(vector(2), vector(2)))) as AnyTensor)).toEqual([
      Math.fround(Math.sqrt(5)),
    ]);
  });
});

test("what a row of shares lacks of 1 is known only if the row is whole", () => {
  const target = tensor([
    [1, 0],
    [1, 0],
  ]) as AnyTensor;
  const z = tensor([
    [50, 0],
    [3, 2],
  ]) as AnyTensor;
  const along = (axis: number): number[] =>
    values(sub(1, sum(mul(target, softmax(z)), { axis } as never)) as AnyTensor);
  expectNear(
    along(1).map((one) => one * 1e21),
    [1e21 * Math.exp(-50), 1e21 / (1 + Math.E)],
  );
  expect(along(0)).toEqual(withoutStabilising(() => along(0)));
});
