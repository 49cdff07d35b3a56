import {
  type AnyParameter,
  type AnyTensor,
  add,
  broadcastTo,
  type Compiled,
  checkpoint,
  compile,
  cos,
  customGradient,
  div,
  exp,
  full,
  type Graph,
  IndexError,
  log,
  mul,
  type Parameter,
  parameter,
  referenceBackend,
  reshape,
  setBackend,
  setHistoryLimit,
  sin,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { topologicalOrder } from "@adjoint/tensor/engine";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  adagrad,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByValue,
  cosineDecay,
  linearWarmup,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  rmsprop,
  sgd,
} from "../src/index.ts";
import { problems, weightsOf } from "./problems.ts";

type Make = (parameters: readonly AnyParameter[], options?: OptimizerOptions) => Optimizer;

const makers: readonly { name: string; make: Make }[] = [
  { name: "sgd", make: (parameters, options) => sgd(parameters, { momentum: 0.9, ...options }) },
  { name: "adam", make: (parameters, options) => adam(parameters, { amsgrad: true, ...options }) },
  { name: "adamw", make: adamw },
  {
    name: "rmsprop",
    make: (parameters, options) => rmsprop(parameters, { centered: true, momentum: 0.9, ...options }),
  },
  {
    name: "adagrad",
    make: (parameters, options) => adagrad(parameters, { learningRateDecay: 0.1, ...options }),
  },
];

const settings: readonly { setting: string; options: OptimizerOptions }[] = [
  { setting: "a fixed rate", options: { learningRate: 0.05 } },
  { setting: "clipNorm", options: { learningRate: 0.05, clipNorm: 0.5 } },
  { setting: "clipValue", options: { learningRate: 0.05, clipValue: 0.1 } },
  {
    setting: "a schedule",
    options: {
      learningRate: linearWarmup(cosineDecay({ learningRate: 0.1, decaySteps: 8 }), {
        warmupSteps: 3,
        initialRate: 0.01,
      }),
    },
  },
];

const cases = makers.flatMap((maker) => settings.map((setting) => ({ ...maker, ...setting })));
const net = problems[1];

/** The values of parameters and of their optimizer, to be compared bit by bit. */
function bitsOf(weights: readonly AnyParameter[], made: Optimizer): number[][] {
  return [...weights, ...made.state].map((one) => [...one.toTypedArray()]);
}

/** Twelve steps of the small net, each done by `step`; the losses and the final state. */
function run(
  make: Make,
  options: OptimizerOptions,
  stepOf: (made: Optimizer, loss: () => Tensor<[], "float64">) => () => AnyTensor,
): { losses: unknown[]; bits: number[][] } {
  const weights = weightsOf(net);
  const made = make(weights, options);
  const step = stepOf(made, () => net.loss(weights) as Tensor<[], "float64">);
  const losses = Array.from({ length: 12 }, () => step().item());
  return { losses, bits: bitsOf(weights, made) };
}

describe("every way to step gives the same bits", () => {
  test.for(cases)("$name with $setting", ({ make, options }) => {
    const uncompiled = run(make, options, (made, lossOf) => () => {
      const loss = lossOf();
      made.minimize(loss);
      return loss;
    });
    const compiled = run(make, options, (made, lossOf) =>
      compile(() => {
        const loss = lossOf();
        made.minimize(loss);
        return loss;
      }),
    );
    const backward = run(make, options, (made, lossOf) => () => {
      made.zeroGrad();
      const loss = lossOf();
      loss.backward();
      made.step();
      return loss;
    });
    const compiledBackward = run(make, options, (made, lossOf) =>
      compile(() => {
        const loss = lossOf();
        loss.backward();
        made.step();
        return loss;
      }),
    );
    expect(new Set(uncompiled.losses).size).toBe(12);
    expect(compiled).toEqual(uncompiled);
    expect(backward).toEqual(uncompiled);
    expect(compiledBackward).toEqual(uncompiled);
  });
});

