import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive, type Values } from "../graph/op.ts";
import { broadcastShapes, sameShape, shapeText, sizeOf } from "../graph/shape.ts";
import type { BinaryDType, Checked, MatMul, NumberOf, Result, Shape, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { multiply } from "../kernels/multiply.ts";
import { broadcastLayout, copyStrided, rowMajor } from "../kernels/strided.ts";

/** Which operands are read transposed in their last two axes: the backward products need no transposed copies. */
type MatmulAttributes = { readonly transposeA: boolean; readonly transposeB: boolean };

/** `[…, m, k]` of an operand as the product sees it. */
function asSeen(shape: Shape, transposed: boolean): Shape {
  const [m, k] = shape.slice(-2);
  return transposed ? [...shape.slice(0, -2), k, m] : shape;
}

export const matmulPrimitive: Op = primitive<MatmulAttributes>("matmul", {
  accepts: "number",
  shape([a, b], { transposeA, transposeB }) {
    for (const shape of [a, b]) {
      if (shape.length < 2)
        throw new ShapeError(
          "matmul",
          `${shapeText(shape)} has rank ${shape.length}; expected at least 2: reshape it to a row or a column`,
        );
    }
    const [left, right] = [asSeen(a, transposeA), asSeen(b, transposeB)];
    const k = left[left.length - 1];
    const k2 = right[right.length - 2];
    if (k !== k2) {
      throw new ShapeError(
        "matmul",
        `inner dimensions ${k} and ${k2} differ: ${shapeText(left)} × ${shapeText(right)}`,
      );
    }
    const batch = broadcastShapes("matmul", [left.slice(0, -2), right.slice(0, -2)]);
    return [...batch, left[left.length - 2], right[right.length - 1]];
  },
  flops([a, b], { transposeA, transposeB }) {
    const [left, right] = [asSeen(a, transposeA), asSeen(b, transposeB)];
    const batch = broadcastShapes("matmul", [left.slice(0, -2), right.slice(0, -2)]);
    return 2 * sizeOf(batch) * sizeOf(left.slice(-2)) * right[right.length - 1];
  },
  vjp({ inputs: [a, b], attributes: { transposeA, transposeB }, cotangent }) {
    return [
      transposeA ? product(b, cotangent, transposeB, true) : product(cotangent, b, false, !transposeB),
      transposeB ? product(cotangent, a, true, transposeA) : product(a, cotangent, !transposeA, false),
    ];
  },
  reference([a, b], output, { transposeA, transposeB }) {
    const batch = output.shape.slice(0, -2);
    const [m, n] = output.shape.slice(-2);
    const k = asSeen(a.shape, transposeA)[a.shape.length - 1];
    const [left, right] = [stretch(a, batch), stretch(b, batch)];
    for (let i = 0; i < sizeOf(batch); i++) {
      multiply(
        { values: left.subarray(i * m * k, (i + 1) * m * k), transposed: transposeA },
        { values: right.subarray(i * k * n, (i + 1) * k * n), transposed: transposeB },
        output.values.subarray(i * m * n, (i + 1) * m * n),
        [m, k, n],
        output.dtype,
      );
    }
  },
});

/** The operand with its leading axes broadcast to `batch`. */
function stretch({ values, shape }: Values, batch: Shape): Values["values"] {
  if (sameShape(shape.slice(0, -2), batch)) return values;
  const target = [...batch, ...shape.slice(-2)];
  const result = new (values.constructor as new (size: number) => Values["values"])(sizeOf(target));
  copyStrided(target, values, broadcastLayout(shape, target), result, rowMajor(target));
  return result;
}

/** `a b` with either operand read transposed. */
export function product(a: AnyTensor, b: AnyTensor, transposeA: boolean, transposeB: boolean): AnyTensor {
  return apply(matmulPrimitive, [a, b], { transposeA, transposeB });
}

/**
 * Matrix product `C_ij = Σ_p A_ip B_pj`: `[…, m, k] × […, k, n] → […, m, n]`; leading axes broadcast as in NumPy.
 * Gradients: `Ā = C̄ Bᵀ`, `B̄ = Aᵀ C̄` (Giles 2008), summed over stretched axes.
 *
 * Numerics: `|Ĉ − C| ≤ γ_k |A||B|` for every order of summation (Higham 2002, ch. 3). The reference backend accumulates float32 in
 * float64; WebAssembly adds up blocks in the operands' dtype (`docs/accuracy.md`), so that a partial sum which overflows gives ±∞ or NaN.
 * Throws {@link ShapeError} on a rank below 2 or different inner dimensions.
 */
export function matmul<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & Checked<MatMul<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<Result<MatMul<ShapeOf<A>, ShapeOf<B>>>, NumberOf<BinaryDType<A, B>>> {
  return product(a, b, false, false) as Tensor<
    Result<MatMul<ShapeOf<A>, ShapeOf<B>>>,
    NumberOf<BinaryDType<A, B>>
  >;
}
