import {
  type AnyTensor,
  type BinaryDType,
  type Checked,
  matmul,
  type NumberOf,
  reshape,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";

/** `[]` for vectors of the same length, else the sentence of the error. */
export type DotShape<A extends Shape, B extends Shape> = [Readonly<A>, Readonly<B>] extends [
  readonly [infer M extends number],
  readonly [infer N extends number],
]
  ? [M & N] extends [never]
    ? ShapeError<`dot: lengths ${M} and ${N} differ`>
    : []
  : [];

/**
 * Scalar product of two vectors, `Σ aᵢ bᵢ`: `[n] · [n] → []`. Gradients: `ā = ȳ b`, `b̄ = ȳ a`.
 * Numerics: those of {@link matmul}. Throws {@link ShapeError} unless both have rank 1 and the same length.
 */
export function dot<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & Checked<DotShape<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<[], NumberOf<BinaryDType<A, B>>> {
  const [left, right] = [a.shape as Shape, b.shape as Shape];
  for (const shape of [left, right]) {
    if (shape.length !== 1)
      throw new ShapeError("dot", `${shapeText(shape)} has rank ${shape.length}; expected 1, or use matmul`);
  }
  if (left[0] !== right[0]) throw new ShapeError("dot", `lengths ${left[0]} and ${right[0]} differ`);
  const product = matmul(
    reshape(a as AnyTensor, [1, left[0]]) as AnyTensor,
    reshape(b as AnyTensor, [left[0], 1]) as AnyTensor,
  );
  return reshape(product as AnyTensor, []) as never;
}
