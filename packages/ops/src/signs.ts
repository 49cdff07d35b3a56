import { type AnyTensor, constantOf, isFloat, knownNumber, type Op, primitives } from "@adjoint/tensor";
import { clipOp } from "./clip.ts";
import { coshOp } from "./cosh.ts";
import { exp2Op } from "./exp2.ts";
import { logisticPdfOp } from "./logisticPdf.ts";
import { meanOp } from "./mean.ts";
import { choices, type IsGiven } from "./moves.ts";
import { normOp } from "./norm.ts";
import { normalPdfOp } from "./normalPdf.ts";
import { prodOp } from "./prod.ts";
import { reluOp } from "./relu.ts";
import { isShare } from "./shares.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { squareBase } from "./squares.ts";

/** Ops whose results are positive, whatever their finite inputs. */
const positive: ReadonlySet<Op> = new Set([
  primitives.exp,
  coshOp,
  softmaxOp,
  sigmoidOp,
  softplusOp,
  exp2Op,
  normalPdfOp,
  logisticPdfOp,
]);

/** Ops whose results are not negative, whatever their inputs. */
const nonNegative: ReadonlySet<Op> = new Set([...positive, primitives.abs, primitives.sqrt, normOp, reluOp]);

/** Ops whose results are positive where their inputs, conditions and indices aside, are. */
const keepPositive: ReadonlySet<Op> = new Set([
  ...choices,
  primitives.concat,
  primitives.where,
  primitives.mul,
  primitives.div,
  primitives.sum,
  primitives.sqrt,
  primitives.minimum,
  meanOp,
  prodOp,
]);

/** Ops whose results are not negative where their inputs, conditions and indices aside, are not. */
const keepSign: ReadonlySet<Op> = new Set([...keepPositive, primitives.add, primitives.maximum]);

/** How many nodes are looked at before a sign counts as unknown: what is shared is met again and again. */
interface Budget {
  left: number;
}

/** Is no element negative? False where the graph does not tell. */
export function isNonNegative(node: AnyTensor, isGiven: IsGiven, budget: Budget = { left: 200 }): boolean {
  if (budget.left-- <= 0) return false;
  const constant = constantOf(node, isGiven);
  if (constant !== undefined) return constant >= 0;
  if (node.dtype === "bool" || node.dtype === "uint8") return true;
  if (isGiven(node)) return false;
  const { op, inputs, attributes } = node;
  if (nonNegative.has(op) || squareBase(node, isGiven) !== undefined) return true;
  if (op === primitives.sub && knownNumber(inputs[0], isGiven) === 1) return isShare(inputs[1], isGiven);
  if (op === primitives.pow)
    return (
      isRoot(inputs[1], isGiven) ||
      isPowerOfNumber(node, isGiven) ||
      isNonNegative(inputs[0], isGiven, budget)
    );
  if (op === clipOp && ((attributes.min as number | undefined) ?? -1) >= 0) return true;
  if (op === primitives.cast || op.transparent || op === clipOp)
    return isNonNegative(inputs[0], isGiven, budget);
  return (
    keepSign.has(op) &&
    inputs.every((input) => !isFloat(input.dtype) || isNonNegative(input, isGiven, budget))
  );
}

/** A positive number to some power. */
export function isPowerOfNumber({ op, inputs: [base] }: AnyTensor, isGiven: IsGiven): boolean {
  return op === primitives.pow && (constantOf(base, isGiven) ?? 0) > 0;
}

/** A power of halves is a root, and NaN of what is negative. */
function isRoot(exponent: AnyTensor, isGiven: IsGiven): boolean {
  const known = knownNumber(exponent, isGiven);
  return known !== undefined && Number.isInteger(known * 2) && !Number.isInteger(known);
}

/** Is each element positive, at finite inputs and in exact arithmetic? False where the graph does not tell. */
export function isPositive(node: AnyTensor, isGiven: IsGiven, budget: Budget = { left: 200 }): boolean {
  if (budget.left-- <= 0) return false;
  const constant = constantOf(node, isGiven);
  if (constant !== undefined) return constant > 0;
  if (isGiven(node) || node.size === 0) return false;
  const { op, inputs, attributes } = node;
  const [x] = inputs;
  if (positive.has(op) || isPowerOfNumber(node, isGiven)) return true;
  const isPart = (input: AnyTensor): boolean => isPositive(input, isGiven, budget);
  if (op.transparent || op === primitives.pow) return isPart(x);
  if (op === clipOp) {
    const { min = 0, max = 1 } = attributes as { min: number | undefined; max: number | undefined };
    return max > 0 && (min > 0 || isPart(x));
  }
  if (op === primitives.maximum) return inputs.some(isPart);
  if (op === primitives.add)
    return inputs.some(isPart) && inputs.every((input) => isNonNegative(input, isGiven, budget));
  return keepPositive.has(op) && inputs.every((input) => !isFloat(input.dtype) || isPart(input));
}
