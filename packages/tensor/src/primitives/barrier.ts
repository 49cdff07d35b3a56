import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { AnyTensor } from "../graph/tensor.ts";

export const barrierPrimitive: Op = primitive("barrier", {
  passesZeros: true,
  accepts: (dtypes) => dtypes,
  shape: ([x]) => x,
  vjp: ({ cotangent }) => [cotangent],
  reference([x], output) {
    output.values.set(x.values);
  },
});

/** `x` behind a line that no pass crosses: what is computed from it is not shared with what is computed from `x`. */
export function barrier(x: AnyTensor): AnyTensor {
  return apply(barrierPrimitive, [x]);
}
