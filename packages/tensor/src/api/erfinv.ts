import { apply } from "../graph/apply.ts";
import { composite, type Op } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { CENTRE, HALF_SQRT_PI, erfinv as scalarErfinv, TAIL } from "../kernels/special/erfinv.ts";
import { abs } from "../primitives/abs.ts";
import { add } from "../primitives/add.ts";
import { div } from "../primitives/div.ts";
import { erf } from "../primitives/erf.ts";
import { erfc } from "../primitives/erfc.ts";
import { exp } from "../primitives/exp.ts";
import { less } from "../primitives/less.ts";
import { log } from "../primitives/log.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import { where } from "../primitives/where.ts";

function polynomial(coefficients: readonly number[], x: AnyTensor): AnyTensor {
  return coefficients.reduceRight<AnyTensor>(
    (sum, coefficient) => add(mul(sum, x), coefficient) as AnyTensor,
    mul(x, 0) as AnyTensor,
  );
}

export const erfinvOp: Op = composite("erfinv", {
  scalar: scalarErfinv,
  vjp: ({ output, cotangent }) => [mul(cotangent, mul(HALF_SQRT_PI, exp(mul(output, output))))],
  lower([x]) {
    const size = abs(x) as AnyTensor;
    const w = neg(log(mul(sub(1, size), add(1, size)) as AnyTensor)) as AnyTensor;
    const root = polynomial(TAIL, sub(sqrt(w), 4) as AnyTensor);
    const guess = mul(
      size,
      where(less(w, 5), polynomial(CENTRE, sub(w, 2.5) as AnyTensor), root),
    ) as AnyTensor;
    const residual = where(less(size, 0.5), sub(erf(guess), size), sub(sub(1, size), erfc(guess)));
    const newton = mul(mul(residual, HALF_SQRT_PI), exp(mul(guess, guess) as AnyTensor)) as AnyTensor;
    const refined = sub(guess, div(newton, add(1, mul(guess, newton)))) as AnyTensor;
    const inside = where(less(size, 1), refined, div(size, sub(1, size))) as AnyTensor;
    const valid = where(less(1, size), Number.NaN, inside) as AnyTensor;
    return where(less(x, 0), neg(valid), valid) as AnyTensor;
  },
});

/**
 * Inverse of the error function: `erf(erfinv(x)) = x`. Shape: any, elementwise. Gradient: `x̄ = ȳ √π/2 e^{y²}`.
 * Domain: |x| ≤ 1; ±1 gives ±∞, beyond gives NaN.
 */
export function erfinv<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(erfinvOp, [x]) as Tensor<S, FloatOf<D>>;
}
