import { apply } from "../graph/apply.ts";
import { composite, type Op } from "../graph/op.ts";
import type { AnyTensor } from "../graph/tensor.ts";

export const aliasOp: Op = composite("alias", {
  accepts: (dtypes) => dtypes,
  elementwise: true,
  transparent: true,
  passesZeros: true,
  lower: ([x]) => x,
  vjp: ({ cotangent }) => [cotangent],
});

/**
 * A node of its own with the value of `x`, so that a derivative with respect to it does not count other uses of `x`.
 * Lowering removes it.
 */
export function alias(x: AnyTensor): AnyTensor {
  return apply(aliasOp, [x]);
}
