import { lossRules } from "@adjoint/nn";
import {
  log2,
  logSigmoid,
  logSoftmax,
  mean,
  oneHot,
  stabilisingRules as opRules,
  sigmoid,
  softmax,
  std,
  tanh,
  variance,
} from "@adjoint/ops";
import { sgd } from "@adjoint/optim";
import {
  type AnyParameter,
  type AnyTensor,
  abs,
  add,
  cos,
  div,
  exp,
  expm1,
  grad,
  installRules,
  log,
  mul,
  neg,
  parameter,
  reshape,
  sin,
  slice,
  sqrt,
  sub,
  sum,
  take,
  tensor,
  transpose,
  where,
} from "@adjoint/tensor";
import { beforeEach, describe, expect, test } from "vitest";

const stabilisingRules = [...lossRules, ...opRules];

beforeEach(() => installRules(stabilisingRules));

type Fn = (x: AnyTensor) => AnyTensor;

const values = (x: AnyTensor): number[] => [...x.toTypedArray()];
const square: Fn = (x) => mul(x, x) as AnyTensor;
const meanOf = (x: AnyTensor, axis: number): AnyTensor => mean(x, { axis, keepDims: true }) as AnyTensor;

/** Naive formulas of a 2 × 3 tensor, and what they are without rounding: of each element, or along an axis that stays. */
const formulas: Readonly<Record<string, { readonly naive: Fn; readonly exact: Fn; readonly at: number[] }>> =
  {
    "log softmax": {
      naive: (z) => log(softmax(z)) as AnyTensor,
      exact: (z) => logSoftmax(z) as AnyTensor,
      at: [1000, 0, -3, 2, -800, 1],
    },
    "log sigmoid": { naive: (z) => log(sigmoid(z)), exact: logSigmoid, at: [1000, 0, -3, 2, -800, 1] },
    "log(1 − sigmoid)": {
      naive: (z) => log(sub(1, sigmoid(z)) as AnyTensor),
      exact: (z) => logSigmoid(neg(z) as AnyTensor),
      at: [1000, 0, -3, 2, -800, 1],
    },
    "1 − sigmoid": {
      naive: (z) => sub(1, sigmoid(z)) as AnyTensor,
      exact: (z) => sigmoid(neg(z) as AnyTensor),
      at: [30, 0, -3, 2, -80, 60],
    },
    "tanh of exponentials": {
      naive: (x) => div(sub(exp(x), exp(neg(x))) as never, add(exp(x), exp(neg(x))) as never) as AnyTensor,
      exact: tanh,
      at: [1000, 1e-6, -3, 2, -800, 1],
    },
    "1 − cos": {
      naive: (x) => sub(1, cos(x)) as AnyTensor,
      exact: (x) => mul(2, square(sin(mul(0.5, x) as AnyTensor))) as AnyTensor,
      at: [1e-4, 1, -3, 2, 1e-3, 0.1],
    },
    "exp − 1": { naive: (x) => sub(exp(x), 1) as AnyTensor, exact: expm1, at: [1e-9, 1, -3, 2, 1e-3, 0.1] },
    "root of a square": { naive: (x) => sqrt(square(x)), exact: abs as Fn, at: [1e30, 1, -3e-30, 2, -1, 5] },
    "variance of rows": {
      naive: (x) => sub(meanOf(square(x), 1), square(meanOf(x, 1))) as AnyTensor,
      exact: (x) => variance(x, { axis: 1, keepDims: true } as never) as AnyTensor,
      at: [10000, 10001, 10003, 5e4, 5e4 + 1, 5e4 + 3],
    },
    "deviation of columns": {
      naive: (x) => sqrt(sub(meanOf(square(x), 0), square(meanOf(x, 0))) as AnyTensor),
      exact: (x) => std(x, { axis: 0, keepDims: true } as never) as AnyTensor,
      at: [10000, 10001, 10003, 10002, 9990, 10004],
    },
  };

const isFirst = (x: AnyTensor): AnyTensor =>
  tensor(
    Array.from({ length: x.size }, (_, i) => i === 0),
    x.shape,
  ) as AnyTensor;

