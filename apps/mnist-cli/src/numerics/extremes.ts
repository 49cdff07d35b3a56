import {
  type AnyTensor,
  add,
  binaryCrossentropy,
  explain,
  grad,
  log,
  mul,
  neg,
  sigmoid,
  slice,
  softmax,
  sparseCategoricalCrossentropy,
  sub,
  sum,
  type Tensor,
  tensor,
  withoutStabilising,
} from "adjoint";
import type { Way } from "./ways.ts";

/** How far out the losses are looked at: logits of both signs. */
const logitsShown: readonly number[] = [1, -1, 20, -20, 100, -100, 1000, -1000];

/** A loss of float32 logits, of which the first is moved out; its target is the first class, or "yes". */
export interface ShownLoss {
  readonly activation: "softmax" | "sigmoid";
  /** What the loss looks like in the tables. */
  readonly formula: string;
  /** The logits when the first is x. */
  readonly at: (x: number) => readonly number[];
  readonly naive: (z: AnyTensor) => AnyTensor;
  readonly fromLogits: (z: AnyTensor) => AnyTensor;
  /** How many logits of 0 stand against x: the loss is `log(1 + others · e⁻ˣ)`. */
  readonly others: number;
}

export const shownLosses: readonly ShownLoss[] = [
  {
    activation: "softmax",
    formula: "-log(softmax([x, 0, 0, 0, 0, 0, 0, 0, 0, 0])[0])",
    at: (x) => [x, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    naive: (z) => neg(log(sum(slice(softmax(z), [0], [1])))),
    fromLogits: (z) =>
      sparseCategoricalCrossentropy(z.reshape([1, 10]) as Tensor<[1, 10]>, tensor([0], { dtype: "int32" }), {
        fromLogits: true,
      }),
    others: 9,
  },
  {
    activation: "sigmoid",
    formula: "-(y*log(p) + (1 - y)*log(1 - p)), p = sigmoid(x), y = 1",
    at: (x) => [x],
    naive(z) {
      const p = sigmoid(z);
      const y = tensor([1]);
      return neg(sum(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p))))));
    },
    fromLogits: (z) => binaryCrossentropy(z as Tensor<[1]>, tensor([1]), { fromLogits: true }),
    others: 1,
  },
];

/** What one way makes of one loss. */
export interface LossRow {
  readonly activation: ShownLoss["activation"];
  readonly logit: number;
  readonly way: Way["name"];
  readonly value: number;
  readonly gradient: number;
  readonly exactValue: number;
  readonly exactGradient: number;
  /** Of value and gradient, against the exact ones rounded to float32: 0 where no float32 number is nearer. */
  readonly valueError: number;
  readonly gradientError: number;
}

/** `log(1 + k e⁻ˣ)` and its derivative, in float64 and without a difference of nearly equal numbers. */
export function exactLoss(x: number, k: number): { value: number; gradient: number } {
  if (x >= 0) {
    const share = k * Math.exp(-x);
    return { value: Math.log1p(share), gradient: -share / (1 + share) };
  }
  const sum = k + Math.exp(x);
  return { value: Math.log(sum) - x, gradient: -k / sum };
}

/** `|actual − exact| / |exact|`, with the exact value rounded to float32. */
export function relativeError(actual: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (actual === nearest) return 0;
  return Number.isFinite(actual) ? Math.abs((actual - nearest) / nearest) : Number.POSITIVE_INFINITY;
}

/** The rows of one loss: every logit, each way. */
export function lossRows(loss: ShownLoss, ways: readonly Way[]): LossRow[] {
  return logitsShown.flatMap((logit) => ways.map((way) => lossRow(loss, logit, way)));
}

function lossRow(loss: ShownLoss, logit: number, way: Way): LossRow {
  const fn = way.from === "logits" ? loss.fromLogits : loss.naive;
  const z = tensor(loss.at(logit) as number[]) as AnyTensor;
  const compute = (): [number, number] => [
    fn(z).toTypedArray()[0] as number,
    (grad(fn as never) as (z: AnyTensor) => AnyTensor)(z).toTypedArray()[0] as number,
  ];
  const [value, gradient] = way.stabilise ? compute() : withoutStabilising(compute);
  const exact = exactLoss(logit, loss.others);
  return {
    activation: loss.activation,
    logit,
    way: way.name,
    value,
    gradient,
    exactValue: exact.value,
    exactGradient: exact.gradient,
    valueError: relativeError(value, exact.value),
    gradientError: relativeError(gradient, exact.gradient),
  };
}

/**
 * What the rewrites make of the naive loss, as {@link explain} tells it for the logit −1000, without the lines of this file that it
 * was written on.
 */
export function rewritesOf(loss: ShownLoss): string {
  const told = explain(loss.naive)(tensor(loss.at(-1000) as number[]) as AnyTensor);
  const rewrites = told.split(/\n(?! )/).map((rewrite) => rewrite.replace(/\n {2}written at .*/, ""));
  return [...new Set(rewrites)].join("\n");
}
