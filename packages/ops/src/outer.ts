import {
  type AnyTensor,
  type BinaryDType,
  mul,
  type NumberOf,
  reshape,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";

/** `[m]` and `[n]` give `[m, n]`. */
export type OuterShape<A extends Shape, B extends Shape> = [Readonly<A>, Readonly<B>] extends [
  readonly [infer M extends number],
  readonly [infer N extends number],
]
  ? [M, N]
  : [number, number];

/**
 * Outer product `y_ij = aᵢ bⱼ`: `[m]` and `[n]` give `[m, n]`. Gradients: `ā = Ȳ b`, `b̄ = Ȳᵀ a`.
 * Throws {@link ShapeError} unless both have rank 1.
 */
export function outer<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B,
): Tensor<OuterShape<ShapeOf<A>, ShapeOf<B>>, NumberOf<BinaryDType<A, B>>> {
  for (const shape of [a.shape, b.shape]) {
    if (shape.length !== 1)
      throw new ShapeError(
        "outer",
        `${shapeText(shape)} has rank ${shape.length}; expected 1, as ravel(x) gives`,
      );
  }
  return mul(reshape(a as AnyTensor, [a.size, 1]) as AnyTensor, b as AnyTensor) as never;
}
