import { greater, greaterEqual, logicalAnd } from "@adjoint/ops";
import {
  type AnyTensor,
  cast,
  checkIndex,
  DTypeError,
  describeValue,
  floor,
  isFloat,
  neg,
  OptionError,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";

/** Throws `OptionError` unless `index` is one that a label could be. */
export function checkIgnoreIndex(op: string, index: number): void {
  if (!Number.isInteger(index))
    throw new OptionError(op, `ignoreIndex is ${describeValue(index)}; expected a whole number`);
}

/**
 * Whether each label says yes: 1, or above ½ for a soft one. Checked when run to be from 0 to 1, which logits in the place of
 * labels are not. Throws `DTypeError` when the outputs are whole numbers: predicted classes, or labels in the wrong place.
 */
export function yesLabels(op: string, outputs: AnyTensor, labels: AnyTensor): AnyTensor {
  if (outputs.dtype === "int32" || outputs.dtype === "uint8") {
    throw new DTypeError(
      op,
      `outputs are ${outputs.dtype} ${shapeText(outputs.shape)}; expected float32 or float64, logits or probabilities (outputs come first, then labels)`,
    );
  }
  const label = isFloat(labels.dtype) ? "a label" : "label {value}";
  const message = `${label} is not from 0 to 1; expected 0 for no and 1 for yes (outputs come first, then labels)`;
  const check = (whole: AnyTensor): AnyTensor => checkIndex(whole, 2, { op, message });
  if (!isFloat(labels.dtype)) return greater(labels.dtype === "bool" ? labels : check(labels), 0);
  const roundedUp: AnyTensor = neg(floor(neg(labels)));
  return logicalAnd(greater(labels, 0.5), greaterEqual(check(cast(roundedUp, "int32")), 0));
}

/**
 * Class labels as int32, one for each row of `outputs`; checked when run to be from 0 to classes − 1, or `except`.
 * Throws `DTypeError` when they are floats, `ShapeError` when there are not as many as rows.
 */
export function classLabels(op: string, outputs: AnyTensor, labels: AnyTensor, except?: number): AnyTensor {
  if (outputs.rank === 0)
    throw new ShapeError(op, "a scalar has no axis of classes; expected [batch, classes]");
  if (labels.dtype !== "int32" && labels.dtype !== "uint8") {
    throw new DTypeError(
      op,
      `labels are ${labels.dtype} ${shapeText(labels.shape)}; expected int32 or uint8 class indices`,
    );
  }
  const rows = outputs.shape.slice(0, -1);
  if (!sameShape(labels.shape, rows)) {
    const wayOut = labels.size === sizeOf(rows) ? `; reshape the labels to ${shapeText(rows)}` : "";
    throw new ShapeError(
      op,
      `labels ${shapeText(labels.shape)} do not fit outputs ${shapeText(outputs.shape)}; expected ${shapeText(rows)}${wayOut}`,
    );
  }
  const classes = outputs.shape[outputs.rank - 1];
  const message = `label {value} is out of range for ${classes} classes; expected 0 to ${classes - 1}`;
  return cast(checkIndex(labels, classes, { op, message, except }), "int32");
}
