import {
  activation,
  binaryCrossentropy,
  categoricalCrossentropy,
  dense,
  klDivergence,
  lossRules,
  sequential,
  setWarningHandler,
  sparseCategoricalCrossentropy,
} from "@adjoint/nn";
import { clip, logSoftmax, stabilisingRules as opRules, sigmoid, softmax } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  compile,
  div,
  exp,
  getBackend,
  grad,
  installRules,
  log,
  mul,
  neg,
  referenceBackend,
  reshape,
  type Shape,
  setBackend,
  sizeOf,
  slice,
  sub,
  sum,
  take,
  tensor,
} from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const stabilisingRules = [...lossRules, ...opRules];

const told: string[] = [];
beforeEach(() => {
  installRules(stabilisingRules);
  told.length = 0;
  const previous = setWarningHandler((message) => {
    told.push(message);
  });
  return () => setWarningHandler(previous);
});
afterEach(() => installRules(stabilisingRules));

type Loss = (outputs: AnyTensor, targets: AnyTensor, options: object) => AnyTensor;
type Fn = (x: AnyTensor) => AnyTensor;

/** The rows and classes of every batch here. */
const shape: Shape = [3, 4];

/** A dense layer that passes its inputs on. */
const passingOn = {
  useBias: false,
  kernelInitializer: () =>
    tensor(
      Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0)),
      [4, 4],
    ) as AnyTensor,
} as const;

/** A model with the activation as its last layer. */
function ending(name: "softmax" | "sigmoid"): Fn {
  return sequential(dense(4, 4, passingOn), activation(name)) as unknown as Fn;
}

/** A model whose last dense layer has the activation itself. */
function activated(name: "softmax" | "sigmoid"): Fn {
  return sequential(dense(4, 4, { ...passingOn, activation: name })) as unknown as Fn;
}

/** A function of the user's own, with its own way to say what a softmax is. */
function probabilities(z: AnyTensor): AnyTensor {
  const powers = exp(z);
  return div(powers, sum(powers, { axis: -1, keepDims: true }) as never) as AnyTensor;
}

const turnedRows = tensor([2, 0, 1], { dtype: "int32" });
const backRows = tensor([1, 2, 0], { dtype: "int32" });

const ways = {
  softmax: {
    "softmax itself": (z) => softmax(z) as AnyTensor,
    "a function": (z) => probabilities(z),
    reshape: (z) => reshape(reshape(softmax(z), [sizeOf(shape)]) as AnyTensor, shape) as AnyTensor,
    "rows taken and put back": (z) => take(take(softmax(z), turnedRows), backRows) as AnyTensor,
    "a last layer": ending("softmax"),
    "an activation": activated("softmax"),
  },
  sigmoid: {
    "sigmoid itself": (z) => sigmoid(z) as AnyTensor,
    "a function": (z) => div(1, add(1, exp(neg(z)))) as AnyTensor,
    reshape: (z) => reshape(reshape(sigmoid(z), [sizeOf(shape)]) as AnyTensor, shape) as AnyTensor,
    "rows taken and put back": (z) => take(take(sigmoid(z), turnedRows), backRows) as AnyTensor,
    "a last layer": ending("sigmoid"),
    "an activation": activated("sigmoid"),
  },
} as const satisfies Record<string, Record<string, Fn>>;

const common: readonly object[] = [
  {},
  { reduction: "sum" },
  { reduction: "none" },
  { sampleWeight: [0.5, 0, 2] },
];

const soft = tensor([0.1, 0.2, 0.3, 0.4, 1, 0, 0, 0, 0, 0.5, 0.5, 0], shape);
const hard = tensor([0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0], shape);

