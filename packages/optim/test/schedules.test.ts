import { add, compile, div, mul, parameter, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import {
  constant,
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  piecewiseConstant,
  type Schedule,
  schedule,
  sgd,
  stepDecay,
} from "../src/index.ts";

/** Half a cosine from 1 to `alpha`. */
const halfCosine = (passed: number, alpha: number): number =>
  alpha + ((1 - alpha) * (1 + Math.cos(Math.PI * passed))) / 2;

/** Periods counted one by one, each `factor` times as long as the one before. */
function restarting(step: number, first: number, factor: number): { period: number; passed: number } {
  let [period, start, length] = [0, 0, first];
  while (step >= start + length) {
    start += length;
    length *= factor;
    period++;
  }
  return { period, passed: (step - start) / length };
}

const cases: readonly { name: string; made: Schedule; at: (step: number) => number }[] = [
  { name: "constant", made: constant(0.3), at: () => 0.3 },
  {
    name: "stepDecay",
    made: stepDecay({ learningRate: 0.5, stepSize: 7 }),
    at: (step) => 0.5 * 0.1 ** Math.floor(step / 7),
  },
  {
    name: "stepDecay with its rate",
    made: stepDecay({ learningRate: 0.5, stepSize: 3, decayRate: 0.8 }),
    at: (step) => 0.5 * 0.8 ** Math.floor(step / 3),
  },
  {
    name: "exponentialDecay",
    made: exponentialDecay({ learningRate: 0.4, decaySteps: 10, decayRate: 0.5 }),
    at: (step) => 0.4 * 0.5 ** (step / 10),
  },
  {
    name: "exponentialDecay in stairs",
    made: exponentialDecay({ learningRate: 0.4, decaySteps: 10, decayRate: 0.5, staircase: true }),
    at: (step) => 0.4 * 0.5 ** Math.floor(step / 10),
  },
  {
    name: "cosineDecay",
    made: cosineDecay({ learningRate: 0.2, decaySteps: 30 }),
    at: (step) => 0.2 * halfCosine(Math.min(step, 30) / 30, 0),
  },
  {
    name: "cosineDecay to a lowest rate",
    made: cosineDecay({ learningRate: 0.2, decaySteps: 30, alpha: 0.1 }),
    at: (step) => 0.2 * halfCosine(Math.min(step, 30) / 30, 0.1),
  },
  {
    name: "cosineDecay with restarts",
    made: cosineDecay({ learningRate: 0.2, decaySteps: 8, alpha: 0.1, restarts: {} }),
    at: (step) => 0.2 * halfCosine((step % 8) / 8, 0.1),
  },
  ...[1.5, 2, 3, 10].map((periodFactor) => ({
    name: `cosineDecay with periods ${periodFactor} times as long`,
    made: cosineDecay({ learningRate: 0.2, decaySteps: 2, restarts: { periodFactor, rateFactor: 0.7 } }),
    at: (step: number) => {
      const { period, passed } = restarting(step, 2, periodFactor);
      return 0.2 * 0.7 ** period * halfCosine(passed, 0);
    },
  })),
  {
    name: "linearWarmup to a fixed rate",
    made: linearWarmup(0.6, { warmupSteps: 12 }),
    at: (step) => (step < 12 ? (0.6 * step) / 12 : 0.6),
  },
  {
    name: "linearWarmup to another schedule",
    made: linearWarmup(cosineDecay({ learningRate: 0.5, decaySteps: 20 }), {
      warmupSteps: 10,
      initialRate: 0.1,
    }),
    at: (step) => (step < 10 ? 0.1 + (0.4 * step) / 10 : 0.5 * halfCosine(Math.min(step - 10, 20) / 20, 0)),
  },
  {
    name: "piecewiseConstant",
    made: piecewiseConstant({ boundaries: [5, 20], values: [1, 0.5, 0.1] }),
    at: (step) => (step <= 5 ? 1 : step <= 20 ? 0.5 : 0.1),
  },
  {
    name: "piecewiseConstant of one rate",
    made: piecewiseConstant({ boundaries: [], values: [0.25] }),
    at: () => 0.25,
  },
  {
    name: "a function of the user's",
    made: schedule((step) => div(0.1, add(step, 1))),
    at: (step) => 0.1 / (step + 1),
  },
];

describe("schedules", () => {
  test.for(cases)("$name follows its formula at the first 200 steps", ({ made, at }) => {
    for (let step = 0; step < 200; step++) {
      const error = Math.abs(made.at(step) - at(step));
      // Near the end of a cosine the rate itself is the rounding of a difference of ones.
      expect(error, `step ${step}: ${made.at(step)}, expected ${at(step)}`).toBeLessThanOrEqual(1e-15);
    }
  });

  test.for(cases)("$name decides the rate inside a compiled step, without another program", ({ made }) => {
    const w = parameter(tensor(0, { dtype: "float64" }));
    const optimizer = sgd([w], { learningRate: made });
    const step = compile((slope: number) => optimizer.minimize(mul(w, slope)));
    for (let i = 0; i < 25; i++) {
      expect(optimizer.learningRate).toBe(made.at(i));
      w.assign(tensor(0, { dtype: "float64" }));
      step(-1);
      expect(w.item()).toBe(made.at(i));
    }
    expect(step.programs.length).toBe(1);
  });

  test.each([
    [
      () => cosineDecay(undefined as never),
      "cosineDecay: the options are undefined; expected an object of them, such as { learningRate: … }",
    ],
    [() => exponentialDecay(undefined as never), "exponentialDecay: the options are undefined;"],
    [
      () => piecewiseConstant({} as never),
      "piecewiseConstant: boundaries is undefined; expected a list of numbers",
    ],
    [
      () => linearWarmup(0.1, undefined as never),
      "linearWarmup: the options are undefined; expected an object of them, such as { warmupSteps: … }",
    ],
    [
      () => linearWarmup("0.1" as never, { warmupSteps: 2 }),
      'linearWarmup: after is "0.1"; expected a learning rate, a number or a schedule',
    ],
    [
      () => schedule(0.1 as never),
      "schedule: rate is 0.1; expected a function of the step; constant(0.1) is the same at every step",
    ],
  ])("what is no schedule is told so: %s", (call, message) => {
    expect(call).toThrow(message);
  });

  test("restarts multiply what is above the lowest rate, as in Keras", () => {
    const made = cosineDecay({ learningRate: 2, decaySteps: 10, alpha: 0.1, restarts: { rateFactor: 0.5 } });
    for (const step of [0, 3, 9, 10, 14, 20, 49, 100, 1000]) {
      const period = Math.floor(step / 10);
      const cosine = 0.5 * 0.5 ** period * (1 + Math.cos(Math.PI * (step / 10 - period)));
      const keras = 2 * (0.9 * cosine + 0.1);
      expect(Math.abs(made.at(step) / keras - 1)).toBeLessThan(1e-15);
    }
  });

  test("restarts fall on the steps at which the periods start, however many", () => {
    for (const periodFactor of [1.25, 2, 3, 5, 7]) {
      const made = cosineDecay({ learningRate: 1, decaySteps: 1000, restarts: { periodFactor } });
      for (let start = 0, length = 1000; Number.isInteger(start) && length < 1e7; length *= periodFactor) {
        expect(Math.abs(made.at(start) - 1)).toBeLessThan(1e-12);
        expect(Math.abs(made.at(start + length / 2) - 0.5)).toBeLessThan(1e-9);
        start += length;
        expect(made.at(start - 1)).toBeLessThan(1e-5);
      }
    }
  });

  test("a function of the step may be given as the learning rate as it is", () => {
    const w = parameter(tensor(0, { dtype: "float64" }));
    const optimizer = sgd([w], { learningRate: (step) => div(1, add(step, 1)) });
    for (let i = 0; i < 4; i++) optimizer.minimize(mul(w, -1));
    expect(w.item()).toBeCloseTo(1 + 1 / 2 + 1 / 3 + 1 / 4, 14);
  });

  test.for<[() => unknown, string]>([
    [() => constant(-1), "constant: learningRate is -1; expected a number of at least 0"],
    [
      () => stepDecay({ learningRate: 1, stepSize: 0 }),
      "stepDecay: stepSize is 0; expected a whole number of at least 1",
    ],
    [
      () => stepDecay({ learningRate: 1 } as never),
      "stepDecay: stepSize is undefined; expected a whole number of at least 1",
    ],
    [
      () => stepDecay({ learningRate: 1, stepsize: 2 } as never),
      'stepDecay: unknown option "stepsize"; did you mean "stepSize"?',
    ],
    [
      () => exponentialDecay({ learningRate: 1, decaySteps: 10, decayRate: 0 }),
      "exponentialDecay: decayRate is 0; expected a number above 0",
    ],
    [
      () => exponentialDecay({ learningRate: 1, decaySteps: 10, decayRate: 1, staircase: 1 } as never),
      "exponentialDecay: staircase is 1; expected true or false",
    ],
    [
      () => cosineDecay({ learningRate: 1, decaySteps: 10, alpha: 2 }),
      "cosineDecay: alpha is 2; expected a number from 0 to 1",
    ],
    [
      () => cosineDecay({ learningRate: 1, decaySteps: 10, restarts: { periodFactor: 0.5 } }),
      "cosineDecay: restarts.periodFactor is 0.5; expected a number of at least 1",
    ],
    [
      () => cosineDecay({ learningRate: 1, decaySteps: 10, restarts: { factor: 2 } } as never),
      'cosineDecay: restarts: unknown option "factor"; expected one of periodFactor, rateFactor',
    ],
    [
      () => linearWarmup(-0.1, { warmupSteps: 5 }),
      "constant: learningRate is -0.1; expected a number of at least 0",
    ],
    [
      () => linearWarmup(0.1, { warmupSteps: 2.5 }),
      "linearWarmup: warmupSteps is 2.5; expected a whole number of at least 1",
    ],
    [
      () => piecewiseConstant({ boundaries: [5], values: [1] }),
      "piecewiseConstant: 1 values for 1 boundaries; expected 2",
    ],
    [
      () => piecewiseConstant({ boundaries: [5, 5], values: [1, 2, 3] }),
      "piecewiseConstant: boundaries[1] is 5 after 5; expected ascending steps",
    ],
    [
      () => piecewiseConstant({ boundaries: [], values: [Number.NaN] }),
      "piecewiseConstant: values[0] is NaN; expected a number of at least 0",
    ],
    [() => constant(1).at(-1), "schedule: step is -1; expected a number of at least 0"],
    [() => schedule(() => tensor([1, 2])).at(0), "schedule: the function gives shape [2]; expected a scalar"],
    [
      () => schedule((() => "0.1") as never).at(0),
      'schedule: the function gives "0.1"; expected a scalar tensor or a number',
    ],
  ])("an impossible value is named: %#", ([make, message]) => {
    expect(make).toThrow(message);
  });
});
