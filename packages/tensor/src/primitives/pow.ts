import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, FloatOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { pow as scalarPow } from "../kernels/special/pow.ts";
import { equal } from "./equal.ts";
import { less } from "./less.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";
import { where } from "./where.ts";

export const powPrimitive: Op = primitive("pow", {
  vjp({ inputs: [a, b], output, cotangent }) {
    // x⁰ is constant in x also where x⁻¹ is ∞ or NaN (x² is 0 there, or NaN); elsewhere b stays, to be differentiated.
    const base = where(equal(b, 0), where(less(0, mul(a, a)), a, 1), a);
    const byBase = mul(b, pow(base, sub(b, 1)));
    const slope = where(equal(output, 0), 0, mul(output, log(a)));
    const byExponent = where(equal(a, 0), where(less(b, 0), slope, 0), slope);
    return [mul(cotangent, byBase), mul(cotangent, byExponent)];
  },
  scalar: scalarPow,
});

/**
 * `aᵇ`; integers give float32. Shapes broadcast as in NumPy.
 *
 * Gradients: `ā = ȳ b aᵇ⁻¹`, 0 where b is 0; `b̄ = ȳ aᵇ log a`, 0 where aᵇ is 0 or a is 0 and b ≥ 0; summed over stretched axes.
 * Domain: a negative base needs an integer exponent, else NaN; −∞ counts as ∞ then. `x⁰` and `1ᵇ` are 1 for every x and b, `(−1)^±∞` is 1
 * (IEEE 754 and C; ECMAScript's `**` gives NaN).
 * Numerics: at most 0.54 ulp, with equal bits on every engine.
 * Throws {@link ShapeError}.
 */
export function pow<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"pow", A, B>>,
): Tensor<Result<BinaryShape<"pow", A, B>>, FloatOf<BinaryDType<A, B>>> {
  return apply(powPrimitive, [a, b]) as Tensor<Result<BinaryShape<"pow", A, B>>, FloatOf<BinaryDType<A, B>>>;
}