/** What programs do to a formula's result. */
const wraps: Readonly<Record<string, Fn>> = {
  nothing: (x) => x,
  reshape: (x) => reshape(x, [x.size]) as AnyTensor,
  transpose: (x) => transpose(x) as AnyTensor,
  "an index": (x) => slice(x, [0, 0], [1, 1]) as AnyTensor,
  "take by label": (x) =>
    take(reshape(x, [x.size]) as AnyTensor, tensor([0, 1, 0], { dtype: "int32" })) as AnyTensor,
  where: (x) => where(isFirst(x), x, 0.5) as AnyTensor,
  mean: (x) => mean(x) as AnyTensor,
  "one-hot multiplication": (x) => {
    const row = reshape(x, [x.size]) as AnyTensor;
    return sum(mul(oneHot(tensor(0, { dtype: "int32" }), x.size), row as never) as AnyTensor) as AnyTensor;
  },
  "a function": (x) => [x].map((one) => mul(2, one) as AnyTensor)[0],
};

describe.each(Object.keys(formulas))("%s", (name) => {
  const { naive, exact, at } = formulas[name];
  const x = tensor(at, [2, 3]) as AnyTensor;

  test.each(Object.keys(wraps))("through %s", (wrap) => {
    for (const turn of [
      (z: AnyTensor) => z,
      (z: AnyTensor) => reshape(reshape(z, [6]) as AnyTensor, [2, 3]) as AnyTensor,
    ]) {
      const through =
        (fn: Fn): Fn =>
        (z) =>
          wraps[wrap](fn(turn(z)));
      const slope = (fn: Fn): AnyTensor =>
        grad((z: AnyTensor) => sum(through(fn)(z)) as never)(x as never) as AnyTensor;
      const pairs = [
        [through(naive)(x), through(exact)(x)],
        [slope(naive), slope(exact)],
      ];
      for (const [actual, expected] of pairs) {
        const wanted = values(expected);
        values(actual).forEach((one, i) => {
          expect(Math.abs(one - wanted[i])).toBeLessThanOrEqual(1e-5 * Math.abs(wanted[i]) + 1e-35);
        });
      }
    }
  });
});

describe.each(Object.keys(formulas))("in a step that is not compiled, %s", (name) => {
  const { naive, exact, at } = formulas[name];

  test("has the gradient that it has by itself", () => {
    const w = parameter(tensor(at, [2, 3])) as unknown as AnyParameter;
    const made = sgd([w], { momentum: 0.9 });
    made.minimize(sum(naive(w)) as never);
    // At the first step the momentum is the gradient.
    const actual = values(made.stateDict()["parameter.momentum"]);
    const x = tensor(at, [2, 3]) as AnyTensor;
    const wanted = values(grad((z: AnyTensor) => sum(exact(z)) as never)(x as never) as AnyTensor);
    actual.forEach((one, i) => {
      expect(Math.abs(one - wanted[i])).toBeLessThanOrEqual(1e-5 * Math.abs(wanted[i]) + 1e-35);
    });
  });
});

describe("before the logarithm of probabilities", () => {
  const z = tensor([1000, 0, -3, 2, -800, 1], [2, 3]) as AnyTensor;

  test.each(Object.keys(wraps).filter((wrap) => wrap !== "mean"))("%s", (wrap) => {
    const inside = wraps[wrap];
    const factor = wrap === "a function" ? Math.LN2 : 0;
    const naive: Fn = (x) => log2(inside(softmax(x) as AnyTensor)) as AnyTensor;
    const chosen: Fn = (x) =>
      wrap === "where"
        ? (where(isFirst(x), logSoftmax(x) as AnyTensor, Math.log(0.5)) as AnyTensor)
        : moved(x);
    const moved: Fn = (x) =>
      wrap === "a function" ? (add(logSoftmax(x), factor) as AnyTensor) : inside(logSoftmax(x) as AnyTensor);
    const exact: Fn = (x) => mul(chosen(x), 1 / Math.LN2) as AnyTensor;
    const slope = (fn: Fn): number[] =>
      values(grad((x: AnyTensor) => sum(fn(x)) as never)(z as never) as AnyTensor);
    const pairs = [
      [values(naive(z)), values(exact(z))],
      [slope(naive), slope(exact)],
    ];
    for (const [actual, wanted] of pairs)
      actual.forEach((one, i) => {
        expect(Math.abs(one - wanted[i])).toBeLessThanOrEqual(1e-5 * Math.abs(wanted[i]) + 1e-6);
      });
  });
});
