import {
  type AnyTensor,
  type AxisOption,
  abs,
  apply,
  axisOptionNames,
  type Checked,
  checkOptionNames,
  composite,
  type DTypeOf,
  div,
  type FloatOf,
  type Match,
  mul,
  type Op,
  primitives,
  type Reduce,
  type ShapeOf,
  sameShape,
  sub,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { firstLargest } from "./firstLargest.ts";
import { firstShape } from "./mask.ts";
import { norm, normOp } from "./norm.ts";
import { countOf, isKeptShape, type ReductionAttributes, reductionOf } from "./reduction.ts";

type NormalizeAttributes = { readonly axes: readonly number[] };

/** The quotient in one, if the norm stands beside each of its elements. */
function ofQuotient({ operands: [x], node, found }: Match): AnyTensor | undefined {
  const { axes } = found(normOp).attributes as ReductionAttributes;
  return isKeptShape(node.inputs[1].shape, x.shape, axes) ? apply(normalizeOp, [x], { axes }) : undefined;
}

/** For patterns: along whatever axes. */
function normOf(x: AnyTensor): AnyTensor {
  return apply(normOp, [x], { axes: [], keepDims: true });
}

/** The cosine of the angle between vectors, of vectors of length 1: if all three reductions go along the same axes. */
function cosine({ operands: [x, y], node, found }: Match): AnyTensor | undefined {
  const { attributes } = found(primitives.sum);
  const { axes } = attributes as ReductionAttributes;
  const [total, norms] = node.inputs;
  const isAlong = (one: AnyTensor): boolean =>
    one.op === normOp && (one.attributes as ReductionAttributes).axes.join() === axes.join();
  const fits =
    sameShape(x.shape, y.shape) && sameShape(total.shape, norms.shape) && norms.inputs.every(isAlong);
  if (!fits || countOf(x.shape, axes) === 0) return undefined;
  const [a, b] = [x, y].map((one): AnyTensor => apply(normalizeOp, [one], { axes }));
  return apply(primitives.sum, [mul(a, b) as AnyTensor], attributes);
}

export const normalizeOp: Op = composite<NormalizeAttributes>("normalize", {
  replaces: [
    {
      written: (x) => div(x, apply(normOp, [x], { axes: [], keepDims: true })),
      ops: [primitives.div, normOp],
      becomes: ofQuotient,
      because:
        "where one element outweighs the others, its derivative is the difference of two nearly equal numbers",
    },
    {
      written: (x, y) => div(sum(mul(x, y)), mul(normOf(x), normOf(y))),
      ops: [primitives.div, primitives.sum, primitives.mul, normOp],
      becomes: cosine,
      because: "the products overflow and underflow where the cosine does not",
    },
  ],
  shape: firstShape,
  lower: ([x], { axes }) => div(x, norm(x, { axis: axes, keepDims: true })),
  vjp({ inputs: [x], output: y, attributes: { axes }, cotangent }) {
    if (countOf(x.shape, axes) === 0) return [cotangent];
    const total = (z: AnyTensor): AnyTensor => sum(z, { axis: axes, keepDims: true });
    const isLargest = firstLargest(abs(y), axes);
    const pick = (z: AnyTensor): AnyTensor => total(where(isLargest, z, 0) as AnyTensor);
    const plain: AnyTensor = sub(cotangent, mul(y, total(mul(cotangent, y) as AnyTensor)) as AnyTensor);
    // Of the largest, 1 − y² is what the squares of the others add up to.
    const others: AnyTensor = where(isLargest, 0, y) as AnyTensor;
    const pairs = sub(mul(pick(cotangent), others), mul(pick(y), cotangent) as AnyTensor);
    const ofLargest = total(mul(others, pairs as AnyTensor) as AnyTensor);
    return [div(where(isLargest, ofLargest, plain), norm(x, { axis: axes, keepDims: true }))];
  },
});

/**
 * `x / ‖x‖` along `axis` (all axes by default; negative counts from the end): of length 1. NaN for zeros alone.
 *
 * Shape: that of `x`. Gradient: `x̄ = (ȳ − y Σ ȳ y) / ‖x‖`; for the largest element k as `Σⱼ yⱼ (ȳₖ yⱼ − yₖ ȳⱼ) / ‖x‖`, since
 * `1 − yₖ²` is 0 where yₖ rounds to 1. Throws {@link ShapeError}.
 */
export function normalize<A extends AnyTensor, const Axis extends AxisOption = undefined>(
  x: A,
  options: { axis?: Axis } & Checked<Reduce<"normalize", ShapeOf<A>, Axis, true>> = {} as never,
): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>> {
  checkOptionNames("normalize", options, axisOptionNames);
  const { axes } = reductionOf("normalize", x, { axis: options.axis });
  return apply(normalizeOp, [x], { axes }) as never;
}