describe("a parameter that was assigned of others is no way to them", () => {
  type Steps = (made: Optimizer, weights: readonly [Parameter<[]>, Parameter<[]>]) => void;
  const chains: readonly { chain: string; steps: Steps }[] = [
    {
      chain: "the second loss reads one parameter alone",
      steps(made, [p, q]) {
        made.minimize(mul(p, q));
        made.minimize(mul(q, q));
      },
    },
    {
      chain: "one is set to twice the other before the loss",
      steps(made, [p, q]) {
        p.assign(mul(2, q));
        made.minimize(mul(p, p));
      },
    },
    {
      chain: "the loss reads what a parameter was, and what it became",
      steps(made, [p, q]) {
        const before = mul(p, 3);
        p.assign(mul(q, q));
        made.minimize(add(before, mul(p, p)));
      },
    },
    {
      chain: "backward() and step() after an assignment",
      steps(made, [p, q]) {
        made.zeroGrad();
        p.assign(mul(2, q));
        mul(p, p).backward();
        made.step();
      },
    },
  ];
  test.for(makers.flatMap((maker) => chains.map((one) => ({ ...maker, ...one }))))(
    "$name where $chain",
    ({ make, steps }) => {
      const bits = [false, true].map((isCompiled) => {
        const weights = [parameter(tensor(1)), parameter(tensor(1.5))] as const;
        const made = make(weights, { learningRate: 0.1, ...(make === adamw ? { weightDecay: 0.5 } : {}) });
        const step = (): void => steps(made, weights);
        const run = isCompiled ? compile(step) : step;
        for (let i = 0; i < 3; i++) run();
        return bitsOf(weights, made);
      });
      expect(bits[1]).toEqual(bits[0]);
    },
  );
  test("a step of the loss that reads q alone leaves p and its momentum", () => {
    const [p, q] = [parameter(tensor(1)), parameter(tensor(1))];
    const made = sgd([p, q], { learningRate: 0.1, momentum: 0.9 });
    compile(() => {
      made.minimize(mul(p, q));
      made.minimize(mul(q, q));
    })();
    expect(p.item()).toBe(Math.fround(0.9));
  });
  test("the loss must be computed from what the optimizer was given, in compile too", () => {
    const [p, q] = [parameter(tensor(1)), parameter(tensor(10))];
    const made = adamw([q], { weightDecay: 0.5 });
    const step = (): void => {
      p.assign(mul(2, q));
      made.minimize(mul(p, p));
    };
    const refused = "adamw: minimize: the loss was computed from none of the trainable parameters";
    expect(step).toThrow(refused);
    p.assign(tensor(1));
    expect(compile(step)).toThrow(refused);
    expect([p.item(), q.item()]).toEqual([1, 10]);
  });
});

