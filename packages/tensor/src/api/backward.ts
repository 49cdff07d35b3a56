import { fillLike } from "../autodiff/fill.ts";
import { parameterLeaves, pullback } from "../autodiff/pullback.ts";
import { apply } from "../graph/apply.ts";
import { isFloat } from "../graph/dtype.ts";
import { DTypeError, GraphError, ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { composite, type Op } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { add } from "../primitives/add.ts";
import { ownerOf } from "../runtime/parameter.ts";
import { stabiliseBetween } from "../stabilise/pass.ts";

/** A cotangent of 1 that is computed from the loss in name only, so that a program for the gradients meets the loss and keeps it. */
const seedOp: Op = composite("seed", {
  differentiable: false,
  lower: ([loss]) => fillLike(loss, 1),
});

/**
 * Differentiates a scalar with respect to every trainable parameter it was computed from, and adds each gradient to the
 * parameter's `grad`. Nothing is computed until a gradient is read or used; the scalar itself is computed along.
 * Throws {@link ShapeError} unless the tensor is a scalar, {@link GraphError} when no trainable parameter is in its history.
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
    throw new DTypeError(
      "backward",
      `the tensor is ${loss.dtype}, which has no gradient; expected a float scalar`,
    );
  const versions = parameterLeaves([loss]).filter(
    (version) => ownerOf(version).trainable && isFloat(version.dtype),
  );
  if (versions.length === 0) {
    throw new GraphError(
      "backward",
      "the tensor depends on no trainable parameter; make weights with parameter(…), and differentiate what a compiled " +
        "function computes inside that function",
    );
  }
  const cotangents = keepingHistory(() => {
    const [stable] = stabiliseBetween([loss], versions);
    // It will be read for sure.
    stable.memo.passes = 1;
    return pullback([stable], [apply(seedOp, [stable])], versions);
  });
  versions.forEach((version, i) => {
    const gradient = cotangents[i];
    if (gradient === undefined) return;
    const parameter = ownerOf(version);
    const sofar = parameter.grad;
    parameter.grad = (sofar === undefined ? gradient : add(sofar, gradient)) as never;
  });
}
