import {
  exp2,
  greater,
  log2,
  logicalNot,
  logSigmoid,
  logSoftmax,
  mean,
  oneHot,
  prod,
  relu,
  sigmoid,
  softmax,
  softplus,
  stabilisingRules,
} from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  apply,
  checkpoint,
  compile,
  composite,
  cos,
  div,
  exp,
  explain,
  getBackend,
  grad,
  gradients,
  hessian,
  installRules,
  jacobian,
  jvp,
  log,
  type Match,
  matmul,
  max,
  mul,
  neg,
  type Op,
  ones,
  parameter,
  primitives,
  printGraph,
  referenceBackend,
  reshape,
  rulesOf,
  setBackend,
  slice,
  sqrt,
  stopGradient,
  sub,
  sum,
  take,
  tensor,
  valueAndGrad,
  vjp,
  where,
  withoutStabilising,
} from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";
import { beforeEach, describe, expect, test } from "vitest";
import { asTensors, isRight, type Program } from "./programs.ts";

beforeEach(() => installRules(stabilisingRules));

type Fn = (x: AnyTensor) => AnyTensor;

const values = (x: AnyTensor): number[] => [...x.toTypedArray()].map((one) => one + 0);

/** Within 8 ulps of float32: the same formula, computed in another way. */
function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const off = actual.map((one, i) => Math.abs(one / expected[i] - 1));
  expect(Math.max(...off)).toBeLessThan(2 ** -20);
}
const total = (fn: Fn) => (x: AnyTensor) => sum(fn(x)) as AnyTensor;
const slope = (fn: Fn, x: AnyTensor): number[] => values(grad(total(fn) as never)(x as never) as AnyTensor);
const vector = (...numbers: number[]): AnyTensor => tensor(numbers) as AnyTensor;
const naive: Fn = (z) => log(softmax(z));

