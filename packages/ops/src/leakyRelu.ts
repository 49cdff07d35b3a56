import {
  apply,
  composite,
  type DType,
  type FloatOf,
  less,
  mul,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { checkNumber } from "./option.ts";

export const leakyReluOp: Op = composite<{ slope: number }>("leakyRelu", {
  elementwise: true,
  lower: ([x], { slope }) => where(less(0, x), x, mul(slope, x)),
  vjp: ({ inputs: [x], attributes: { slope }, cotangent }) => [
    where(less(0, x), cotangent, mul(slope, cotangent)),
  ],
});

/**
 * `x` where x > 0, else `slope x` (slope 0.01 by default; Maas, Hannun and Ng 2013).
 * Shape: any, elementwise. Gradient: `x̄ = ȳ` where x > 0, else `slope ȳ`, also at 0.
 */
export function leakyRelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { slope = 0.01 }: { slope?: number } = {},
): Tensor<S, FloatOf<D>> {
  checkNumber("leakyRelu", "slope", slope);
  return apply(leakyReluOp, [x], { slope }) as Tensor<S, FloatOf<D>>;
}
