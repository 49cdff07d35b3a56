import { greater } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  argmax,
  cast,
  mul,
  ones,
  reshape,
  sameShape,
  scatterAdd,
  type Tensor,
} from "@adjoint/tensor";
import { checkOptions } from "../options.ts";
import { type ThresholdOptions, thresholdNames, thresholdOf } from "./binaryAccuracy.ts";
import { classLabels, yesLabels } from "./labels.ts";

/**
 * How often each class was taken for each: row i, column j counts the rows of class i that were predicted as j. int32.
 *
 * Outputs `[…, classes]` with labels `[…]`, int32 or uint8, give `[classes, classes]`. Outputs of the labels' own shape are
 * yes or no, by a threshold (see {@link ThresholdOptions}): `[2, 2]`, no first.
 * Throws `ShapeError`, `DTypeError`, and, when run, `IndexError` on a label out of range.
 */
export function confusionMatrix(
  outputs: AnyTensor,
  labels: AnyTensor,
  options: ThresholdOptions = {},
): Tensor<[number, number], "int32"> {
  checkOptions("confusionMatrix", options, thresholdNames);
  return counts("confusionMatrix", outputs, labels, options) as never;
}

/** {@link confusionMatrix} for the metrics made of it. */
export function counts(
  op: string,
  outputs: AnyTensor,
  labels: AnyTensor,
  options: ThresholdOptions,
): AnyTensor {
  const isBinary = sameShape(outputs.shape, labels.shape);
  const classes = isBinary ? 2 : outputs.shape[outputs.rank - 1];
  const actual = isBinary ? asIndex(yesLabels(op, outputs, labels)) : classLabels(op, outputs, labels);
  const predicted = isBinary
    ? asIndex(greater(outputs, thresholdOf(op, options)))
    : argmax(outputs, { axis: -1 });
  const cell = reshape(add(mul(actual, classes), predicted), [actual.size]);
  const each = ones([actual.size], { dtype: "int32" });
  const flat = scatterAdd(each, cell, { axis: 0, size: classes * classes });
  return reshape(flat, [classes, classes]);
}

function asIndex(isYes: AnyTensor): AnyTensor {
  return cast(isYes, "int32");
}