describe("what is rewritten", () => {
  test.each<[string, Fn, number[], number[], number[]]>([
    ["log of a softmax", naive, [1000, 0], [0, -1000], [-1, 1]],
    ["in base 2", (z) => mul(log2(softmax(z)), Math.LN2) as AnyTensor, [1000, 0], [0, -1000], [-1, 1]],
    [
      "behind take",
      (z) => log(take(softmax(z), tensor([1], { dtype: "int32" }))),
      [1000, 0],
      [-1000],
      [-1, 1],
    ],
    [
      "chosen by where",
      (z) => log(where(greater(z, 5), 1, softmax(z)) as AnyTensor),
      [1000, 0],
      [0, -1000],
      [-1, 1],
    ],
    [
      "chosen by a one-hot product",
      (z) =>
        log(
          sum(mul(oneHot(tensor(1, { dtype: "int32" }), 2), softmax(z) as never) as AnyTensor) as AnyTensor,
        ),
      [1000, 0],
      [-1000],
      [-1, 1],
    ],
    [
      "by hand, shifted",
      (z) => log(div(exp(sub(z, max(z)) as AnyTensor), sum(exp(sub(z, max(z)) as AnyTensor)))),
      [1000, 0],
      [0, -1000],
      [-1, 1],
    ],
    ["mean of exponentials", (z) => log(mean(exp(z)) as AnyTensor), [1000, 1000], [1000], [0.5, 0.5]],
    ["product of probabilities", (z) => log(prod(sigmoid(z)) as AnyTensor), [-500, -600], [-1100], [1, 1]],
    ["softplus of a log1p", (z) => log(add(exp(z), 1) as AnyTensor), [1000], [1000], [1]],
    [
      "the complement of a softmax",
      (z) => log(sub(1, softmax(z)) as AnyTensor),
      [1000, 0],
      [-1000, 0],
      [-1, 1],
    ],
    ["log of 1 − x", (z) => log(sub(1, z) as AnyTensor), [1e-10], [-1e-10], [-1]],
    ["1 − eˣ", (z) => sub(1, exp(z)) as AnyTensor, [1e-10], [-1e-10], [-1]],
    ["1 − cos x", (z) => sub(1, cos(z)) as AnyTensor, [0.0001], [0.5e-8], [0.0001]],
    ["root of a square", (z) => sqrt(mul(z, z) as AnyTensor), [-1e30, 0], [1e30, 0], [-1, 0]],
    [
      "a sigmoid with −1 · z for −z",
      (z) => div(1, add(1, exp(mul(-1, z) as AnyTensor))) as AnyTensor,
      [-1000, 0],
      [0, 0.5],
      [0, 0.25],
    ],
    [
      "a tanh with z · −1 for −z",
      (z) => {
        const [up, down] = [exp(z), exp(mul(z, -1) as AnyTensor)];
        return div(sub(up, down), add(up, down)) as AnyTensor;
      },
      [1000, 0.0001],
      [1, 0.0001],
      [0, 1],
    ],
    ["exp over 1 + exp", (z) => div(exp(z), add(1, exp(z))) as AnyTensor, [1000, 0], [1, 0.5], [0, 0.25]],
  ])("%s", (_, fn, at, expected, slopes) => {
    const close = (actual: number[], wanted: number[]): void => {
      expect(actual.length).toBe(wanted.length);
      actual.forEach((one, i) => {
        expect(Math.abs(one - wanted[i])).toBeLessThanOrEqual(1e-6 * Math.abs(wanted[i]));
      });
    };
    const x = vector(...at);
    close(values(fn(x)), expected);
    close(slope(fn, x), slopes);
    const compiled = compile((z: AnyTensor) => [fn(z), grad(total(fn) as never)(z as never) as AnyTensor]);
    const [value, gradient] = compiled(x) as AnyTensor[];
    close(values(value), expected);
    close(values(gradient), slopes);
  });

  test("in every kind of derivative, to second order", () => {
    const x = vector(1000, 0);
    const second = (z: AnyTensor): AnyTensor => reshape(slice(naive(z), [1]), []) as AnyTensor;
    expect(values(jacobian(naive as never)(x as never) as AnyTensor)).toEqual([0, 0, -1, 1]);
    expect(values(jvp(naive, [x], [vector(1, 3)])[1] as AnyTensor)).toEqual([0, 2]);
    expect(values(vjp(naive, x)[1](vector(0, 1) as never)[0] as AnyTensor)).toEqual([-1, 1]);
    expect(values(hessian(second as never)(x as never) as AnyTensor)).toEqual([0, 0, 0, 0]);
    const weight = parameter(x as never);
    const loss = neg(second(weight as never)) as AnyTensor;
    (loss as unknown as { backward(): void }).backward();
    expect(values(weight.grad as AnyTensor)).toEqual([1, -1]);
    expect(values(loss)).toEqual([1000]);
    expect(values(gradients(second(weight as never), [weight as never])[0] as AnyTensor)).toEqual([-1, 1]);
    expect(slope(checkpoint(naive), x)).toEqual(slope(naive, x));
  });

  test("whatever has been looked at before", () => {
    const p = softmax(vector(1000, 0));
    expect(values(p)).toEqual([1, 0]);
    expect(values(log(p))).toEqual([0, -1000]);
    expect(values(log(slice(p, [1])))).toEqual([-1000]);
    expect(values(mul(2, log(p)) as AnyTensor)).toEqual([0, -2000]);
    withoutStabilising(() => expect(values(log(p))).toEqual([0, Number.NEGATIVE_INFINITY]));
  });

  test("the loss and its gradient are computed in one form", () => {
    const [value, gradient] = valueAndGrad(total(naive) as never)(vector(1000, 0) as never) as AnyTensor[];
    expect(printGraph(gradient)).not.toContain("log(");
    expect(values(value)).toEqual([-1000]);
  });
});

