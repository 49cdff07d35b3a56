import { apply, literal, type Operand, promoteOperands } from "../graph/apply.ts";
import { DTypeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, Checked, Result, WhereShape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";

export const wherePrimitive: Op = primitive("where", {
  passesZeros: true,
  selects: ([condition]) => [undefined, condition, where(condition, literal(0, "bool"), literal(1, "bool"))],
  accepts([condition, a, b]) {
    if (condition === "bool" || condition === "uint8" || condition === "int32") return ["bool", a, b];
    throw new DTypeError(
      "where",
      `the condition is ${condition}; expected bool, as less(x, 0) or equal(x, 0) gives`,
    );
  },
  dtype: ([, a]) => a,
  elementwise: true,
  vjp: ({ inputs: [condition], cotangent }) => [
    undefined,
    where(condition, cotangent, 0),
    where(condition, 0, cotangent),
  ],
  scalar: (condition, a, b) => (condition !== 0 ? a : b),
});

/**
 * `a` where `condition` holds, else `b`. The three shapes broadcast as in NumPy; an integer condition means "not 0".
 * Gradient: `ȳ` to the one that was chosen, 0 to the other, summed over stretched axes.
 * Throws {@link ShapeError}, and {@link DTypeError} when the condition is a float.
 */
export function where<C extends AnyTensor, A extends Operand, B extends Operand>(
  condition: C,
  a: A,
  b: B & Checked<WhereShape<C, A, B>>,
): Tensor<Result<WhereShape<C, A, B>>, BinaryDType<A, B>> {
  // The condition's dtype is no concern of the values, so that numbers do not adopt it.
  return apply(wherePrimitive, [condition, ...promoteOperands("where", "any", [a, b])]) as Tensor<
    Result<WhereShape<C, A, B>>,
    BinaryDType<A, B>
  >;
}