/** Every loss of probabilities, with what it is given beside them. */
const losses: readonly {
  readonly name: string;
  readonly loss: Loss;
  readonly of: keyof typeof ways;
  readonly targets: Readonly<Record<string, AnyTensor>>;
  readonly options: readonly object[];
}[] = [
  {
    name: "sparseCategoricalCrossentropy",
    loss: sparseCategoricalCrossentropy as unknown as Loss,
    of: "softmax",
    targets: { labels: tensor([1, 3, 0], { dtype: "int32" }) },
    options: [
      { labelSmoothing: 0.1 },
      { classWeights: [1, 0.5, 2, 3] },
      { ignoreIndex: 3 },
      { ignoreIndex: 1, labelSmoothing: 0.2, classWeights: [1, 0.5, 2, 3], sampleWeight: [1, 2, 3] },
    ],
  },
  {
    name: "categoricalCrossentropy",
    loss: categoricalCrossentropy as unknown as Loss,
    of: "softmax",
    targets: { "soft labels": soft as AnyTensor, "one-hot labels": hard as AnyTensor },
    options: [
      { labelSmoothing: 0.1 },
      { classWeights: [1, 0.5, 2, 3] },
      { classWeights: [1, 0, 2, 3], labelSmoothing: 0.3 },
    ],
  },
  {
    name: "binaryCrossentropy",
    loss: binaryCrossentropy as unknown as Loss,
    of: "sigmoid",
    targets: { "soft labels": soft as AnyTensor, "hard labels": hard as AnyTensor },
    options: [{ labelSmoothing: 0.1 }, { posWeight: 3 }, { posWeight: [1, 2, 3, 4], labelSmoothing: 0.2 }],
  },
];

const logits: fc.Arbitrary<number[]> = fc.array(
  fc
    .tuple(fc.integer({ min: -3000, max: 3000 }), fc.boolean(), fc.boolean())
    .map(([power, isNegative, isLarge]) =>
      Math.fround((isNegative ? -1 : 1) * (isLarge ? 1000 : 10 ** (power / 1000))),
    ),
  { minLength: sizeOf(shape), maxLength: sizeOf(shape) },
);

const numbers = (x: AnyTensor): number[] => [...x.toTypedArray()];

/** What computes, and how. */
const machines = {
  "the interpreter": { backend: referenceBackend, compiles: false },
  "the interpreter, compiled": { backend: referenceBackend, compiles: true },
  WebAssembly: { backend: new WasmBackend(), compiles: false },
  "WebAssembly, compiled": { backend: new WasmBackend(), compiles: true },
} as const;

/** Values and the gradient by z of the elements' weighted sum, which no two elements share a weight of. */
function outcomes(fn: Fn, compiles: boolean): (z: AnyTensor) => { values: number[]; gradient: number[] } {
  const weighted = (x: AnyTensor): AnyTensor => {
    const result = fn(x);
    const weights = tensor(Array.from({ length: result.size }, (_, i) => 1 + i / 8)) as AnyTensor;
    return sum(mul(reshape(result, [result.size]) as never, weights as never) as AnyTensor) as AnyTensor;
  };
  const both = (z: AnyTensor): readonly AnyTensor[] => [
    fn(z),
    grad(weighted as never)(z as never) as AnyTensor,
  ];
  const call = compiles ? compile(both) : both;
  return (z) => {
    const [values, gradient] = call(z);
    return { values: numbers(values), gradient: numbers(gradient) };
  };
}

function outcome(fn: Fn, z: AnyTensor): { values: number[]; gradient: number[] } {
  return outcomes(fn, false)(z);
}

/** Near each other to a few ulps, or by `slack`; what float32 has no normal number for may be 0. */
function expectClose(actual: readonly number[], expected: readonly number[], slack = 0): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((one, i) => {
    const isClose = Math.abs(one - expected[i]) <= 4e-6 * Math.abs(expected[i]) + slack + 2 ** -125;
    if (!isClose) expect({ place: i, value: one }).toEqual({ place: i, value: expected[i] });
  });
}

