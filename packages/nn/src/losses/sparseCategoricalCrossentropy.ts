import { logSoftmax, softmax } from "@adjoint/ops";
import {
  type AnyTensor,
  apply,
  arange,
  cast,
  checkIndex,
  composite,
  DTypeError,
  equal,
  expm1,
  isFloat,
  less,
  log,
  mul,
  neg,
  type Op,
  reshape,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  sum,
  where,
} from "@adjoint/tensor";
import { sparseCategoricalAccuracy } from "../metrics/accuracy.ts";
import { checkIgnoreIndex } from "../metrics/labels.ts";
import { checkBoolean } from "../options.ts";
import { adviseOnLogits } from "./adviseOnLogits.ts";
import {
  categoricalRows,
  categoricalRowsOfProbabilities,
  checkSmoothing,
  classCount,
  classWeightTensor,
  smoothTargets,
} from "./categoricalCrossentropy.ts";
import { defineLoss } from "./defineLoss.ts";
import type { LossOptions, SparseLoss } from "./loss-types.ts";
import { reduceLosses, weighRows } from "./reduce.ts";

const name = "sparseCategoricalCrossentropy";

/** Stands for a row that does not count: no class has this index. */
const ignored = -1;

/** `[…]` as `[…, 1]`, beside the classes. */
function column(x: AnyTensor): AnyTensor {
  return reshape(x, [...x.shape, 1]);
}

/** True at each row's label, `[…, classes]`; a row that does not count has none. */
function isLabel(labels: AnyTensor, classes: number): AnyTensor {
  return equal(column(labels), arange(classes));
}

/** The entry of each row at its label, 0 for a row that does not count. */
function atLabel(x: AnyTensor, labels: AnyTensor): AnyTensor {
  const chosen = where(isLabel(labels, x.shape[x.rank - 1]), x, 0);
  return sum(chosen, { axis: -1 });
}

export const sparseCategoricalCrossentropyOp: Op = composite(name, {
  accepts: ([logits, labels]) => [isFloat(logits) ? logits : "float32", labels],
  shape: ([, labels]) => labels,
  lower: ([logits, labels]) => atLabel(neg(logSoftmax(logits)), labels),
  vjp({ inputs: [logits, labels], output, cotangent }) {
    const p = softmax(logits);
    // p − 1 at the label would cancel; from the loss, −log p, it does not.
    const slope = where(isLabel(labels, p.shape[p.rank - 1]), column(expm1(neg(output))), p);
    return [mul(column(cotangent), slope), undefined];
  },
});

/** What the rows' losses are made of. */
interface Batch {
  readonly outputs: AnyTensor;
  readonly fromLogits: boolean;
  /** int32, from 0 to classes − 1, or {@link ignored}. */
  readonly labels: AnyTensor;
  /** Which rows count; undefined when all do. */
  readonly counted: AnyTensor | undefined;
}

/** Checks the labels: their dtype and shape now, their range when run. */
function countedLabels(
  labels: AnyTensor,
  outputs: AnyTensor,
  ignoreIndex: number | undefined,
): Pick<Batch, "labels" | "counted"> {
  if (labels.dtype !== "int32" && labels.dtype !== "uint8") {
    throw new DTypeError(
      name,
      `labels are ${labels.dtype} ${shapeText(labels.shape)}; expected int32 or uint8 class indices (categoricalCrossentropy takes one-hot and soft labels)`,
    );
  }
  const rows = outputs.shape.slice(0, -1);
  if (!sameShape(labels.shape, rows)) {
    const wayOut = labels.size === sizeOf(rows) ? `; reshape the labels to ${shapeText(rows)}` : "";
    throw new ShapeError(
      name,
      `labels ${shapeText(labels.shape)} do not fit logits ${shapeText(outputs.shape)}; expected ${shapeText(rows)}${wayOut}`,
    );
  }
  const classes = classCount(name, outputs);
  const message = `label {value} is out of range for ${classes} classes; expected 0 to ${classes - 1}`;
  const checked = cast(checkIndex(labels, classes, { op: name, message, except: ignoreIndex }), "int32");
  if (ignoreIndex === undefined) return { labels: checked, counted: undefined };
  const isIgnored = equal(checked, ignoreIndex);
  const marked = where(isIgnored, ignored, checked);
  return { labels: marked, counted: less(ignored, marked) };
}