describe("what is left alone", () => {
  test("each node of a training step without a pattern is the same object afterwards", () => {
    const prepared: (readonly AnyTensor[])[] = [];
    const previous = getBackend();
    setBackend({
      name: "nodes",
      prepare(graph) {
        prepared.push(graph.outputs);
        return previous.prepare(graph);
      },
    });
    try {
      const w = parameter(tensor([[0.5, -1]]) as never) as unknown as AnyTensor;
      const made: AnyTensor[] = [];
      const step = compile((x: AnyTensor) => {
        const loss = sum(relu(matmul(x, w as never) as AnyTensor)) as AnyTensor;
        const [slope] = gradients(loss, [w as never]) as AnyTensor[];
        const next = sub(
          w,
          div(slope, add(sqrt(add(slope, 3) as AnyTensor), 1) as never) as never,
        ) as AnyTensor;
        made.push(loss, slope, next);
        return [loss, slope, next];
      });
      step(tensor([[1], [2]]) as AnyTensor);
      const outputs = prepared.at(-1) as readonly AnyTensor[];
      expect(outputs.length).toBe(3);
      outputs.forEach((node, i) => {
        expect(node === made[i]).toBe(true);
      });
    } finally {
      setBackend(previous);
    }
  });

  test("a graph without a pattern gives the same nodes", () => {
    const w = tensor([[1, 2]]) as AnyTensor;
    const program = compile((x: AnyTensor) => relu(matmul(x, w as never) as AnyTensor));
    const plain = compile((x: AnyTensor) => relu(matmul(x, w as never) as AnyTensor), { stabilise: false });
    const x = tensor([[1], [2]]) as AnyTensor;
    expect([values(program(x)), program.programs]).toEqual([values(plain(x)), plain.programs]);
    expect(explain((y: AnyTensor) => relu(y))(x)).toBe("nothing to rewrite");
  });

  const infinity = Number.POSITIVE_INFINITY;
  test.each<[string, Fn, number[], number[]]>([
    ["softmax of ∞", naive, [infinity, 0], [Number.NaN, Number.NaN]],
    ["softmax of −∞ alone", naive, [-infinity, -infinity], [Number.NaN, Number.NaN]],
    ["logsumexp of −∞", (z) => log(sum(exp(z)) as AnyTensor), [-infinity, -infinity], [-infinity]],
    ["0 log 0", (z) => mul(0, log(z)) as AnyTensor, [0], [Number.NaN]],
    ["0 · ∞", (z) => mul(0, z) as AnyTensor, [infinity], [Number.NaN]],
    ["∞ / ∞", (z) => div(exp(z), add(1, exp(z))) as AnyTensor, [infinity, -infinity], [Number.NaN, 0]],
    ["log σ(−∞)", (z) => log(sigmoid(z)), [-infinity, infinity], [-infinity, 0]],
    ["log of a negative product", (z) => log(mul(z, z) as AnyTensor), [-2], [Math.fround(Math.log(4))]],
    [
      "log of a negative number",
      (z) => log(mul(-1, softmax(z)) as AnyTensor),
      [0, 0],
      [Number.NaN, Number.NaN],
    ],
    ["log(1 + x) below −1", (z) => log(add(1, z) as AnyTensor), [-1, -2], [-infinity, Number.NaN]],
    ["log(1 − x) of what is no share", (z) => log(sub(1, exp(z)) as AnyTensor), [1], [Number.NaN]],
  ])("%s", (_, fn, at, expected) => {
    expect(values(fn(vector(...at)))).toEqual(expected);
  });

  describe.each(["interpreted", "in WebAssembly"])(
    "beside ∞, %s, all that is 0 or −∞ as written is",
    (where) => {
      beforeEach(() => {
        const before = getBackend();
        setBackend(where === "interpreted" ? referenceBackend : new WasmBackend());
        return () => setBackend(before);
      });
      const shares: Fn = (z) => div(exp(z), sum(exp(z)) as never) as AnyTensor;
      test.each<[string, Fn]>([
        ["exp(z) / sum(exp(z))", shares],
        ["2ᶻ / sum(2ᶻ)", (z) => div(exp2(z), sum(exp2(z)) as never) as AnyTensor],
        ["log(exp(z) / sum(exp(z)))", (z) => log(shares(z))],
        ["z − log(sum(exp(z)))", (z) => sub(z, log(sum(exp(z)) as AnyTensor) as never) as AnyTensor],
        [
          "log(p) − log(q)",
          (z) => sub(log(shares(z)), log(softmax(vector(1, 2, 3, 4))) as never) as AnyTensor,
        ],
      ])("%s", (_, fn) => {
        for (const at of [
          [infinity, 0, -infinity, 3],
          [0, infinity, infinity, -3],
          [-infinity, -infinity, -infinity, -infinity],
        ]) {
          const written = withoutStabilising(() => values(fn(vector(...at))));
          expect(explain(fn)(vector(...at))).not.toBe("nothing to rewrite");
          expect(values(fn(vector(...at)))).toEqual(written);
        }
      });
      test("not what a shift by the largest makes NaN", () => {
        const shifted = (z: AnyTensor): AnyTensor => sub(z, max(z) as never) as AnyTensor;
        expect(values(log(shares(shifted(vector(infinity, 0)))))).toEqual([Number.NaN, Number.NaN]);
      });
    },
  );

  test("a mask is kept", () => {
    const mask = tensor([true, true, false]);
    expect(values(log(softmax(vector(1000, 0, 2000), { mask: mask as never })))).toEqual([
      0,
      -1000,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test("a sum that stands beside other elements than its own is no softmax", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]) as AnyTensor;
    const fn = (z: AnyTensor): AnyTensor =>
      div(exp(z), sum(exp(z), { axis: 1 } as never) as never) as AnyTensor;
    expectNear(
      values(fn(x)),
      withoutStabilising(() => values(fn(x))),
    );
  });

  test("what has been read is a number, in programs of the same structure too", () => {
    const plusOne = (one: AnyTensor, x: AnyTensor): AnyTensor => log(add(one, x) as AnyTensor);
    const one = ones([1]) as AnyTensor;
    values(one);
    expect(values(plusOne(one, vector(3)))).toEqual([Math.fround(Math.log(4))]);
    expect(values(plusOne(vector(2), vector(2)))).toEqual([Math.fround(Math.log(4))]);
    const scaled = (a: number, b: number): AnyTensor =>
      div(
        exp(mul(a, vector(1, 2)) as AnyTensor),
        sum(exp(mul(b, vector(1, 2)) as AnyTensor)) as never,
      ) as AnyTensor;
    const x = vector(1, 2);
    const ratio = (a: number, b: number): number[] =>
      values(div(exp(mul(a, x) as AnyTensor), sum(exp(mul(b, x) as AnyTensor)) as never) as AnyTensor);
    expect(ratio(0.3, 0.3)[0]).not.toBe(ratio(0.3, 0.7)[0]);
    expectNear(
      ratio(0.3, 0.7),
      withoutStabilising(() => ratio(0.3, 0.7)),
    );
    expect(values(scaled(5, 5))[0]).toBeLessThan(1);
  });

  test("a formula that shares its parts over and over is given up, not searched without end", () => {
    let x: AnyTensor = exp(vector(0));
    for (let i = 0; i < 60; i++) x = add(x, x) as AnyTensor;
    expect(values(log(x))[0]).toBeCloseTo(60 * Math.LN2, 4);
  });

  test("numbers of a mean, in programs of the same structure too", () => {
    const spread = (n: number, x: AnyTensor): AnyTensor =>
      sub(
        div(sum(mul(x, x) as AnyTensor), n) as AnyTensor,
        mul(div(sum(x) as AnyTensor, n), div(sum(x) as AnyTensor, n)) as never,
      ) as AnyTensor;
    const x = vector(1, 2, 3, 4, 5, 6);
    for (const n of [5, 6, 7, 6, 5])
      expect(Math.abs(values(spread(n, x))[0] - (91 / n - (21 / n) ** 2))).toBeLessThan(1e-5);
    const far = vector(10001, 10002, 10003, 10004, 10005, 10006);
    expect(values(spread(6, far))[0]).toBe(Math.fround(35 / 12));
  });

  test("wanted nodes are not rewritten away", () => {
    const z = vector(1, 0);
    const p = softmax(z);
    const [byProbability] = gradients(reshape(slice(log(p), [0], [1]), []), [p as never]);
    expect(values(byProbability as AnyTensor)[0]).toBeCloseTo(1 / values(p)[0], 5);
  });
});

describe("an unselected branch of where", () => {
  test.each<[string, Fn, number[], number[]]>([
    ["log at 0", (x) => where(greater(x, 0), log(x), 0) as AnyTensor, [0, 2], [0, 0.5]],
    ["sqrt at −1", (x) => where(greater(x, 0), sqrt(x), 0) as AnyTensor, [-1, 4], [0, 0.25]],
    ["1 / (x − 1)", (x) => where(greater(x, 1), div(1, sub(x, 1) as never), 0) as AnyTensor, [1, 2], [0, -1]],
    [
      "a chain",
      (x) => where(greater(x, 0), exp(mul(sqrt(x), log(x)) as AnyTensor), x) as AnyTensor,
      [0, 1],
      [1, 1],
    ],
    [
      "behind moves",
      (x) =>
        where(greater(x, 0), reshape(log(reshape(x, [2, 1]) as AnyTensor), [2]) as never, 0) as AnyTensor,
      [0, 2],
      [0, 0.5],
    ],
    [
      "one condition for all",
      (x) => where(greater(sum(x), 9), sum(softmax(div(x, 0) as AnyTensor)) as never, 0) as AnyTensor,
      [1, 2],
      [0, 0],
    ],
    [
      "stretched",
      (x) =>
        where(greater(vector(1, -1), 0), 1, log(reshape(slice(x, [0], [1]), []) as AnyTensor)) as AnyTensor,
      [2, 0],
      [0.5, 0],
    ],
    [
      "where in where",
      (x) =>
        where(
          greater(x, 0),
          where(greater(x, 1), log(sub(x, 1) as AnyTensor), 0),
          sqrt(neg(x) as AnyTensor),
        ) as AnyTensor,
      [1, 3, -4],
      [0, 0.5, -0.25],
    ],
  ])("adds nothing to the gradient: %s", (_, fn, at, expected) => {
    expect(slope(fn, vector(...at))).toEqual(expected);
    withoutStabilising(() => expect(slope(fn, vector(...at))).toEqual(expected));
  });

  test("nor to the second and third derivative", () => {
    const fn: Fn = (x) => where(greater(x, 0), log(x), 0) as AnyTensor;
    const first: Fn = (x) => grad(total(fn) as never)(x as never) as AnyTensor;
    const second: Fn = (x) => grad(total(first) as never)(x as never) as AnyTensor;
    expect(slope(first, vector(0, 2))).toEqual([0, -0.25]);
    expect(slope(second, vector(0, 2))).toEqual([0, 0.25]);
    expect(values(jvp(fn, [vector(0, 2)], [vector(1, 1)])[1] as AnyTensor)).toEqual([0, 0.5]);
  });

  test("but what is selected keeps its NaN", () => {
    const fn: Fn = (x) => where(logicalNot(greater(x, 0)), sqrt(x), 0) as AnyTensor;
    expect(slope(fn, vector(-1, 0, 1))).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0]);
  });
});

