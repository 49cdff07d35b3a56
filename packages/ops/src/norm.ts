import {
  type AnyTensor,
  type AxisOption,
  abs,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  equal,
  type FloatOf,
  full,
  max,
  mul,
  type Op,
  primitives,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  reducedShape,
  reshape,
  type ShapeOf,
  sqrt,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { normKernel } from "./kernels/norm.ts";
import { logicalOr } from "./logicalOr.ts";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const normOp: Op = composite<ReductionAttributes>("norm", {
  replaces: [
    {
      written: (x, y) => mul(x, div(1, apply(normOp, [y], { axes: [], keepDims: false }))),
      get ops() {
        return [primitives.mul, primitives.div, normOp];
      },
      becomes: ({ operands: [x, y], found }) =>
        div(x, apply(normOp, [y], found(normOp).attributes)) as AnyTensor,
      because: "1 / ‖x‖ overflows where x / ‖x‖ is at most 1",
    },
  ],
  shape: reductionShape,
  reference: ([x], output, { axes }) => normKernel(x, output, axes),
  lower([x], { axes, keepDims }) {
    const kept = reducedShape(x.shape, axes, true);
    if (countOf(x.shape, axes) === 0)
      return full(reducedShape(x.shape, axes, keepDims), 0, { dtype: x.dtype });
    const largest: AnyTensor = max(abs(x), { axis: axes, keepDims: true });
    const isPlain = logicalOr(equal(largest, 0), equal(largest, Number.POSITIVE_INFINITY));
    const scale: AnyTensor = where(isPlain, 1, largest);
    const scaled: AnyTensor = div(x, scale);
    const root: AnyTensor = mul(scale, sqrt(sum(mul(scaled, scaled), { axis: axes, keepDims: true })));
    return keepDims ? root : reshape(root, reducedShape(kept, axes, false));
  },
  vjp({ inputs: [x], output, attributes: { axes }, cotangent }) {
    const kept = reducedShape(x.shape, axes, true);
    const size: AnyTensor = reshape(output, kept);
    const isOrigin = equal(size, 0);
    const direction = where(isOrigin, 0, div(x, where(isOrigin, 1, size)));
    return [mul(reshape(cotangent, kept), direction)];
  },
});

/**
 * Euclidean norm `√Σ x²` over `axis` (all axes by default; negative counts from the end): of a matrix the Frobenius norm.
 * The axes vanish, or stay as 1 with `keepDims`. Integers and bool give float32. The norm of nothing is 0.
 *
 * Gradient: `x̄ = ȳ x / y`, the subgradient 0 at the origin.
 * Numerics: scaled by the largest element, so that squares neither overflow nor underflow. Throws {@link ShapeError}.
 */
export function norm<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"norm", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"norm", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  return apply(normOp, [x], reductionOf("norm", x, options)) as never;
}
