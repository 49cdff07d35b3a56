import {
  type AnyTensor,
  apply,
  composite,
  type DType,
  exp,
  expm1,
  type FloatOf,
  less,
  mul,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { checkNumber } from "./option.ts";

/** x where it is not positive, else 0: there the exponential would overflow, and ∞ · 0 spoil the second derivative. */
export function negativePart(x: AnyTensor): AnyTensor {
  return where(less(0, x), 0, x);
}

/** Of x and α. */
export const eluOp: Op = composite("elu", {
  scalar: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  lower: ([x, alpha]) => where(less(0, x), x, mul(alpha, expm1(negativePart(x)))),
  vjp: ({ inputs: [x, alpha], cotangent }) => [
    where(less(0, x), cotangent, mul(cotangent, mul(alpha, exp(negativePart(x))))),
    mul(cotangent, expm1(negativePart(x))),
  ],
});

/**
 * Exponential linear unit: `x` where x > 0, else `α (eˣ − 1)` (α 1 by default; Clevert, Unterthiner and Hochreiter 2016).
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ` where x > 0, else `ȳ α eˣ`, also at 0; `ȳ (y + α)` would be 0 for x < −17 in
 * float32. Numerics: by expm1, accurate near 0; at most 2 ulp, whatever α is.
 */
export function elu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { alpha = 1 }: { alpha?: number } = {},
): Tensor<S, FloatOf<D>> {
  checkNumber("elu", "alpha", alpha);
  return apply(eluOp, [x, alpha]) as Tensor<S, FloatOf<D>>;
}
