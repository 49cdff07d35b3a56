import { type AnyTensor, knownNumber, primitives, sameShape, sameValue } from "@adjoint/tensor";
import { meanOp } from "./mean.ts";
import type { IsGiven } from "./moves.ts";
import { countOf, type ReductionAttributes } from "./reduction.ts";
import { squareBase } from "./squares.ts";

/** A sum along axes, times a number. */
interface ScaledSum {
  readonly of: AnyTensor;
  readonly factor: number;
  readonly attributes: ReductionAttributes;
}

/** A node that is a number times another: the other and the number. */
function scaledBy(node: AnyTensor, isGiven: IsGiven): readonly [AnyTensor, number] | undefined {
  const { op, inputs } = node;
  if (op === primitives.div) {
    const divisor = knownNumber(inputs[1], isGiven);
    return divisor === undefined ? undefined : [inputs[0], 1 / divisor];
  }
  if (op !== primitives.mul) return undefined;
  const factors = inputs.map((input) => knownNumber(input, isGiven));
  const place = factors.findIndex((factor) => factor !== undefined);
  return place < 0 ? undefined : [inputs[1 - place], factors[place] as number];
}

/** The node as a sum, a mean, or a number times one of them. */
function scaledSum(node: AnyTensor, isGiven: IsGiven): ScaledSum | undefined {
  if (isGiven(node)) return undefined;
  const { op, inputs } = node;
  const attributes = node.attributes as ReductionAttributes;
  if (op === primitives.sum) return { of: inputs[0], factor: 1, attributes };
  if (op === meanOp)
    return { of: inputs[0], factor: 1 / countOf(inputs[0].shape, attributes.axes), attributes };
  const [part, number] = scaledBy(node, isGiven) ?? [];
  const inner = part && scaledSum(part, isGiven);
  return inner && { ...inner, factor: inner.factor * (number as number) };
}

/** The node as the square of such a sum, times a number. */
function squaredSum(node: AnyTensor, isGiven: IsGiven): ScaledSum | undefined {
  if (isGiven(node)) return undefined;
  const base = squareBase(node, isGiven);
  const whole = base && scaledSum(base, isGiven);
  if (whole !== undefined) return { ...whole, factor: whole.factor ** 2 };
  const [part, number] = scaledBy(node, isGiven) ?? [];
  const inner = part && squaredSum(part, isGiven);
  return inner && { ...inner, factor: inner.factor * (number as number) };
}

/** A sum of squared deviations from the mean, times a number. */
export interface Spread {
  readonly x: AnyTensor;
  readonly attributes: ReductionAttributes;
  /** What the sum is multiplied by. */
  readonly factor: number;
}

/** `c (Σ x² − (Σ x)² / n)`, in whatever way it is written with sums and means, as the spread that it is. */
export function spreadOf(a: AnyTensor, b: AnyTensor, isGiven: IsGiven): Spread | undefined {
  const squares = scaledSum(a, isGiven);
  if (squares === undefined) return undefined;
  const x = squareBase(squares.of, isGiven);
  if (x === undefined) return undefined;
  const total = squaredSum(b, isGiven);
  if (total === undefined || !sameValue(x, total.of, isGiven) || !sameShape(a.shape, b.shape))
    return undefined;
  const { attributes, factor } = squares;
  const count = countOf(x.shape, attributes.axes);
  const isSameSum = attributes.axes.join() === total.attributes.axes.join();
  // Numbers such as 1 / n are rounded: an ulp of float64 each.
  const isSpread = Math.abs(total.factor * count - factor) <= 1e-14 * Math.abs(factor);
  return isSameSum && isSpread && count > 0 ? { x, attributes, factor } : undefined;
}
