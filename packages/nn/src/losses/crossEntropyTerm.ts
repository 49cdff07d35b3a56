import {
  type AnyTensor,
  apply,
  composite,
  div,
  equal,
  log,
  log1p,
  mul,
  neg,
  type Op,
  sub,
  where,
} from "@adjoint/tensor";

/** Whether the probability is the other one, `1 − p`. */
type CrossEntropyAttributes = { readonly isComplement: boolean };

/** `−log p`, or `−log(1 − p)`. */
function surprise(p: AnyTensor, { isComplement }: CrossEntropyAttributes): AnyTensor {
  return neg(isComplement ? log1p(neg(p)) : log(p));
}

export const crossEntropyTermOp: Op = composite<CrossEntropyAttributes>("crossEntropyTerm", {
  elementwise: true,
  lower: ([t, p], attributes) => where(equal(t, 0), 0, mul(t, surprise(p, attributes))),
  vjp({ inputs: [t, p], attributes, cotangent }) {
    const { isComplement } = attributes;
    const q: AnyTensor = isComplement ? sub(1, p) : p;
    // The derivative t / q is 0 also where both are 0; elsewhere q itself divides, so that the second derivative is right.
    const isEmpty = equal(t, 0);
    const divisor = where(isEmpty, where(equal(q, 0), 1, q), q);
    const slope: AnyTensor = div(isComplement ? t : neg(t), divisor);
    return [mul(cotangent, surprise(p, attributes)), mul(cotangent, slope)];
  },
});

/**
 * `−t log p`, and 0 where t is 0, also for p = 0: the part of one outcome in a cross-entropy, from probabilities.
 * With `isComplement` the outcome's probability is `1 − p`, whose logarithm log1p keeps for small p.
 *
 * Shape: elementwise. Gradients: `t̄ = −ȳ log p`, `p̄ = −ȳ t / p`.
 */
export function crossEntropyTerm(
  target: AnyTensor,
  probability: AnyTensor,
  { isComplement = false }: Partial<CrossEntropyAttributes> = {},
): AnyTensor {
  return apply(crossEntropyTermOp, [target, probability], { isComplement });
}
