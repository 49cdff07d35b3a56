import { isFinite as isFiniteNumber, logicalAnd, logicalNot } from "@adjoint/ops";
import {
  type AnyTensor,
  apply,
  composite,
  div,
  equal,
  log,
  log1p,
  type Match,
  mul,
  neg,
  type Op,
  primitives,
  sub,
  where,
} from "@adjoint/tensor";

/** Whether the probability is the other one, `1 − p`. */
type CrossEntropyAttributes = { readonly isComplement: boolean };

/** `−log p`, or `−log(1 − p)`. */
function surprise(p: AnyTensor, { isComplement }: CrossEntropyAttributes): AnyTensor {
  return neg(isComplement ? log1p(neg(p)) : log(p));
}

/** The term from the logarithm of the probability, where the rules have it without the probability. */
function ofLogarithm({ operands: [t, p], node, rewritten }: Match): AnyTensor | undefined {
  const { isComplement } = node.attributes as CrossEntropyAttributes;
  const complement = isComplement ? (sub(1, p) as AnyTensor) : p;
  const logarithm = rewritten(log((isComplement ? rewritten(complement) : undefined) ?? complement));
  if (logarithm === undefined || logarithm.op === primitives.log1p) return undefined;
  // Only what is not finite is left out: the derivative by t is the logarithm also where t is 0.
  const isNothing = logicalAnd(equal(t, 0), logicalNot(isFiniteNumber(logarithm)));
  return neg(mul(t, where(isNothing, 0, logarithm)) as AnyTensor) as AnyTensor;
}

export const crossEntropyTermOp: Op = composite<CrossEntropyAttributes>("crossEntropyTerm", {
  replaces: [
    {
      written: (t, p) => apply(crossEntropyTermOp, [t, p], { isComplement: false }),
      get ops() {
        return [crossEntropyTermOp];
      },
      becomes: ofLogarithm,
      because: "the logits are at hand, and probabilities round to 0 and 1",
    },
  ],
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
