import {
  type AnyTensor,
  abs,
  constantOf,
  div,
  knownNumber,
  log,
  mul,
  type Op,
  primitives,
  type Rule,
  sameValue,
} from "@adjoint/tensor";
import type { IsGiven } from "./moves.ts";
import { isNonNegative } from "./signs.ts";
import { square } from "./square.ts";

/** What the node is the square of. */
export function squareBase(node: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (isGiven(node)) return undefined;
  const { op, inputs } = node;
  if (op === primitives.mul && sameValue(inputs[0], inputs[1], isGiven)) return inputs[0];
  return op === primitives.pow && knownNumber(inputs[1], isGiven) === 2 ? inputs[0] : undefined;
}

/** A square and the numbers that it is multiplied by. */
interface ScaledSquare {
  readonly base: AnyTensor;
  readonly factor: AnyTensor | number;
}

/** The product of two numbers, of which one is mostly 1. */
function times(a: AnyTensor | number, b: AnyTensor | number): AnyTensor | number {
  if (a === 1) return b;
  return b === 1 ? a : typeof a === "number" && typeof b === "number" ? a * b : (mul(a, b) as AnyTensor);
}

/** The node as a square times numbers. */
function scaledSquare(node: AnyTensor, isGiven: IsGiven): ScaledSquare | undefined {
  if (isGiven(node)) return undefined;
  const base = squareBase(node, isGiven);
  if (base !== undefined) return { base, factor: 1 };
  const { op, inputs } = node;
  const scaled = (part: AnyTensor, change: (factor: AnyTensor | number) => AnyTensor | number) => {
    const inner = scaledSquare(part, isGiven);
    return inner && { base: inner.base, factor: change(inner.factor) };
  };
  if (op === primitives.neg) return scaled(inputs[0], (factor) => times(-1, factor));
  if (op === primitives.div && constantOf(inputs[1], isGiven) !== undefined)
    return scaled(inputs[0], (factor) => div(factor, inputs[1]) as AnyTensor);
  if (op !== primitives.mul) return undefined;
  const place = inputs.findIndex((input) => constantOf(input, isGiven) !== undefined);
  return place < 0 ? undefined : scaled(inputs[1 - place], (factor) => times(factor, inputs[place]));
}

/** `a² / b²` as the square of the quotient, and both with numbers before them. */
function squareOfQuotient(a: AnyTensor, b: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  const divisor = scaledSquare(b, isGiven);
  if (divisor === undefined) return undefined;
  const dividend = scaledSquare(a, isGiven);
  if (dividend === undefined) return undefined;
  const ratio: AnyTensor = square(div(dividend.base, divisor.base) as AnyTensor) as AnyTensor;
  const { factor } = divisor;
  const scale = factor === 1 ? dividend.factor : (div(dividend.factor, factor) as AnyTensor);
  return scale === 1 ? ratio : (mul(scale, ratio) as AnyTensor);
}

/** What makes squares, and numbers times squares. */
const squares: ReadonlySet<Op> = new Set([primitives.mul, primitives.pow]);
const scaledSquares: ReadonlySet<Op> = new Set([...squares, primitives.div, primitives.neg]);
/** The rules of squares, which overflow and underflow where their logarithms and ratios do not. */
export const squareRules: readonly Rule[] = [
  {
    written: (x) => log(x),
    ops: [primitives.log],
    madeBy: [squares],
    becomes({ operands: [x], isGiven }) {
      const base = squareBase(x, isGiven);
      if (base === undefined) return undefined;
      const size = isNonNegative(base, isGiven) ? base : (abs(base) as AnyTensor);
      return mul(2, log(size)) as AnyTensor;
    },
    because: "x² overflows and underflows where its logarithm is 2 log |x|",
  },
  {
    written: (a, b) => div(a, b),
    ops: [primitives.div],
    madeBy: [scaledSquares, scaledSquares],
    becomes: ({ operands: [a, b], isGiven }) => squareOfQuotient(a, b, isGiven),
    because: "squares overflow and underflow where the square of their quotient does not",
  },
];
