import { sigmoid, softplus } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  apply,
  composite,
  equal,
  mul,
  neg,
  type Op,
  ShapeError,
  sameShape,
  shapeText,
  sub,
  where,
} from "@adjoint/tensor";
import { binaryAccuracy } from "../metrics/binaryAccuracy.ts";
import { checkBoolean, checkNumber } from "../options.ts";
import { adviseOnLogits } from "./adviseOnLogits.ts";
import { checkSmoothing } from "./categoricalCrossentropy.ts";
import { crossEntropyTerm } from "./crossEntropyTerm.ts";
import { defineLoss } from "./defineLoss.ts";
import type { ElementLoss, LossOptions } from "./loss-types.ts";
import { asFloat, checkSameShape, optionTensor, reduceLosses, weighRows } from "./reduce.ts";

const name = "binaryCrossentropy";

export const binaryCrossentropyOp: Op = composite(name, {
  elementwise: true,
  lower([z, y, w]) {
    // A part whose factor is 0 is left out: 0 · ∞ would be NaN.
    const ofOne = where(equal(y, 0), 0, mul(y, softplus(neg(z))));
    const ofZero = where(equal(y, 1), 0, mul(sub(1, y), softplus(z)));
    return add(ofZero, w === undefined ? ofOne : mul(w, ofOne));
  },
  vjp({ inputs: [z, y, w], cotangent }) {
    const onOne = w === undefined ? y : mul(w, y);
    const slope = sub(mul(sub(1, y), sigmoid(z)), mul(onOne, sigmoid(neg(z))));
    // softplus(−z) − softplus(z) is −z, which does not cancel.
    const ofTarget = w === undefined ? neg(z) : sub(mul(w, softplus(neg(z))), softplus(z));
    const ofWeight = where(equal(y, 0), 0, mul(y, softplus(neg(z))));
    return [slope, ofTarget, ...(w === undefined ? [] : [ofWeight])].map((factor) => mul(cotangent, factor));
  },
});

/** Options of {@link binaryCrossentropy}. */
export interface BinaryCrossentropyOptions extends LossOptions {
  /** The outputs are logits (default), or probabilities. */
  readonly fromLogits?: boolean;
  /** ε: the targets become `(1 − ε) y + ε / 2`. Default 0. */
  readonly labelSmoothing?: number;
  /** Factor of the loss of target 1, against rare positives: a number, or one for each element of the last axis. */
  readonly posWeight?: number | AnyTensor | readonly number[];
}

/** The weight of positives as an operand. Throws `ShapeError` unless it fits the last axes. */
function positiveWeight(
  posWeight: number | AnyTensor | readonly number[] | undefined,
  outputs: AnyTensor,
): AnyTensor | number | undefined {
  if (posWeight === undefined || posWeight === 1) return undefined;
  if (typeof posWeight === "number") {
    checkNumber(name, "posWeight", posWeight, { from: 0 });
    return posWeight;
  }
  const weights = optionTensor(name, "posWeight", posWeight, outputs.dtype, 0);
  if (sameShape(weights.shape, outputs.shape.slice(outputs.rank - weights.rank))) return weights;
  throw new ShapeError(
    name,
    `posWeight ${shapeText(weights.shape)} does not fit the last axes of ${shapeText(outputs.shape)}`,
  );
}

/** `−w y log p − (1 − y) log(1 − p)`, each part 0 where its factor is. */
function elementsOfProbabilities(p: AnyTensor, y: AnyTensor, w: AnyTensor | number | undefined): AnyTensor {
  const ofOne = crossEntropyTerm(y, p);
  const ofZero = crossEntropyTerm(sub(1, y), p, { isComplement: true });
  return add(ofZero, w === undefined ? ofOne : mul(ofOne, w));
}

/**
 * Cross-entropy of logits and targets of the same shape, each target the probability of "yes", mostly 0 or 1:
 * `(1 − y) softplus(z) + w y softplus(−z)` with the weight w of positives, averaged over all elements.
 *
 * Gradients: `z̄ = ȳ ((1 − y) σ(z) − w y σ(−z))`, without a weight `σ(z) − y`; to the targets `−ȳ z`.
 * Logits of ±∞ with the matching target give 0. With `{ fromLogits: false }` it is `−w y log p − (1 − y) log(1 − p)`.
 *
 * Numerics: relative accuracy at logits of any size: z = 40 with target 1 gives 4.2e-18, not 0.
 * Throws `ShapeError`, `DTypeError`, and `OptionError` on unknown options.
 */
export const binaryCrossentropy: ElementLoss<"binaryCrossentropy", "logits", BinaryCrossentropyOptions> =
  defineLoss<BinaryCrossentropyOptions>({
    name,
    outputs: "logits",
    optionNames: {
      fromLogits: true,
      labelSmoothing: true,
      posWeight: true,
      sampleWeight: true,
      reduction: true,
    },
    accuracy: ({ fromLogits = true }) => binaryAccuracy({ fromLogits }),
    compute(outputs, targets, options) {
      const { fromLogits = true, labelSmoothing = 0, posWeight } = options;
      checkSameShape(name, "logits", outputs, targets);
      checkBoolean(name, "fromLogits", fromLogits);
      checkSmoothing(name, labelSmoothing);
      adviseOnLogits(name, outputs, fromLogits);
      const floats = asFloat(targets, outputs.dtype);
      const smooth = labelSmoothing === 0 ? floats : add(mul(floats, 1 - labelSmoothing), labelSmoothing / 2);
      const w = positiveWeight(posWeight, outputs);
      const losses = fromLogits
        ? apply(binaryCrossentropyOp, w === undefined ? [outputs, smooth] : [outputs, smooth, w])
        : elementsOfProbabilities(outputs, smooth, w);
      return reduceLosses(weighRows(name, losses, options), options);
    },
  }) as never;
