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
import { type Optimizer, sgd } from "@adjoint/optim";
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

describe("in steps that are not compiled", () => {
  const at = [10001, 10002, 10003, 10004, 10005];
  /** The loss of one step at `at`. */
  function lossOf(made: Optimizer, w: AnyParameter, formula: Fn): number {
    w.assign(tensor(at) as never);
    const loss = formula(w as AnyTensor);
    made.minimize(loss as never);
    return loss.item() as number;
  }

  test.each([
    [0.2, 0.3],
    [0.3, 0.2],
  ])("a variance is known by its numbers at each, %s and then %s", (...factors) => {
    const w = parameter(tensor(at)) as unknown as AnyParameter;
    const made = sgd([w]);
    for (const c of factors) {
      const formula: Fn = (x) =>
        sub(mul(c, sum(square(x))), square(mul(c, sum(x)) as AnyTensor)) as AnyTensor;
      const total = at.reduce((a, b) => a + b);
      const exact = c === 0.2 ? 2 : c * at.reduce((a, b) => a + b * b, 0) - (c * total) ** 2;
      // 0.3 in float32 is another number, of which the total is squared.
      expect(Math.abs(lossOf(made, w, formula) / exact - 1)).toBeLessThan(c === 0.2 ? 1e-6 : 1e-4);
    }
  });

  test("a formula of data that was written before has at each of its numbers the value that it has in a first step", () => {
    const data = tensor(at) as AnyTensor;
    const start = (): ((c: number) => unknown) => {
      const w = parameter(tensor(1)) as unknown as AnyParameter;
      const made = sgd([w], { learningRate: 0 });
      return (c) => {
        w.assign(tensor(1) as never);
        const before = sub(mul(c, sum(square(data))), square(mul(c, sum(data)) as AnyTensor)) as AnyTensor;
        const loss = mul(w, before);
        made.minimize(loss as never);
        return loss.item();
      };
    };
    const step = start();
    for (const c of [0.2, 0.3, 0.2]) expect(step(c)).toBe(start()(c));
  });

  test("NaN is not taken for the number that stands in its place later", () => {
    const w = parameter(tensor([1, -1])) as unknown as AnyParameter;
    const made = sgd([w]);
    const losses = [Number.NaN, -5.5].map((other) => {
      w.assign(tensor([1, -1]) as never);
      const chosen = where(tensor([true, false]) as AnyTensor, sigmoid(w as AnyTensor), other);
      const loss = sum(log(sub(1, chosen) as AnyTensor));
      made.minimize(loss as never);
      return loss.item() as number;
    });
    expect(losses[0]).toBeNaN();
    expect(losses[1]).toBeCloseTo(Math.log(6.5) - Math.log1p(Math.E), 5);
  });

  test("a formula is known whatever of it was looked at", () => {
    for (const look of [false, true]) {
      const w = parameter(tensor([1, 2])) as unknown as AnyParameter;
      const grown = exp(tensor([1000, -3]));
      if (look) grown.toArray();
      const loss = sum(mul(w, log(add(1, grown) as AnyTensor)) as AnyTensor);
      sgd([w], { learningRate: 1 }).minimize(loss as never);
      expect(loss.item()).toBeCloseTo(1000 + 2 * Math.log1p(Math.exp(-3)), 3);
      expect(values(w as AnyTensor)[0]).toBe(-999);
    }
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
