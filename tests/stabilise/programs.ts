import { type AnyTensor, grad, reshape, type Shape, sizeOf, slice, tensor } from "@adjoint/tensor";
import fc from "fast-check";
import { type Algebra, ofDuals, ofTensors, variablesOf } from "./algebra.ts";
import { toNumber } from "./bigfloat.ts";

/** What a formula with a softmax or a sum in it leaves open. */
interface Choices {
  readonly axis: 0 | 1;
  readonly keepDims: boolean;
  /** Labels between 0 and 1, both included. */
  readonly label: number;
  /** What is done to probabilities before their logarithm is taken. */
  readonly inside: Wrap;
}

type Wrap = "nothing" | "element" | "row" | "flat" | "turned" | "scaled";

function wrapped<T>(a: Algebra<T>, wrap: Wrap, x: T): T {
  const [rows] = a.shapeOf(x);
  switch (wrap) {
    case "nothing":
      return x;
    case "element":
      return a.shapeOf(x).length === 0 ? x : a.slice(x, 0, rows - 1, rows);
    case "row":
      return a.shapeOf(x).length < 2 ? x : a.slice(x, 1, 0, 1);
    case "flat":
      return a.reshape(x, [sizeOf(a.shapeOf(x))]);
    case "turned":
      return a.transpose(x);
    case "scaled":
      return a.mul(0.25, x);
  }
}

type Formula = <T>(a: Algebra<T>, z: T, choices: Choices) => T;

const quotient: Formula = (a, z, { axis }) => a.div(a.exp(z), a.sum(a.exp(z), axis, true));

/** Naive formulas by name, with the powers of 10 between which they are tried. */
export const formulas: Readonly<
  Record<string, { readonly written: Formula; readonly powers?: readonly [from: number, to: number] }>
> = {
  "log(softmax(z))": {
    written: (a, z, { axis, inside }) => a.log(wrapped(a, inside, a.softmax(z, axis))),
  },
  "log(exp(z) / sum(exp(z)))": {
    written: (a, z, choices) => a.log(wrapped(a, choices.inside, quotient(a, z, choices))),
  },
  "exp(z) / sum(exp(z))": { written: quotient },
  "log(sum(exp(z)))": {
    written: (a, z, { axis, keepDims }) => a.log(a.sum(a.exp(z), axis, keepDims)),
  },
  "log(1 - softmax(z))": {
    // Of one element alone nothing is left, whose logarithm is −∞.
    written: (a, z, { axis }) => a.log(a.sub(1, a.softmax(z, a.shapeOf(z)[axis] === 1 ? 1 - axis : axis))),
  },
  "log(softmax(z) * sigmoid(z))": {
    written: (a, z, { axis }) => a.log(a.mul(a.softmax(z, axis), a.sigmoid(z))),
  },
  "-sum(y * log(softmax(z)))": {
    written(a, z, { axis }) {
      const p = a.softmax(z, axis);
      const n = sizeOf(a.shapeOf(p));
      const y = a.constant(
        Array.from({ length: n }, (_, i) => Number(i === n - 1)),
        a.shapeOf(p),
      );
      return a.neg(a.sum(a.mul(y, a.log(p)), undefined, true));
    },
  },
  "log(sigmoid(z))": { written: (a, z, { inside }) => a.log(wrapped(a, inside, a.sigmoid(z))) },
  "log(1 - sigmoid(z))": {
    written: (a, z, { inside }) => a.log(wrapped(a, inside, a.sub(1, a.sigmoid(z)))),
  },
  "1 - sigmoid(z)": { written: (a, z) => a.sub(1, a.sigmoid(z)) },
  "1 / (1 + exp(-z))": { written: (a, z) => a.div(1, a.add(1, a.exp(a.neg(z)))) },
  "exp(z) / (1 + exp(z))": { written: (a, z) => a.div(a.exp(z), a.add(1, a.exp(z))) },
  "log(1 / (1 + exp(-z)))": { written: (a, z) => a.log(a.div(1, a.add(1, a.exp(a.neg(z))))) },
  "-(y*log(sigmoid(z)) + (1-y)*log(1-sigmoid(z)))": {
    written(a, z, { label }) {
      const p = a.sigmoid(z);
      return a.neg(a.add(a.mul(label, a.log(p)), a.mul(1 - label, a.log(a.sub(1, p)))));
    },
  },
  "log(1 + exp(z))": { written: (a, z) => a.log(a.add(1, a.exp(z))) },
  "log(exp(z) + exp(z / 2))": { written: (a, z) => a.log(a.add(a.exp(z), a.exp(a.mul(0.5, z)))) },
  "log(1 + x)": { written: (a, z) => a.log(a.add(1, a.mul(z, z))), powers: [-18, 18] },
  "exp(x) - 1": { written: (a, z) => a.sub(a.exp(z), 1), powers: [-12, 1.6] },
  "sqrt(sum(x*x))": {
    written: (a, z, { axis, keepDims }) => a.sqrt(a.sum(a.mul(z, z), axis, keepDims)),
    powers: [-36, 36],
  },
  "sqrt(x*x)": { written: (a, z) => a.sqrt(a.mul(z, z)), powers: [-36, 36] },
};