describe("outside compile a step", () => {
  /** Runs `fn` on a backend that notes the graphs that it prepares. */
  function prepared<R>(fn: (graphs: Graph[]) => R): R {
    const graphs: Graph[] = [];
    setBackend({
      name: "noting",
      prepare(graph) {
        graphs.push(graph);
        return referenceBackend.prepare(graph);
      },
    });
    try {
      return fn(graphs);
    } finally {
      setBackend(referenceBackend);
    }
  }

  const opsOf = ({ inputs, outputs }: Graph): string[] =>
    topologicalOrder(outputs, (node) => inputs.includes(node)).map(({ op }) => op.name);

  test("is one program, made once, schedule and clipping and all, and gives the loss", () => {
    prepared((graphs) => {
      const weights = weightsOf(net);
      const learningRate = cosineDecay({ learningRate: 0.1, decaySteps: 5 });
      const made = adam(weights, { clipNorm: 1, learningRate });
      const losses = [1, 2, 3].map(() => {
        const loss = net.loss(weights);
        graphs.length = 0;
        made.minimize(loss);
        const programs = graphs.length;
        const value = loss.item();
        expect(graphs.length).toBe(programs);
        return [programs, value];
      });
      expect(losses.map(([programs]) => programs)).toEqual([1, 0, 0]);
      expect(new Set(losses.map(([, value]) => value)).size).toBe(3);
    });
  });

  test("keeps its programs for losses of 200 shapes", () => {
    prepared((graphs) => {
      const w = parameter(tensor(0.5));
      const made = sgd([w]);
      const learnFromAll = (): number => {
        graphs.length = 0;
        for (let n = 1; n <= 200; n++)
          made.minimize(sum(mul(w, tensor(new Array<number>(n).fill(1)))) as never);
        return graphs.length;
      };
      expect([learnFromAll(), learnFromAll()]).toEqual([200, 0]);
    });
  });

  test("is the same program when the loss or a part of it was read before", () => {
    const step = (look: (w: Tensor, h: Tensor, loss: AnyTensor) => void): { bits: number[]; made: number } =>
      prepared((graphs) => {
        const w = parameter(tensor([0.3, -0.7]));
        const made = adam([w]);
        for (let i = 0; i < 2; i++) {
          const h = exp(mul(w, 1.7));
          const loss = sum(log(add(h, 1)));
          look(w, h, loss);
          graphs.length = 0;
          made.minimize(loss);
        }
        return { bits: [...w.toTypedArray()], made: graphs.length };
      });
    const unread = step(() => {});
    expect(unread.made).toBe(0);
    expect(step((_, h) => h.toArray())).toEqual(unread);
    expect(step((_, _h, loss) => loss.item())).toEqual(unread);
    expect(step((w) => w.toArray())).toEqual(unread);
  });

  test("does not compute again what was computed of data alone", () => {
    prepared((graphs) => {
      const w = parameter(tensor([2, 3]));
      const made = sgd([w], { learningRate: 0.1 });
      const cooked = sin(tensor([1, 2]));
      const raw = cos(tensor([1, 2]));
      cooked.toArray();
      graphs.length = 0;
      made.minimize(sum(mul(w, add(cooked, raw))));
      expect(graphs.length).toBe(1);
      expect(opsOf(graphs[0])).toContain("cos");
      expect(opsOf(graphs[0])).not.toContain("sin");
      expect(graphs[0].inputs.filter(({ shape }) => shape.length === 1).length).toBe(3);
      const expected = [1, 2].map((x, i) => 2 + i - 0.1 * (Math.sin(x) + Math.cos(x)));
      w.toArray().forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i], 6);
      });
    });
  });

  test("takes numbers as inputs, so that another one is no other program, but tells those that formulas are known by", () => {
    prepared((graphs) => {
      const w = parameter(tensor([0.5, 1]));
      const made = sgd([w], { learningRate: 1 });
      const programsFor = (weight: number): number => {
        const loss = sum(mul(mul(w, w), weight));
        graphs.length = 0;
        made.minimize(loss);
        return graphs.length;
      };
      expect([0.1, 0.05, 0.3, -0.1, 1].map(programsFor)).toEqual([1, 0, 0, 1, 1]);
      const factor = (1 - 0.2) * (1 - 0.1) * (1 - 0.6) * (1 + 0.2) * (1 - 2);
      w.toArray().forEach((x, i) => {
        expect(x).toBeCloseTo([0.5, 1][i] * factor, 6);
      });
    });
  });

  test("computes what is made of numbers alone of the numbers of each time", () => {
    prepared((graphs) => {
      const w = parameter(tensor([0, 0, 0]));
      const made = sgd([w], { learningRate: 1 });
      const annealed: ((c: Tensor<[]>) => AnyTensor)[] = [
        (c) => add(c, c),
        (c) => exp(c),
        (c) => broadcastTo(c, [3]),
        (c) => sin(add(broadcastTo(c, [3]), 1)),
      ];
      for (const of of annealed) {
        const programs = [0.3, 0.7, 0.9].map((c) => {
          const before = w.toArray();
          const factor = (): AnyTensor => of(full([], c) as Tensor<[]>);
          graphs.length = 0;
          made.minimize(sum(mul(w, factor())));
          const programs = graphs.length;
          const expected = new Array<number>(3)
            .fill(0)
            .map((_, i) => before[i] - [...factor().toTypedArray()][0]);
          w.toArray().forEach((x, i) => {
            expect(x).toBeCloseTo(expected[i], 5);
          });
          return programs;
        });
        expect(programs).toEqual([1, 0, 0]);
      }
    });
  });

  test("keeps what is made of small whole numbers in the graph, where rules see it", () => {
    prepared((graphs) => {
      const w = parameter(tensor([1, 2, 3]));
      sgd([w]).minimize(sum(mul(w, add(broadcastTo(full([], 2), [3]), 1))) as never);
      expect(graphs.flatMap(({ inputs }) => inputs).filter(({ size }) => size === 3).length).toBe(1);
    });
  });

  test("goes on from small values that steps before have made, as from a random key", () => {
    prepared((graphs) => {
      const w = parameter(tensor([1, 2]));
      const made = sgd([w], { learningRate: 0.1 });
      let average: AnyTensor = tensor([0, 0]);
      let expected = [0, 0];
      for (let i = 0; i < 20; i++) {
        average = add(mul(average, 0.9), mul(tensor([i, 2 * i]), 0.1));
        expected = expected.map((x, j) => 0.9 * x + 0.1 * (j + 1) * i);
        if (i === 5) graphs.length = 0;
        made.minimize(sum(mul(w, average)) as never);
      }
      expect(graphs.length).toBe(0);
      [...average.toTypedArray()].forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i], 4);
      });
    });
  });

  test("goes on from large values that steps before have made, as from an average of its data", () => {
    prepared((graphs) => {
      const size = 100;
      const w = parameter(zeros([size]));
      const made = sgd([w], { learningRate: 0.1 });
      let average: AnyTensor = zeros([size]);
      let expected = 0;
      setHistoryLimit({ nodes: 300 });
      try {
        for (let i = 0; i < 1000; i++) {
          average = add(mul(average, 0.9), mul(tensor(new Float32Array(size).fill(i)), 0.1));
          expected = 0.9 * expected + 0.1 * i;
          if (i === 5) graphs.length = 0;
          const error = sub(w, average);
          made.minimize(sum(mul(error, error)) as never);
        }
      } finally {
        setHistoryLimit({ nodes: 10_000 });
      }
      // Some when the average has no history any more, wherever it was dropped.
      expect(graphs.length).toBeLessThanOrEqual(10);
      expect(average.toTypedArray()[size - 1] / expected).toBeCloseTo(1, 5);
    });
  });

  test("leaves to what was made before it the values of before", () => {
    const w = parameter(tensor([1, 2]));
    const made = sgd([w], { learningRate: 0.5 });
    for (let i = 0; i < 3; i++) {
      const before = w.toArray();
      const doubled = mul(w, 2);
      made.minimize(sum(mul(doubled, doubled)));
      expect(doubled.toArray()).toEqual(before.map((x) => 2 * x));
      expect(w.toArray()).toEqual(before.map((x) => x - 4 * x));
    }
  });

  test("by a loss of a former value has that one's gradient", () => {
    const w = parameter(tensor([3]));
    const made = sgd([w], { learningRate: 1 });
    const loss = sum(mul(w, w));
    w.assign(tensor([100]));
    made.minimize(loss);
    expect(w.toArray()).toEqual([94]);
    expect(loss.item()).toBe(9);
  });

  test("takes the former value of what is not trained as data: a random state, which goes on at each use", () => {
    prepared((graphs) => {
      const w = parameter(tensor([0]));
      const state = parameter(tensor([1]), { trainable: false });
      const made = sgd([w], { learningRate: 1 });
      const programs = [1, 2, 3].map(() => {
        const drawn = state.current();
        state.assign(tensor(state.toArray().map((x) => 10 * x)) as never);
        graphs.length = 0;
        made.minimize(sum(mul(w, drawn)));
        return graphs.length;
      });
      expect(w.toArray()).toEqual([-111]);
      expect(programs).toEqual([1, 0, 0]);
    });
  });

  test("goes by the trainable parameters of the time", () => {
    const [a, b] = [parameter(tensor([1])), parameter(tensor([1]))];
    const made = sgd([a, b], { learningRate: 1 });
    const step = (): number[] => {
      made.minimize(sum(add(mul(a, 2), mul(b, 3))));
      return [a.toArray()[0], b.toArray()[0]];
    };
    expect(step()).toEqual([-1, -2]);
    b.trainable = false;
    expect(step()).toEqual([-3, -2]);
    b.trainable = true;
    expect(step()).toEqual([-5, -5]);
  });

  const parts: readonly [string, boolean, (w: AnyTensor) => AnyTensor][] = [
    ["checkpoint", true, (w) => checkpoint((x: AnyTensor) => sin(sin(x)) as AnyTensor)(w)],
    [
      "customGradient",
      false,
      customGradient(
        (x: AnyTensor) => mul(x, 3) as AnyTensor,
        ({ cotangent }) => [mul(cotangent, 3)],
      ),
    ],
  ];
  test.each(parts)("makes no programs for a %s at each turn", (_, isWhole, part) => {
    prepared((graphs) => {
      const w = parameter(tensor([1, 2]));
      const made = sgd([w], { learningRate: 0.1 });
      const programs = [1, 2, 3, 4].map(() => {
        graphs.length = 0;
        made.minimize(sum(part(w)) as never);
        return graphs.length;
      });
      expect(programs.slice(1)).toEqual([0, 0, 0]);
      expect(programs[0] === 1).toBe(isWhole);
    });
  });

  test("asks a gradient rule of the user's own each time, inside a checkpoint too", () => {
    prepared((graphs) => {
      let strength = 1;
      const reversed = customGradient(
        (x: Tensor) => mul(x, 1) as Tensor,
        ({ cotangent }) => [mul(cotangent, -strength) as Tensor],
      );
      const inside = checkpoint((x: Tensor) => reversed(x));
      const w = parameter(tensor([0]));
      const made = sgd([w], { learningRate: 1 });
      for (strength of [1, 10, 100]) {
        graphs.length = 0;
        made.minimize(sum(reversed(w)));
        made.minimize(sum(inside(w)));
      }
      expect(w.toArray()).toEqual([222]);
      // The numbers are inputs, whichever they are.
      expect(graphs).toEqual([]);
    });
  });

  test("by a loss whose history was dropped, parameters and all, is refused", () => {
    const [a, b] = [parameter(tensor([1])), parameter(tensor([1]))];
    const made = sgd([a, b]);
    setHistoryLimit({ nodes: 8 });
    try {
      let chain: AnyTensor = a as AnyTensor;
      for (let i = 0; i < 10; i++) chain = sin(chain) as AnyTensor;
      expect(() => made.minimize(sum(mul(chain, b)) as never)).toThrow(/was dropped/);
    } finally {
      setHistoryLimit({ nodes: 10_000 });
    }
    expect([a.toArray(), b.toArray()]).toEqual([[1], [1]]);
  });

  test("of data that is not as it must be changes nothing", () => {
    const w = parameter(tensor([1, 2, 3]));
    const made = adam([w], { learningRate: 1 });
    const lossAt = (index: number): AnyTensor => sum(take(w, tensor([index], { dtype: "int32" })));
    made.minimize(lossAt(1) as Tensor<[]>);
    const before = bitsOf([w], made);
    expect(() => made.minimize(lossAt(3) as Tensor<[]>)).toThrow(IndexError);
    expect(bitsOf([w], made)).toEqual(before);
  });
});

