import { castPrimitive, node, promoteOperands } from "../graph/apply.ts";
import { checkDType } from "../graph/dtype.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

/**
 * The values in another dtype. Float to integer rounds towards zero and saturates, NaN gives 0; anything to bool is
 * "not equal to 0"; float64 to float32 rounds to nearest. Shape: any, elementwise.
 * Gradient: the cotangent in the input's dtype between floats, else none. Throws {@link OptionError} on an unknown dtype.
 */
export function cast<S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> {
  checkDType("cast", dtype);
  const [given] = promoteOperands("cast", "any", [x]);
  const isDone = given.dtype === dtype && !given.weak;
  return (isDone ? given : node(castPrimitive, [given], { dtype }, given.shape, dtype)) as Tensor<
    Shape,
    DType
  > as Tensor<S, D>;
}