/** A naive formula with something around it, and where it is tried. */
export interface Program {
  readonly name: string;
  readonly choices: Choices;
  /** The input is scaled by this, as it is, turned or flat. */
  readonly scale: number;
  readonly before: "nothing" | "turned" | "flat";
  readonly after: Wrap;
  readonly shape: Shape;
  readonly values: readonly number[];
  /** Which element of the result is differentiated, counted round and round. */
  readonly element: number;
}

/** Numbers of all sizes, as often as each other. */
function numbers([from, to]: readonly [number, number]): fc.Arbitrary<number> {
  return fc
    .tuple(fc.noBias(fc.integer({ min: from * 1000, max: to * 1000 })), fc.boolean())
    .map(([power, isNegative]) => Math.fround((isNegative ? -1 : 1) * 10 ** (power / 1000)));
}

/** Random programs around a formula. */
export function programs(name: string): fc.Arbitrary<Program> {
  const { powers = [-3, 2.4] } = formulas[name];
  const wraps: readonly Wrap[] = ["nothing", "element", "row", "flat", "turned", "scaled"];
  return fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 2, max: 3 })).chain(([rows, columns]) =>
    fc.record({
      name: fc.constant(name),
      choices: fc.record({
        axis: fc.constantFrom(0 as const, 1 as const),
        keepDims: fc.boolean(),
        label: fc.constantFrom(0, 1, 0.25),
        inside: fc.constantFrom(...wraps),
      }),
      scale: fc.constantFrom(1, -1, 2, 0.5),
      before: fc.constantFrom("nothing" as const, "turned" as const, "flat" as const),
      after: fc.constantFrom(...wraps),
      shape: fc.constant([rows, columns]),
      values: fc.array(numbers(powers), { minLength: rows * columns, maxLength: rows * columns }),
      element: fc.nat({ max: 11 }),
    }),
  );
}

function build<T>(a: Algebra<T>, { name, choices, scale, before, after, shape }: Program, x: T): T {
  const scaled = scale === 1 ? x : a.mul(x, scale);
  const z =
    before === "turned"
      ? a.transpose(scaled)
      : before === "flat"
        ? a.reshape(scaled, [1, sizeOf(shape)])
        : scaled;
  return wrapped(a, after, formulas[name].written(a, z, choices));
}

/** Results of a program: its elements, and the gradient of one of them. */
interface Outcome {
  readonly values: readonly number[];
  readonly gradient: readonly number[];
}

/** What a program gives exactly, for other inputs as well. */
function exactly(program: Program, inputs: readonly number[]): Outcome {
  const { elements } = build(ofDuals(inputs.length), program, variablesOf(inputs, program.shape));
  return {
    values: elements.map(({ value }) => toNumber(value)),
    gradient: elements[program.element % elements.length].slopes.map(toNumber),
  };
}

/** What a program gives as tensors. */
export function asTensors(program: Program): Outcome {
  const x = tensor([...program.values], program.shape) as AnyTensor;
  const one = (input: AnyTensor): AnyTensor => {
    const result = build(ofTensors, program, input);
    const place = program.element % result.size;
    return reshape(slice(reshape(result, [result.size]) as AnyTensor, [place], [place + 1]) as AnyTensor, []);
  };
  return {
    values: [...build(ofTensors, program, x).toTypedArray()],
    gradient: [...(grad(one as never)(x as never) as AnyTensor).toTypedArray()],
  };
}

const ulp = 2 ** -23;

/**
 * Is each number within 1e-5 of the exact one, or within 8 ulps of what a change of the inputs by one ulp makes of it? What is
 * below float32's smallest normal number may be 0.
 */
export function isRight(program: Program, outcome: Outcome): boolean {
  const together = ({ values, gradient }: Outcome): number[] => [...values, ...gradient];
  const expected = together(exactly(program, program.values));
  const actual = together(outcome);
  const isNear = (i: number, slack: number): boolean =>
    Math.abs(actual[i] - expected[i]) <= 1e-5 * Math.abs(expected[i]) + 8 * slack + 2 ** -125;
  const suspects = actual.map((_, i) => i).filter((i) => !isNear(i, 0));
  if (suspects.length === 0) return true;
  const slack = expected.map(() => 0);
  program.values.forEach((moved, j) => {
    together(exactly(program, program.values.with(j, moved * (1 + ulp)))).forEach((one, i) => {
      slack[i] += Math.abs(one - expected[i]);
    });
  });
  return suspects.every((i) => isNear(i, slack[i]));
}
