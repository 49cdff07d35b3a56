import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  cast,
  composite,
  type DTypeOf,
  full,
  mul,
  type Op,
  pad,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  reducedShape,
  reshape,
  type ShapeOf,
  type SumOf,
  sizeOf,
  slice,
  type Tensor,
  transpose,
} from "@adjoint/tensor";
import { productKernel } from "./kernels/product.ts";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const prodOp: Op = composite<ReductionAttributes>("prod", {
  accepts: ([dtype]) => [dtype === "bool" || dtype === "uint8" ? "int32" : dtype],
  shape: reductionShape,
  reference: ([x], output, { axes }) => productKernel(x, output, axes),
  lower([x], { axes, keepDims }) {
    const shape = reducedShape(x.shape, axes, keepDims);
    let count = countOf(x.shape, axes);
    if (count === 0) return full(shape, 1, { dtype: x.dtype });
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const rows = sizeOf(shape);
    let factors: AnyTensor = reshape(transpose(x, [...kept, ...axes]), [rows, count]);
    // In float64, over whose range of exponents a few numbers of float32 cannot go.
    const wide = x.dtype === "float32" ? "float64" : x.dtype;
    // The first half times the second: each factor's gradient is the product of the others, exact also among zeros.
    while (count > 1) {
      const half = Math.ceil(count / 2);
      const even: AnyTensor =
        count % 2 === 0
          ? factors
          : pad(
              factors,
              [
                [0, 0],
                [0, 1],
              ],
              { value: 1 },
            );
      const halves = [slice(even, [0, 0], [rows, half]), slice(even, [0, half], [rows, 2 * half])];
      factors = mul(cast(halves[0], wide), cast(halves[1], wide)) as AnyTensor;
      count = half;
    }
    return cast(reshape(factors, shape) as AnyTensor, x.dtype) as AnyTensor;
  },
});

/**
 * Product over `axis` (all axes by default; negative counts from the end); the axes vanish, or stay as 1 with `keepDims`.
 * An empty product is 1. bool and uint8 are multiplied as int32, which wraps.
 *
 * Gradient: `x̄ᵢ = ȳ Π_{j ≠ i} xⱼ`, exact also where elements are 0, since it is made of products alone (`y / xᵢ` is NaN).
 * Numerics: float32 is multiplied in float64 and rounded once, and so are gradients: within an ulp, and up to eight factors, none
 * subnormal, go over no range on the way. Of more factors, and in float64, the order is the backend's: where a product of some of
 * them overflows or vanishes, the result may be ±∞, NaN or 0 though the product of all is none of these. Throws {@link ShapeError}.
 */
export function prod<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"prod", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"prod", ShapeOf<A>, Axis, KeepDims, Given>>, SumOf<DTypeOf<A>>> {
  return apply(prodOp, [x], reductionOf("prod", x, options)) as never;
}
