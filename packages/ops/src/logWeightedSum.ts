import {
  type AnyTensor,
  type AxisOption,
  abs,
  add,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  equal,
  exp,
  expm1,
  type FloatOf,
  full,
  less,
  log,
  log1p,
  max,
  maximum,
  mul,
  type Op,
  primitives,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  reducedShape,
  reshape,
  type ShapeOf,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { firstLargest } from "./firstLargest.ts";
import { isFinite as isFiniteNumber } from "./isFinite.ts";
import { logicalAnd } from "./logicalAnd.ts";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const logWeightedSumOp: Op = composite<ReductionAttributes>("logWeightedSum", {
  shape: reductionShape,
  lower([x, w], { axes, keepDims }) {
    const shape = reducedShape(x.shape, axes, keepDims);
    if (countOf(x.shape, axes) === 0) return full(shape, Number.NEGATIVE_INFINITY, { dtype: x.dtype });
    const along = { axis: axes, keepDims: true } as const;
    const isNothing = equal(w, 0);
    const total = (z: unknown): AnyTensor => sum(z as AnyTensor, along);
    const counted = where(isNothing, Number.NEGATIVE_INFINITY, x) as AnyTensor;
    const largest: AnyTensor = max(counted, along);
    const base: AnyTensor = where(isFiniteNumber(largest), largest, 0) as AnyTensor;
    // Nothing times eˣ is 0, but NaN for ∞ and NaN.
    const below: AnyTensor = where(isNothing, mul(0, maximum(x, 0)), sub(x, base)) as AnyTensor;
    const powers = mul(w, exp(below)) as AnyTensor;
    const whole = total(powers);
    // Near 1 the sum less 1, in one of two ways: by what the powers are off from 1, or by all powers but the first.
    const weights = sub(total(w), 1) as AnyTensor;
    const growths = mul(w, expm1(below)) as AnyTensor;
    const isFirst = firstLargest(counted, axes);
    const first = sub(total(where(isFirst, w, 0)), 1) as AnyTensor;
    const others = where(isFirst, 0, powers) as AnyTensor;
    const isSmaller = less(add(abs(weights), total(abs(growths))), add(abs(first), total(abs(others))));
    const excess = where(isSmaller, add(weights, total(growths)), add(first, total(others)));
    const isNearOne = logicalAnd(less(0.5, whole), less(whole, 2));
    const logarithm = where(isNearOne, log1p(excess as AnyTensor), log(whole));
    return reshape(add(base, logarithm) as AnyTensor, shape);
  },
  vjp({ inputs: [x, w], output, attributes: { axes }, cotangent }) {
    const kept = reducedShape(x.shape, axes, true);
    const ct: AnyTensor = reshape(cotangent, kept);
    const y: AnyTensor = reshape(output, kept);
    const isNothing = equal(w, 0);
    const power: AnyTensor = exp(sub(x, y) as AnyTensor);
    // A large y is rounded, and e^(x − y) off by as much; then their sum is off from 1 by the same factor.
    const whole: AnyTensor = sum(where(isNothing, 0, mul(w, power)) as AnyTensor, {
      axis: axes,
      keepDims: true,
    });
    const share: AnyTensor = div(power, where(isFiniteNumber(y), stopGradient(whole), 1)) as AnyTensor;
    return [mul(ct, where(isNothing, 0, mul(w, share))), mul(ct, share)];
  },
});

/**
 * `log Σ w eˣ` over `axis` (all axes by default; negative counts from the end), with weights w of any sign that are broadcast to
 * the shape of x; the axes vanish, or stay as 1 with `keepDims`. Of nothing it is −∞, of a negative sum NaN.
 *
 * Gradients: `x̄ = ȳ w e^(x − y)`, `w̄ = ȳ e^(x − y)`; 0 to x where w is 0.
 * Numerics: `m + log Σ w e^(x − m)` with the largest element m whose weight is not 0, and near 1 by log1p. In the gradients e^(x − y) is
 * divided by Σ w e^(x − y), which is 1 but for the rounding of y.
 * Throws {@link ShapeError}.
 */
export function logWeightedSum<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  w: AnyTensor,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"logWeightedSum", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"logWeightedSum", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  const attributes = reductionOf("logWeightedSum", x, options);
  const weights: AnyTensor = apply(primitives.broadcastTo, [w], { shape: x.shape });
  return apply(logWeightedSumOp, [x, weights], attributes) as never;
}