describe.each(Object.entries(machines))("on %s", (_, { backend, compiles }) => {
  beforeEach(() => {
    const before = getBackend();
    setBackend(backend);
    return () => setBackend(before);
  });

  describe.each(losses)(
    "$name of probabilities is that of the logits they came from",
    ({ loss, of, targets, options }) => {
      const all = [...common, ...options];
      describe.each(Object.keys(targets))("with %s", (kind) => {
        describe.each(Object.keys(ways[of]))("through %s", (way) => {
          test.each(all)("%o", (chosen) => {
            // Where probability and soft target nearly agree, their difference is as exact as an ulp of them.
            const slack = kind.startsWith("soft") || "labelSmoothing" in chosen ? 2e-6 : 0;
            const probability = (ways[of] as Record<string, Fn>)[way];
            const fromProbabilities = outcomes(
              (x) => loss(probability(x), targets[kind], { ...chosen, fromLogits: false }),
              compiles,
            );
            const fromLogits = outcomes(
              (x) => loss(x, targets[kind], { ...chosen, fromLogits: true }),
              compiles,
            );
            fc.assert(
              fc.property(logits, (values) => {
                const z = tensor(values, shape) as AnyTensor;
                const [actual, expected] = [fromProbabilities(z), fromLogits(z)];
                expectClose(actual.values, expected.values);
                expectClose(actual.gradient, expected.gradient, slack);
              }),
              { numRuns: 4, examples: [[[1000, 0, -1000, 0, 1000, -1000, 0, 1, 0, 0, 0, 0]]] },
            );
          });
        });
      });
    },
  );

  describe("klDivergence", () => {
    const z = tensor([1000, 0, -1000, 3, -1000, 1000, 5, 0, 30, 20, 10, 0], shape) as AnyTensor;
    const t = tensor([0, 1000, -1000, 3, 1, -1, 0.5, 0, 30, 20.001, 10, 0], shape) as AnyTensor;
    const kl = klDivergence as unknown as Loss;

    test("of the logarithm of probabilities is that of log-probabilities", () => {
      const actual = outcome((x) => kl(log(ways.softmax["a function"](x)), soft as AnyTensor, {}), z);
      const expected = outcome((x) => kl(logSoftmax(x) as AnyTensor, soft as AnyTensor, {}), z);
      expectClose(actual.values, expected.values);
      expectClose(actual.gradient, expected.gradient);
    });

    test("of targets that are a softmax is Σ e^l (l − log p), with its gradient by their logits", () => {
      const p = logSoftmax(z) as AnyTensor;
      const actual = outcome((x) => kl(p, softmax(x) as AnyTensor, { reduction: "none" }), t);
      const expected = outcome((x) => {
        const l = logSoftmax(x) as AnyTensor;
        return sum(mul(exp(l), sub(l, p as never) as never) as AnyTensor, { axis: -1 } as never) as AnyTensor;
      }, t);
      expect(expected.gradient.every(Number.isFinite)).toBe(true);
      // Of nearly equal rows the divergence is of second order in their difference, and known as well as that is.
      expectClose(actual.values, expected.values, 1e-12);
      expectClose(actual.gradient, expected.gradient, 1e-10);
    });
  });
});

describe("probabilities given as logits are told", () => {
  const z = tensor([3, 0, -3, 3, -5, 1, 5, 0, 3, 2, 1, 0], shape) as AnyTensor;
  const through: Readonly<Record<string, (p: AnyTensor) => AnyTensor>> = {
    nothing: (p) => p,
    "a reshape": (p) => reshape(reshape(p, [sizeOf(shape)]) as AnyTensor, shape) as AnyTensor,
    "an index": (p) => slice(p, [0, 0], [3, 4]) as AnyTensor,
    "taken rows": (p) => take(p, turnedRows) as AnyTensor,
    "a bound": (p) => clip(p, { min: 1e-7, max: 1 }) as AnyTensor,
  };
  describe.each(losses)("$name", ({ name, loss, of, targets }) => {
    const message = `${name}: the logits come from ${of}, which the loss applies again; leave it out of the model, or pass { fromLogits: false }`;
    const target = Object.values(targets)[0];

    test.each(Object.keys(through))("through %s", (way) => {
      const p = (ways[of] as Record<string, Fn>)[`${of} itself`](z);
      for (const options of [{}, { fromLogits: true }, { labelSmoothing: 0.1 }])
        loss(through[way](p), target, options);
      expect(told).toEqual([message]);
    });

    test("in a model", () => {
      for (const model of [ways[of]["a last layer"], ways[of]["an activation"]]) loss(model(z), target, {});
      expect(told).toEqual([message]);
    });
  });
});