describe("switching off", () => {
  const x = vector(1000, 0);

  test("withoutStabilising takes formulas as they are written, and gives back the switch", () => {
    expect(withoutStabilising(() => values(naive(x)))).toEqual([0, Number.NEGATIVE_INFINITY]);
    expect(() =>
      withoutStabilising(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(values(naive(x))).toEqual([0, -1000]);
  });

  test("options of grad and compile do so for one function", () => {
    expect(values(grad(total(naive) as never, { stabilise: false })(x as never) as AnyTensor)).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
    expect(values(jacobian(naive as never, { stabilise: false })(x as never) as AnyTensor)[2]).toBeNaN();
    const written = compile(naive, { stabilise: false });
    expect(values(written(x))).toEqual([0, Number.NEGATIVE_INFINITY]);
    const both = compile(naive);
    expect(values(both(x))).toEqual([0, -1000]);
    expect(withoutStabilising(() => values(both(x)))).toEqual([0, Number.NEGATIVE_INFINITY]);
  });

  test("without rules nothing is rewritten", () => {
    installRules([]);
    expect(values(naive(x))).toEqual([0, Number.NEGATIVE_INFINITY]);
  });
});

describe("rules of your own", () => {
  const doubleOp = composite("double", {
    lower: ([x]) => mul(2, x) as AnyTensor,
    replaces: [{ written: (x) => add(x, x) as AnyTensor, because: "it is shorter" }],
  });

  test("lead to the op that declares them, unless they say otherwise", () => {
    installRules([...rulesOf(doubleOp), ...stabilisingRules]);
    expect(
      explain((x: AnyTensor) => add(x, x) as AnyTensor)(vector(1))
        .split("\n")
        .slice(0, 3),
    ).toEqual(["add(x, x) → double(x)", "  it is shorter", "  with x: float32[1]"]);
    expect(values(add(vector(3), vector(3)) as AnyTensor)).toEqual([6]);
  });

  test("match sums and products either way round, and nothing else", () => {
    const foundOp = composite("found", {
      lower: ([x, y]) => mul(add(exp(x), 2), log(y)) as AnyTensor,
      replaces: [{ written: (x, y) => mul(add(exp(x), 2), log(y)) as AnyTensor, because: "it is shorter" }],
    });
    installRules(rulesOf(foundOp));
    const found = (fn: Fn): boolean => explain(fn)(vector(1)).includes("found");
    const fitting: Fn[] = [
      (x) => mul(add(exp(x), 2), log(x)) as AnyTensor,
      (x) => mul(add(2, exp(x)), log(x)) as AnyTensor,
      (x) => mul(log(x), add(exp(x), 2)) as AnyTensor,
      (x) => mul(log(x), add(2, exp(x))) as AnyTensor,
    ];
    const others: Fn[] = [
      (x) => mul(log(x), log(x)) as AnyTensor,
      (x) => mul(add(exp(x), 2), add(exp(x), 2)) as AnyTensor,
      (x) => mul(add(exp(x), 3), log(x)) as AnyTensor,
      (x) => mul(add(exp(x), x), log(x)) as AnyTensor,
      (x) => mul(add(2, log(x)), exp(x)) as AnyTensor,
    ];
    expect([...fitting, ...others].map(found)).toEqual([
      ...fitting.map(() => true),
      ...others.map(() => false),
    ]);
  });

  test("find the numbers in their patterns, and no others in a program of the same structure", () => {
    const tenfold = {
      written: (x: AnyTensor) => mul(10, x) as AnyTensor,
      becomes: ({ operands: [x] }: Match) => neg(x) as AnyTensor,
      because: "ten is wrong here, so that it shows",
    };
    installRules([tenfold]);
    const [x, y] = [vector(3), vector(5)];
    expect(values(mul(10, x) as AnyTensor)).toEqual([-3]);
    expect(values(mul(11, x) as AnyTensor)).toEqual([33]);
    expect(values(mul(12, y) as AnyTensor)).toEqual([60]);
    expect(values(mul(10, y) as AnyTensor)).toEqual([-5]);
  });

  test("are not asked where another op made the operand", () => {
    let asked = 0;
    installRules([
      {
        written: (x: AnyTensor) => log(x) as AnyTensor,
        madeBy: [new Set([primitives.exp])],
        becomes: ({ operands: [x] }: Match) => {
          asked++;
          return x.inputs[0];
        },
        because: "log undoes exp",
      },
    ]);
    expect(values(log(add(vector(1), 1) as AnyTensor))).toEqual([Math.fround(Math.log(2))]);
    expect(asked).toBe(0);
    expect(values(log(exp(vector(1000))))).toEqual([1000]);
  });

  test("that name their ops are written out once a graph has them, and not before", () => {
    let times = 0;
    const rule = {
      written: (x: AnyTensor) => {
        times++;
        return log(exp(x));
      },
      ops: [primitives.log, primitives.exp],
      becomes: ({ operands: [x] }: Match) => x,
      because: "log undoes exp",
    };
    installRules([rule]);
    values(log(add(vector(1), 1) as AnyTensor));
    expect(times).toBe(0);
    expect(values(log(exp(vector(1000))))).toEqual([1000]);
    expect(values(log(exp(vector(2000))))).toEqual([2000]);
    expect(times).toBe(1);
  });

  test.each<[string, Fn, Op[]]>([
    ["names exp first, but its formula ends in log", (x) => log(exp(x)), [primitives.exp, primitives.log]],
    ["names sub, which its formula does not have", (x) => log(exp(x)), [primitives.log, primitives.sub]],
    [
      "looks for 10, which is kept for rules without ops alone",
      (x) => log(mul(10, x) as AnyTensor),
      [primitives.log],
    ],
  ])("whose ops are not those of the formula are told: it %s", (message, written, ops) => {
    const because = "it is wrong";
    installRules([{ written, ops, because, becomes: ({ operands: [x] }: Match) => x }]);
    expect(() => values(log(sub(exp(vector(1)), mul(vector(2), 3)) as AnyTensor))).toThrow(
      `installRules: the rule "it is wrong" ${message}`,
    );
  });

  test("that lead in a circle are told", () => {
    const back = {
      written: (x: AnyTensor) => apply(doubleOp, [x]),
      because: "it is longer",
      becomes: ({ operands: [x] }: { operands: readonly AnyTensor[] }) => add(x, x) as AnyTensor,
    };
    installRules([...rulesOf(doubleOp), back]);
    const x = vector(1);
    expect(() => values(add(x, x) as AnyTensor)).toThrow(
      "gives what rules fit again, 64 times over; make it lead to another op",
    );
  });

  test("that are wrong are caught by comparison with exact values", () => {
    const program: Program = {
      name: "log(softmax(z))",
      spelling: 0,
      choices: { axis: 1, keepDims: true, label: 0, inside: "nothing" },
      scale: 1,
      before: "nothing",
      after: "nothing",
      shape: [1, 2],
      values: [3, 1],
      element: 0,
    };
    expect(isRight(program, asTensors(program))).toBe(true);
    const [rule, ...rest] = stabilisingRules.filter(({ because }) =>
      because.startsWith("softmax underflows"),
    );
    expect(rest).toEqual([]);
    installRules([
      { ...rule, becomes: (match) => mul(1.001, rule.becomes(match) as AnyTensor) as AnyTensor },
    ]);
    expect(isRight(program, asTensors(program))).toBe(false);
  });
});

test.each(stabilisingRules.filter(({ ops }) => ops !== undefined))(
  "$because: its ops are named as they are",
  ({ written, ops = [] }) => {
    const root = written(...Array.from({ length: written.length }, (): AnyTensor => tensor(2)));
    const nodes = new Set([root]);
    for (const node of nodes) for (const input of node.inputs) nodes.add(input);
    expect(ops[0]).toBe(root.op);
    expect([...nodes].map(({ op }) => op)).toEqual(expect.arrayContaining([...ops]));
  },
);

test("the rules lead to the ops that the numbers say", () => {
  const x = vector(-1000, 0.5, 1000);
  expect(values(log(sigmoid(x)))).toEqual(values(logSigmoid(x)));
  expect(values(log(add(1, exp(x)) as AnyTensor))).toEqual(values(softplus(x)));
  expect(values(sub(x, log(sum(exp(x)) as AnyTensor)) as AnyTensor)).toEqual(values(logSoftmax(x)));
  expect(values(log(softmax(stopGradient(x))))).toEqual(values(logSoftmax(x)));
  expect(values(log(exp2(x))).length).toBe(3);
});
