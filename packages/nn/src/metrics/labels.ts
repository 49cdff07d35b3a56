import {
  type AnyTensor,
  cast,
  checkIndex,
  DTypeError,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";

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