describe("state", () => {
  test.for(cases)(
    "a resumed run of $name with $setting goes on as if it had not stopped",
    ({ make, options }) => {
      const start = (): { weights: ReturnType<typeof weightsOf>; made: Optimizer; sixSteps: () => void } => {
        const weights = weightsOf(net);
        const made = make(weights, options);
        const sixSteps = (): void => {
          for (let i = 0; i < 6; i++) made.minimize(net.loss(weights));
        };
        return { weights, made, sixSteps };
      };
      const whole = start();
      whole.sixSteps();
      const savedState = whole.made.stateDict();
      const savedWeights = whole.weights.map((w) => w.current());
      whole.sixSteps();
      const resumed = start();
      resumed.made.loadStateDict(savedState);
      resumed.weights.forEach((w, i) => {
        w.assign(savedWeights[i]);
      });
      resumed.sixSteps();
      expect(bitsOf(resumed.weights, resumed.made)).toEqual(bitsOf(whole.weights, whole.made));
    },
  );

  test("is named after the parameters", () => {
    const named = ["a", "b"].map((name) => parameter(tensor([1, 2]), { name }));
    expect(Object.keys(adam(named).stateDict())).toEqual([
      "step",
      "learningRate",
      "a.m",
      "a.v",
      "b.m",
      "b.v",
    ]);
    const alike = ["weight", "weight"].map((name) => parameter(tensor([1, 2]), { name }));
    const made = sgd(alike, { momentum: 0.9, learningRate: cosineDecay({ learningRate: 1, decaySteps: 9 }) });
    const keys = ["step", "learningRate", "scheduled", "0.weight.momentum", "1.weight.momentum"];
    expect(Object.keys(made.stateDict())).toEqual(keys);
    expect(made.state.map((one) => one.name)).toEqual(keys);
  });

  test("keeps the names that the parameters had when the optimizer was made", () => {
    const [a, b] = ["a", "b"].map((name) => parameter(tensor([1, 2]), { name }));
    const made = adam([a, b]);
    made.minimize(sum(mul(a, b)));
    const saved = made.stateDict();
    const ofA = made.stateDict()["a.m"].toArray();
    // As a second model does that is made of the same layers in another order.
    [a.name, b.name] = ["b", "a"];
    expect(made.stateDict()["a.m"].toArray()).toEqual(ofA);
    made.loadStateDict(saved);
    expect(made.stateDict()["a.m"].toArray()).toEqual(ofA);
    expect(made.state.map((one) => one.name)).toEqual(["step", "learningRate", "a.m", "a.v", "b.m", "b.v"]);
  });

  test("loads what was saved by the names that the parameters have now", () => {
    const [a, b] = ["weight", "weight"].map((name) => parameter(tensor([1, 2]), { name }));
    const made = sgd([a, b], { momentum: 0.9 });
    [a.name, b.name] = ["0.weight", "1.weight"];
    const { step, learningRate } = made.stateDict();
    made.loadStateDict({
      step,
      learningRate,
      "0.weight.momentum": tensor([3, 4]),
      "1.weight.momentum": tensor([5, 6]),
    });
    expect(made.stateDict()["1.weight.momentum"].toArray()).toEqual([5, 6]);
    [a.name, b.name] = ["encoder.weight", "decoder.weight"];
    made.loadStateDict({
      step,
      learningRate,
      "encoder.weight.momentum": tensor([7, 8]),
      "decoder.weight.momentum": tensor([9, 9]),
    });
    expect(made.stateDict()["0.weight.momentum"].toArray()).toEqual([7, 8]);
  });

  test("loads what readers of files give", () => {
    const make = (): Optimizer => sgd([parameter(tensor([1, 2]), { name: "w" })], { momentum: 0.9 });
    const made = make();
    made.loadStateDict({
      step: { dtype: "float64", shape: [], values: Float64Array.of(7) },
      learningRate: { dtype: "float64", shape: [], values: Float64Array.of(0.25) },
      "w.momentum": { dtype: "float32", shape: [2], values: Float32Array.of(3, 4) },
    });
    expect(made.learningRate).toBe(0.25);
    expect(made.stateDict()["w.momentum"].toArray()).toEqual([3, 4]);
    expect(() => made.loadStateDict({ ...make().stateDict(), "w.momentum": [3, 4] } as never)).toThrow(
      "sgd: w.momentum is an array; expected a tensor, or { dtype, shape, values } as a file gives it",
    );
    expect(() => made.loadStateDict(undefined as never)).toThrow(
      "sgd: loadStateDict: the state is undefined; expected values by name, as stateDict() gives",
    );
  });

  test("with a rate or a count that no optimizer has is refused", () => {
    const made = sgd([parameter(tensor([1, 2]), { name: "w" })], { learningRate: 0.5 });
    const withValue = (name: string, value: number): Record<string, AnyTensor> => ({
      ...made.stateDict(),
      [name]: tensor(value, { dtype: "float64" }),
    });
    for (const rate of [-1, Number.NaN]) {
      expect(() => made.loadStateDict(withValue("learningRate", rate))).toThrow(
        `sgd: learningRate is ${rate}; expected a number of at least 0`,
      );
    }
    expect(() => made.loadStateDict(withValue("step", 1.5))).toThrow(
      "sgd: step is 1.5; expected a whole number of at least 0",
    );
    expect(made.learningRate).toBe(0.5);
  });

  test("a schedule whose first rate no optimizer can use is refused", () => {
    const w = [parameter(tensor([1]))];
    expect(() => sgd(w, { learningRate: () => -1 })).toThrow(
      "sgd: learningRate is -1; expected a number of at least 0, or a schedule",
    );
    expect(() => sgd(w, { learningRate: (step) => div(0, step) })).toThrow("sgd: learningRate is NaN;");
  });

  test("minimize of what is no tensor", () => {
    const w = parameter(tensor([1, 2]));
    const made = sgd([w]);
    expect(() => made.minimize(3 as never)).toThrow(
      "sgd: minimize: the loss is 3; expected a scalar tensor, computed from the parameters",
    );
    expect(() => made.minimize((() => sum(w)) as never)).toThrow(
      "sgd: minimize: the loss is a function; expected a scalar tensor, computed from the parameters; call it and give what it returns",
    );
  });

  test("is in the parameters' dtypes, the counts in float64", () => {
    const made = adam([
      parameter(tensor([1]), { name: "a" }),
      parameter(tensor([1], { dtype: "float64" }), { name: "b" }),
    ]);
    expect(made.state.map((one) => one.dtype)).toEqual([
      "float64",
      "float64",
      "float32",
      "float32",
      "float64",
      "float64",
    ]);
  });

  test("that does not fit is refused with what is missing and what is unexpected, and nothing changes", () => {
    const made = adam([parameter(tensor([1, 2]), { name: "w" })], { learningRate: 0.5 });
    const { "w.v": _, ...partial } = made.stateDict();
    const other: Record<string, AnyTensor> = { ...partial, "u.v": tensor([1]), step: tensor(3) };
    expect(() => made.loadStateDict(other)).toThrow(
      "adam: the state does not fit this optimizer; missing: w.v; unexpected: u.v",
    );
    expect(() => made.loadStateDict({ ...made.stateDict(), "w.v": zeros([3]) })).toThrow(
      'assign: shape [3] for parameter "w.v" of shape [2]',
    );
    expect(() => made.loadStateDict({ ...made.stateDict(), step: tensor(3) })).toThrow(
      'assign: float32 for parameter "step" of float64; cast(value, "float64") first',
    );
    expect(made.stateDict().step.item()).toBe(0);
  });

  test("an exception inside a step changes nothing", () => {
    const table = parameter(tensor([1, 2, 3]), { name: "table" });
    const made = adam([table], { learningRate: 0.1 });
    const lossOf = (index: Tensor<[1], "int32">): Tensor<[], "float32"> => {
      const row = reshape(take(table, index), []);
      return mul(row, row);
    };
    const compiled = compile((index: Tensor<[1], "int32">) => made.minimize(lossOf(index)));
    const [good, bad] = [tensor([1], { dtype: "int32" }), tensor([7], { dtype: "int32" })];
    compiled(good);
    const before = bitsOf([table], made);
    expect(() => compiled(bad)).toThrow("take");
    expect(() => made.minimize(lossOf(bad))).toThrow("take");
    expect(() => {
      lossOf(bad).backward();
      made.step();
    }).toThrow("take");
    const throwing = compile(() => {
      made.minimize(lossOf(good));
      throw new RangeError("stop");
    });
    expect(throwing).toThrow("stop");
    expect(bitsOf([table], made)).toEqual(before);
    made.zeroGrad();
    compiled(good);
    expect(bitsOf([table], made)).not.toEqual(before);
  });
});

