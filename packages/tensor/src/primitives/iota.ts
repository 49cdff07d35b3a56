import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { AnyTensor } from "../graph/tensor.ts";

export const iotaPrimitive: Op = primitive<{ count: number }>("iota", {
  accepts: () => [],
  shape: (_, { count }) => [count],
  dtype: () => "int32",
  differentiable: false,
  reference(_, output) {
    for (let i = 0; i < output.values.length; i++) output.values[i] = i;
  },
});

/** `0, 1, …, count − 1` as int32: `[count]`. */
export function iota(count: number): AnyTensor {
  return apply(iotaPrimitive, [], { count });
}
