import { fillLike } from "../autodiff/fill.ts";
import { parameterLeaves, pullback } from "../autodiff/pullback.ts";
import { isFloat } from "../graph/dtype.ts";
import { DTypeError, ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { add } from "../primitives/add.ts";
import { ownerOf } from "../runtime/parameter.ts";

/**
 * Differentiates a scalar with respect to every trainable parameter it was computed from, and adds each gradient to the
 * parameter's `grad`. Nothing is computed until a gradient is read or used; the scalar itself is computed along.
 * Throws {@link ShapeError} unless the tensor is a scalar.
 */
export function backward(tensor: AnyTensor): void {
  const loss = tensor.current();
  if (loss.rank !== 0) {
    throw new ShapeError(
      "backward",
      `a tensor of shape ${shapeText(loss.shape)}; expected a scalar: reduce it with sum or mean`,
    );
  }
  if (!isFloat(loss.dtype))
    throw new DTypeError("backward", `a ${loss.dtype} tensor has no gradient; expected a float scalar`);
  keepingHistory(() => {
    loss.memo.keep = true;
    const versions = parameterLeaves([loss]).filter(
      (version) => ownerOf(version).trainable && isFloat(version.dtype),
    );
    const cotangents = pullback([loss], [fillLike(loss, 1)], versions);
    versions.forEach((version, i) => {
      const parameter = ownerOf(version);
      const gradient = cotangents[i] as never;
      parameter.grad = parameter.grad === undefined ? gradient : (add(parameter.grad, gradient) as never);
    });
  });
}