/** A step that takes the learning rate off a float64 weight. */
function descent(options: OptimizerOptions): {
  w: Parameter<[], "float64">;
  made: Optimizer;
  step: Compiled<[], void>;
} {
  const w = parameter(tensor(0, { dtype: "float64" }) as Tensor<[], "float64">);
  const made = sgd([w], options);
  return { w, made, step: compile(() => made.minimize(w)) };
}

describe("learningRate", () => {
  test("is state: another takes effect in the compiled step, without another program", () => {
    const { w, made, step } = descent({ learningRate: 0.5 });
    step();
    made.learningRate = 0.25;
    step();
    expect(made.learningRate).toBe(0.25);
    expect(w.item()).toBe(-0.75);
    expect(step.programs.length).toBe(1);
  });

  test("a number takes the place of a schedule, in the compiled step too", () => {
    const { w, made, step } = descent({ learningRate: (t) => add(t, 1) });
    expect(made.learningRate).toBe(1);
    step();
    expect(made.learningRate).toBe(2);
    step();
    made.learningRate = 0.5;
    expect(made.learningRate).toBe(0.5);
    step();
    expect(w.item()).toBe(-3.5);
    expect(step.programs.length).toBe(1);
  });

  test("outside compile a schedule is asked at each step, and may read the count", () => {
    const w = parameter(tensor(0, { dtype: "float64" }));
    const asked: number[] = [];
    const learningRate = (t: AnyTensor): number => {
      asked.push(t.item() as number);
      return asked.length;
    };
    const made = sgd([w], { learningRate });
    asked.length = 0;
    for (let i = 0; i < 3; i++) made.minimize(mul(w, 1));
    expect(asked).toEqual([0, 1, 2]);
    expect(w.item()).toBe(-6);
  });

  test("is checked when it is set", () => {
    const { made } = descent({ learningRate: 0.5 });
    expect(() => {
      made.learningRate = -1;
    }).toThrow("sgd: learningRate is -1; expected a number of at least 0, or a schedule");
    expect(() => {
      made.learningRate = cosineDecay({ learningRate: 1, decaySteps: 2 }) as never;
    }).toThrow(
      "sgd: learningRate takes a number once the optimizer is made, since compiled steps hold the schedule; " +
        "make another optimizer for another schedule",
    );
    expect(made.learningRate).toBe(0.5);
  });
});

