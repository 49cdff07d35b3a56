import { type AnyTensor, lowerGraph } from "@adjoint/tensor";

/** The tensor computed by primitives alone: what a backend runs that has no kernel for any composite. */
export function lowered(x: AnyTensor, inputs: readonly AnyTensor[] = []): AnyTensor {
  return lowerGraph([x.current()], new Set(inputs), () => false)[0];
}
