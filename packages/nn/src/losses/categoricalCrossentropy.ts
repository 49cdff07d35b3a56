import { logSoftmax, softmax } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  apply,
  arange,
  argmax,
  composite,
  equal,
  mul,
  neg,
  type Op,
  reshape,
  ShapeError,
  shapeText,
  sub,
  sum,
  where,
} from "@adjoint/tensor";
import { categoricalAccuracy } from "../metrics/accuracy.ts";
import { checkBoolean, checkNumber } from "../options.ts";
import { adviseOnLogits } from "./adviseOnLogits.ts";
import { crossEntropyTerm } from "./crossEntropyTerm.ts";
import { defineLoss } from "./defineLoss.ts";
import type { ClassLoss, LossOptions } from "./loss-types.ts";
import { asFloat, checkSameShape, optionTensor, reduceLosses, weighRows } from "./reduce.ts";

const keepLast = { axis: -1, keepDims: true } as const;

/** `1 − p` of a row's probabilities; for the largest, which may round to 1, the sum of the others. */
function complements(p: AnyTensor): AnyTensor {
  const places = arange(p.shape[p.rank - 1]);
  const isLargest = equal(places, argmax(p, keepLast));
  const others = sum(where(isLargest, 0, p), keepLast);
  return where(isLargest, others, sub(1, p));
}

export const categoricalCrossentropyOp: Op = composite("categoricalCrossentropy", {
  shape: ([logits]) => logits.slice(0, -1),
  lower([logits, targets]) {
    const terms = mul(targets, neg(logSoftmax(logits)));
    return sum(where(equal(targets, 0), 0, terms), { axis: -1 });
  },
  vjp({ inputs: [logits, targets], cotangent }) {
    const p = softmax(logits);
    const ofOthers = sub(sum(targets, keepLast), targets);
    // Σ_k t_k (p − δ_k) with each difference taken before it can cancel.
    const slope = sub(mul(p, ofOthers), mul(targets, complements(p)));
    const ct = reshape(cotangent, [...cotangent.shape, 1]);
    return [mul(ct, slope), mul(ct, neg(logSoftmax(logits)))];
  },
});

/** `−Σ t log softmax(z)` of each row, where `0 · ∞` is 0. */
export function categoricalRows(logits: AnyTensor, targets: AnyTensor): AnyTensor {
  return apply(categoricalCrossentropyOp, [logits, targets]);
}

/** The same of probabilities. */
export function categoricalRowsOfProbabilities(probabilities: AnyTensor, targets: AnyTensor): AnyTensor {
  return sum(crossEntropyTerm(targets, probabilities), { axis: -1 });
}

/** Throws `OptionError` unless ε is from 0 to 1. */
export function checkSmoothing(op: string, labelSmoothing: number): void {
  checkNumber(op, "labelSmoothing", labelSmoothing, { from: 0, to: 1 });
}

/** `(1 − ε) t + ε / K` of targets with K classes. */
export function smoothTargets(targets: AnyTensor, labelSmoothing: number): AnyTensor {
  if (labelSmoothing === 0) return targets;
  const classes = targets.shape[targets.rank - 1];
  return add(mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
}

/** The number of classes. Throws `ShapeError` for a scalar, which has no axis of classes. */
export function classCount(op: string, outputs: AnyTensor): number {
  if (outputs.rank === 0)
    throw new ShapeError(op, "a scalar has no axis of classes; expected [batch, classes]");
  return outputs.shape[outputs.rank - 1];
}

/** A weight for each class, as a tensor. Throws `ShapeError` unless there are as many, `OptionError` for a negative one. */
export function classWeightTensor(
  op: string,
  classWeights: AnyTensor | readonly number[],
  outputs: AnyTensor,
): AnyTensor {
  const weights = optionTensor(op, "classWeights", classWeights, outputs.dtype, 0);
  const classes = classCount(op, outputs);
  if (weights.rank === 1 && weights.size === classes) return weights;
  throw new ShapeError(
    op,
    `classWeights ${shapeText(weights.shape)} for ${classes} classes; expected [${classes}]`,
  );
}

/** Options of {@link categoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions extends LossOptions {
  /** The outputs are logits (default), or probabilities. */
  readonly fromLogits?: boolean;
  /** ε: the targets become `(1 − ε) t + ε / K` (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
  /**
   * A factor for each class. The mean divides by the sum of the weights used, each row's `Σ w t` with its targets before
   * smoothing, so that one-hot rows give what their labels give; PyTorch divides by the number of rows where targets are
   * probabilities.
   */
  readonly classWeights?: AnyTensor | readonly number[];
}

/**
 * Cross-entropy of logits `[…, classes]` and target probabilities of the same shape, such as one-hot rows:
 * `−Σ_c t_c log softmax(z)_c`, averaged over the rows.
 *
 * Gradients: `z̄ = ȳ (softmax(z) Σt − t)` for each row, `t̄ = −ȳ log softmax(z)`. A target of 0 counts as 0 also where
 * the logarithm is −∞. With `{ fromLogits: false }` it is `−Σ t log p`, with gradient `−t / p`: ∞ for p = 0.
 *
 * Numerics: relative accuracy at logits of any size; `1 − p` is never formed where p rounds to 1.
 * Throws `ShapeError`, `DTypeError`, and `OptionError` on unknown options.
 */
export const categoricalCrossentropy: ClassLoss<
  "categoricalCrossentropy",
  "logits",
  CategoricalCrossentropyOptions
> = defineLoss<CategoricalCrossentropyOptions>({
  name: "categoricalCrossentropy",
  outputs: "logits",
  optionNames: {
    fromLogits: true,
    labelSmoothing: true,
    classWeights: true,
    sampleWeight: true,
    reduction: true,
  },
  accuracy: () => categoricalAccuracy,
  compute(outputs, targets, options) {
    const { fromLogits = true, labelSmoothing = 0, classWeights } = options;
    const op = "categoricalCrossentropy";
    classCount(op, outputs);
    checkSameShape(op, "logits", outputs, targets);
    checkBoolean(op, "fromLogits", fromLogits);
    checkSmoothing(op, labelSmoothing);
    adviseOnLogits(op, outputs, fromLogits);
    const floats = asFloat(targets, outputs.dtype);
    const smooth = smoothTargets(floats, labelSmoothing);
    const rowsOf = fromLogits ? categoricalRows : categoricalRowsOfProbabilities;
    if (classWeights === undefined)
      return reduceLosses(weighRows(op, rowsOf(outputs, smooth), options), options);
    const weights = classWeightTensor(op, classWeights, outputs);
    const rows = rowsOf(outputs, mul(smooth, weights));
    const used = sum(mul(floats, weights));
    return reduceLosses(weighRows(op, rows, options), options, used);
  },
}) as never;