describe("which parameters are updated", () => {
  const square = (x: AnyTensor): Tensor<[]> => sum(mul(x, x) as AnyTensor) as AnyTensor as Tensor<[]>;
  const two = (): [Parameter<number[]>, Parameter<number[]>] => [
    parameter(tensor([1, 2]) as Tensor<number[]>, { name: "a" }),
    parameter(tensor([3]) as Tensor<number[]>, { name: "b" }),
  ];

  test("one that the loss does not depend on keeps its value and state, by minimize and by step", () => {
    for (const way of ["minimize", "step"] as const) {
      const [a, b] = two();
      const made = adamw([a, b], { learningRate: 0.1 });
      if (way === "minimize") made.minimize(square(a));
      else {
        square(a).backward();
        made.step();
      }
      expect(a.toArray()).not.toEqual([1, 2]);
      expect(b.toArray()).toEqual([3]);
      expect(made.stateDict()["b.m"].toArray()).toEqual([0]);
    }
  });

  test("one that is not trainable is left alone, and updated once it is", () => {
    const [a, b] = two();
    b.trainable = false;
    const made = adam([a, b], { learningRate: 0.1 });
    const stepOf = (): Compiled<[], void> => compile(() => made.minimize(add(square(a), square(b))));
    stepOf()();
    expect(b.toArray()).toEqual([3]);
    expect(Object.keys(made.stateDict())).not.toContain("b.m");
    b.trainable = true;
    const step = stepOf();
    step();
    step();
    expect(b.toArray()).not.toEqual([3]);
    expect(made.stateDict()["b.m"].toArray()).not.toEqual([0]);
  });

  test("step leaves one alone that is no longer trainable, whatever gradient it has", () => {
    const [a, b] = two();
    const made = sgd([a, b], { learningRate: 0.1 });
    add(square(a), square(b)).backward();
    b.trainable = false;
    made.step();
    expect(a.toArray()).not.toEqual([1, 2]);
    expect(b.toArray()).toEqual([3]);
  });

  test("the optimizer leaves the gradients of backward() and other parameters alone", () => {
    const [a, b] = two();
    sgd([a], { learningRate: 0.1 }).minimize(add(square(a), square(b)));
    expect([a.grad, b.grad]).toEqual([undefined, undefined]);
    expect(b.toArray()).toEqual([3]);
  });

  test("zeroGrad forgets the gradients", () => {
    const [a, b] = two();
    add(square(a), square(b)).backward();
    sgd([a]).zeroGrad();
    expect(a.grad).toBe(undefined);
    expect(b.grad?.toArray()).toEqual([6]);
  });

  test("a loss computed before an assignment has the gradient at the value it was computed from", () => {
    const [a] = two();
    const made = sgd([a], { learningRate: 0.5 });
    const loss = square(a);
    a.assign(tensor([10, 20]));
    made.minimize(loss);
    expect(a.toArray()).toEqual([9, 18]);
  });

  test("clipping takes all gradients together", () => {
    const stepped = (options: OptimizerOptions): number[][] => {
      const pair = two();
      sgd(pair, { learningRate: 1, ...options }).minimize(add(square(pair[0]), square(pair[1])));
      return pair.map((one) => [...one.toTypedArray()]);
    };
    const gradients = [tensor([2, 4]), tensor([6])] as const;
    const minus = (clipped: readonly AnyTensor[]): number[][] =>
      two().map((one, i) => [...(sub(one as AnyTensor, clipped[i]) as AnyTensor).toTypedArray()]);
    expect(stepped({ clipNorm: 0.5 })).toEqual(minus(clipByGlobalNorm(gradients, 0.5)));
    expect(stepped({ clipValue: 3 })).toEqual(minus(clipByValue(gradients, 3)));
    expect(stepped({ clipValue: 3 })).toEqual([[-1, -1], [0]]);
  });

  test("groups have options of their own", () => {
    const [a, b] = two();
    const made = sgd([{ parameters: [a], weightDecay: 0 }, { parameters: [b] }], {
      learningRate: 0.5,
      weightDecay: 1,
    });
    expect(made.parameters).toEqual([a, b]);
    made.minimize(mul(add(square(a), square(b)), 0));
    expect(a.toArray()).toEqual([1, 2]);
    expect(b.toArray()).toEqual([1.5]);
  });
});

