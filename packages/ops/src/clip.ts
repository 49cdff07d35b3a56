import {
  type AnyTensor,
  apply,
  composite,
  type DType,
  DTypeError,
  isFloat,
  less,
  maximum,
  minimum,
  type NumberOf,
  type Op,
  OptionError,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { checkNumber } from "./option.ts";

type ClipAttributes = { readonly min: number | undefined; readonly max: number | undefined };

export const clipOp: Op = composite<ClipAttributes>("clip", {
  accepts: "number",
  elementwise: true,
  lower([x], { min, max }) {
    const raised = min === undefined ? x : maximum(x, min);
    return (max === undefined ? raised : minimum(raised, max)) as AnyTensor;
  },
  vjp({ inputs: [x], attributes: { min, max }, cotangent }) {
    const above = min === undefined ? cotangent : where(less(x, min), 0, cotangent);
    return [max === undefined ? above : where(less(max, x), 0, above)];
  },
});

/**
 * `min(max(x, min), max)`; either bound may be left out. NaN stays NaN.
 * Shape: any, elementwise. Gradient: `x̄ = ȳ`, at the bounds and at NaN too; 0 beyond the bounds. Keeps the dtype.
 *
 * Throws {@link OptionError} when there is no bound, one is not a number, or min is above max, and {@link DTypeError} when
 * the bound of an integer tensor is not an integer of its dtype.
 */
export function clip<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { min, max }: { min?: number; max?: number },
): Tensor<S, NumberOf<D>> {
  if (min === undefined && max === undefined)
    throw new OptionError("clip", "no bound is given; expected min, max or both");
  if (min !== undefined) checkBound("min", min, x);
  if (max !== undefined) checkBound("max", max, x);
  if (min !== undefined && max !== undefined && min > max)
    throw new OptionError("clip", `min is ${min} and max is ${max}; expected min ≤ max`);
  return apply(clipOp, [x], { min, max }) as Tensor<S, NumberOf<D>>;
}

function checkBound(option: "min" | "max", value: number, { dtype }: AnyTensor): void {
  checkNumber("clip", option, value);
  if (isFloat(dtype)) return;
  const [low, high] = dtype === "uint8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new DTypeError(
    "clip",
    `${option} is ${value} for ${dtype}; expected an integer from ${low} to ${high}, or cast the tensor to "float32"`,
  );
}
