import {
  type AnyTensor,
  add,
  apply,
  type BinaryDType,
  type BinaryShape,
  type Checked,
  cast,
  composite,
  div,
  equal,
  floor,
  isFloat,
  less,
  mul,
  type NumberOf,
  neg,
  type Op,
  type Operand,
  type Result,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { remainder as scalarRemainder } from "./kernels/remainder.ts";
import { logicalAnd } from "./logicalAnd.ts";
import { logicalXor } from "./logicalXor.ts";
import { notEqual } from "./notEqual.ts";

export const remainderOp: Op = composite("remainder", {
  accepts: "number",
  scalar: scalarRemainder,
  lower([a, b]) {
    if (!isFloat(a.dtype)) {
      // The quotient stays in float64, which holds it and its product exactly: −2³¹ by −1 is no int32.
      const [wideA, wideB] = [cast(a, "float64"), cast(b, "float64")];
      const rest = sub(wideA, mul(floor(div(wideA, wideB)), wideB));
      return where(equal(b, 0), 0, cast(rest, a.dtype));
    }
    if (a.dtype === "float64") return remainderOf(a, b);
    // In float64 the product of a quotient below 2²⁹ and b is exact.
    return cast(remainderOf(cast(a, "float64"), cast(b, "float64")), a.dtype);
  },
  vjp({ inputs: [a, b], output, cotangent }) {
    const quotient = floor(add(div(sub(a, output), b), 0.5));
    return [cotangent, neg(mul(cotangent, quotient))];
  },
});

function remainderOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const quotient: AnyTensor = floor(div(a, b));
  // 0 · ∞ is no number, but what ∞ goes into not once is left whole.
  const rest: AnyTensor = where(equal(quotient, 0), a, sub(a, mul(quotient, b)));
  // A quotient that was rounded up to an integer leaves a rest of the other sign, as −1 below 0 does.
  const isWrong = logicalAnd(notEqual(rest, 0), logicalXor(less(rest, 0), less(b, 0)));
  const signedZero: AnyTensor = where(less(b, 0), -0, 0);
  return where(equal(rest, 0), signedZero, where(isWrong, add(rest, b), rest)) as AnyTensor;
}

/**
 * `a − ⌊a / b⌋ b`: the remainder with the sign of `b`, as Python's `%` (JavaScript's has the sign of `a`).
 *
 * Shapes broadcast as in NumPy. Gradients: `ā = ȳ`, `b̄ = −ȳ ⌊a / b⌋`, summed over stretched axes. By 0: NaN, for integers 0.
 * Numerics: exact but for the addition of b to a rest of another sign.
 * Throws {@link ShapeError}.
 */
export function remainder<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"remainder", A, B>>,
): Tensor<Result<BinaryShape<"remainder", A, B>>, NumberOf<BinaryDType<A, B>>> {
  return apply(remainderOp, [a, b]) as Tensor<
    Result<BinaryShape<"remainder", A, B>>,
    NumberOf<BinaryDType<A, B>>
  >;
}