/** The losses of rows with one label each, times their labels' weights. */
function labelRows(
  { outputs, fromLogits, labels, counted }: Batch,
  weights: AnyTensor | undefined,
): AnyTensor {
  let rows: AnyTensor;
  if (fromLogits) {
    // A row that does not count passes no gradient to its logits, whatever they are.
    const kept = counted === undefined ? outputs : where(column(counted), outputs, 0);
    rows = apply(sparseCategoricalCrossentropyOp, [kept, labels]);
  } else {
    const p = atLabel(outputs, labels);
    rows = neg(log(counted === undefined ? p : where(counted, p, 1)));
  }
  return weights === undefined ? rows : mul(rows, atLabel(weights, labels));
}

/** The losses of rows whose labels are smoothed: those of soft targets. Class weights multiply each target, as in PyTorch. */
function smoothRows(
  { outputs, fromLogits, labels, counted }: Batch,
  labelSmoothing: number,
  weights: AnyTensor | undefined,
): AnyTensor {
  const hard = cast(isLabel(labels, classCount(name, outputs)), outputs.dtype);
  const smooth = smoothTargets(hard, labelSmoothing);
  const weighted = weights === undefined ? smooth : mul(smooth, weights);
  const rowsOf = fromLogits ? categoricalRows : categoricalRowsOfProbabilities;
  if (counted === undefined) return rowsOf(outputs, weighted);
  const kept = where(column(counted), outputs, fromLogits ? 0 : 1);
  return rowsOf(kept, where(column(counted), weighted, 0));
}

/** What the mean divides by: the labels' weights, or the rows that count; undefined for the number of rows. */
function rowCount(
  { outputs, labels, counted }: Batch,
  weights: AnyTensor | undefined,
): AnyTensor | undefined {
  if (weights !== undefined) return sum(atLabel(weights, labels));
  return counted && sum(cast(counted, outputs.dtype));
}

/** Options of {@link sparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  /** The outputs are logits (default), or probabilities. */
  readonly fromLogits?: boolean;
  /** ε: the label's one-hot row t becomes `(1 − ε) t + ε / K` (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
  /** A factor for each class. The mean divides by the sum of the labels' weights, as in PyTorch. */
  readonly classWeights?: AnyTensor | readonly number[];
  /** Rows with this label do not count: no loss, no gradient, not averaged over. If none of the rows counts, the mean is 0. */
  readonly ignoreIndex?: number;
}

/**
 * Cross-entropy of logits `[…, classes]` and labels `[…]`, int32 or uint8, from 0 to classes − 1:
 * `−log softmax(z)_y`, averaged over the rows.
 *
 * Gradient: `z̄ = ȳ (softmax(z) − onehot(y))` for each row. With `{ fromLogits: false }` the loss is `−log p_y`, with
 * gradient `−1 / p_y`: ∞ for p_y = 0, nothing is clipped. Label smoothing and class weights are combined as in PyTorch.
 *
 * Numerics: `(m − z_y) + log1p(Σ' e^(z − m))` with the largest logit m, so that logits [20, 0] and label 0 have the loss
 * 2.06e-9, not 0, in float32 too; the gradient at the label is `expm1(−loss)`, which does not cancel.
 * Throws `ShapeError`, `DTypeError`, `OptionError` on unknown options, and, when run, `IndexError` on a label out of range.
 */
export const sparseCategoricalCrossentropy: SparseLoss<
  "sparseCategoricalCrossentropy",
  SparseCategoricalCrossentropyOptions
> = defineLoss<SparseCategoricalCrossentropyOptions>({
  name,
  outputs: "logits",
  optionNames: {
    fromLogits: true,
    labelSmoothing: true,
    classWeights: true,
    ignoreIndex: true,
    sampleWeight: true,
    reduction: true,
  },
  accuracy: ({ ignoreIndex }) => sparseCategoricalAccuracy(ignoreIndex === undefined ? {} : { ignoreIndex }),
  compute(outputs, labels, options) {
    const { fromLogits = true, labelSmoothing = 0, classWeights, ignoreIndex } = options;
    classCount(name, outputs);
    checkBoolean(name, "fromLogits", fromLogits);
    if (ignoreIndex !== undefined) checkIgnoreIndex(name, ignoreIndex);
    checkSmoothing(name, labelSmoothing);
    adviseOnLogits(name, outputs, fromLogits);
    const batch: Batch = { outputs, fromLogits, ...countedLabels(labels, outputs, ignoreIndex) };
    const weights = classWeights === undefined ? undefined : classWeightTensor(name, classWeights, outputs);
    const rows = labelSmoothing > 0 ? smoothRows(batch, labelSmoothing, weights) : labelRows(batch, weights);
    return reduceLosses(weighRows(name, rows, options), options, rowCount(batch, weights));
  },
}) as never;