describe("a user's own optimizer", () => {
  test("is one rule", () => {
    const make = (parameters: readonly AnyParameter[], options: { momentum?: number }): Optimizer =>
      optimizer(parameters, options, {
        name: "heavyBall",
        learningRate: 1,
        defaults: { momentum: 0.5 },
        rule:
          ({ momentum }, { rate, slot }) =>
          (w, g) => {
            const b = slot("b", (b) => add(mul(momentum, b), g), 1);
            return sub(w, mul(rate, b));
          },
      });
    const w = parameter(tensor(0));
    const made = make([w], { momentum: 0.25 });
    made.minimize(mul(w, 2));
    expect(w.item()).toBe(-2.25);
    expect(() => make([w], { moment: 1 } as never)).toThrow(
      'heavyBall: unknown option "moment"; did you mean "momentum"?',
    );
    expect(() => make([w], { momentum: Number.NaN })).toThrow(
      "heavyBall: momentum is NaN; expected a finite number",
    );
  });
});

describe("errors", () => {
  const w = parameter(tensor([1, 2]), { name: "w" });

  test.for<[() => unknown, string]>([
    [() => adam([w], { lr: 1 } as never), 'adam: unknown option "lr"; did you mean "learningRate"?'],
    [() => adam([w], { eps: 1 } as never), 'adam: unknown option "eps"; did you mean "epsilon"?'],
    [() => adam([w], { beta_1: 1 } as never), 'adam: unknown option "beta_1"; did you mean "beta1"?'],
    [() => adamw([w], { wd: 1 } as never), 'adamw: unknown option "wd"; did you mean "weightDecay"?'],
    [() => sgd([w], { clipnorm: 1 } as never), 'sgd: unknown option "clipnorm"; did you mean "clipNorm"?'],
    [
      () => adagrad([w], { rho: 1 } as never),
      'adagrad: unknown option "rho"; expected one of learningRate, clipNorm, clipValue, ' +
        "learningRateDecay, initialAccumulator, epsilon, weightDecay",
    ],
    [
      () => adam([w], { learningRate: -0.1 }),
      "adam: learningRate is -0.1; expected a number of at least 0, or a schedule",
    ],
    [
      () => adam([w], { learningRate: "0.1" } as never),
      'adam: learningRate is "0.1"; expected a number of at least 0, or a schedule',
    ],
    [() => adam([w], { beta1: 1 }), "adam: beta1 is 1; expected a number of at least 0 and less than 1"],
    [
      () => adamw([w], { beta2: -0.5 }),
      "adamw: beta2 is -0.5; expected a number of at least 0 and less than 1",
    ],
    [() => adam([w], { epsilon: Number.NaN }), "adam: epsilon is NaN; expected a number of at least 0"],
    [() => adam([w], { amsgrad: 1 } as never), "adam: amsgrad is 1; expected true or false"],
    [() => sgd([w], { momentum: -1 }), "sgd: momentum is -1; expected a number of at least 0"],
    [() => sgd([w], { weightDecay: -1 }), "sgd: weightDecay is -1; expected a number of at least 0"],
    [
      () => rmsprop([w], { alpha: 1 }),
      "rmsprop: alpha is 1; expected a number of at least 0 and less than 1",
    ],
    [
      () => adagrad([w], { initialAccumulator: -1 }),
      "adagrad: initialAccumulator is -1; expected a number of at least 0",
    ],
    [() => sgd([w], { clipNorm: 0 }), "sgd: clipNorm is 0; expected a number above 0"],
    [
      () => sgd([w], { clipValue: Number.POSITIVE_INFINITY }),
      "sgd: clipValue is Infinity; expected a number above 0",
    ],
    [
      () => sgd([w], { clipNorm: 1, clipValue: 2 }),
      "sgd: clipNorm is 1 and clipValue is 2; expected at most one of them",
    ],
    [() => adam([]), "adam: no parameters to update; expected a list, as model.parameters() gives"],
    [
      () => adam((() => []) as never),
      "adam: the parameters are a function; expected a list, as model.parameters() gives",
    ],
    [
      () => adam([tensor(1)] as never),
      "adam: parameters[0] is a tensor; expected a parameter, as parameter(…) makes",
    ],
    [() => adam([w, w]), 'adam: parameters[0] and parameters[1] are the same, "w"; give it once'],
    [
      () => adam([parameter(tensor([1], { dtype: "int32" }), { name: "counts" })]),
      'adam: parameter "counts" is int32; expected float32 or float64, as only these have gradients, or trainable: false',
    ],
    [
      () => adam([{ parameters: [w], weight_decay: 0 } as never]),
      'adam: unknown option "weight_decay"; did you mean "weightDecay"?',
    ],
    [
      () => adam([{ parameters: [w], learningRate: 1 } as never]),
      "adam: group 0 has learningRate, which is one for all groups",
    ],
    [
      () => adam([{ parameters: [w] }, w as never]),
      'adam: group 1 has no list "parameters", as every group does when one is given',
    ],
    [
      () => sgd([w]).minimize(mul(w, 2) as never),
      "sgd: minimize: the loss has shape [2]; expected a scalar: reduce it with sum or mean",
    ],
    [
      () => sgd([w]).minimize(tensor(1)),
      "sgd: minimize: the loss was computed from none of the trainable parameters; compute it from those that the optimizer was given",
    ],
    [() => sgd([w]).step(), "sgd: step: no trainable parameter has a gradient; call loss.backward() first"],
    [
      () => compile(() => adam([w]))(),
      'parameter: "step" is made while a function is traced; make parameters outside compile()',
    ],
  ])("%#", ([act, message]) => {
    expect(act).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  });

  test("integer parameters that are not trainable are let be", () => {
    const count = parameter(tensor([1], { dtype: "int32" }), { trainable: false });
    adam([w, count]).minimize(sum(w));
    expect(count.toArray()).toEqual([1]);
  });
});

describe("types", () => {
  const w = parameter(tensor([1, 2]));

  test("a loss that is known to be no scalar does not compile; one of unknown rank does", () => {
    const made = adam([w]);
    expectTypeOf(made).toEqualTypeOf<Optimizer>();
    // @ts-expect-error minimize: the loss is not a scalar; reduce it with sum or mean
    expect(() => made.minimize(w)).toThrow("expected a scalar");
    const unknownRank: AnyTensor = sum(w);
    made.minimize(unknownRank);
    made.minimize(sum(w));
  });

  test("an unknown option and a value of another type do not compile", () => {
    // @ts-expect-error the option is learningRate
    expect(() => adam([w], { lr: 1 })).toThrow();
    // @ts-expect-error a number or a schedule
    expect(() => adam([w], { learningRate: "fast" })).toThrow();
    // @ts-expect-error nesterov is an option of sgd
    expect(() => adam([w], { nesterov: true })).toThrow();
    // @ts-expect-error a tensor is no parameter
    expect(() => adam([tensor(1)])).toThrow();
    // @ts-expect-error the learning rate is one for all groups
    expect(() => adam([{ parameters: [w], learningRate: 1 }])).toThrow();
  });
});
