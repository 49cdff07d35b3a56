import { type AnyTensor, type ImageLayout, reshape, type Shape, sizeOf, transpose } from "@adjoint/tensor";

/** The axes of `x` with its last three in another order. */
function lastThree({ rank }: AnyTensor, order: readonly [number, number, number]): number[] {
  return [...Array.from({ length: rank - 3 }, (_, axis) => axis), ...order.map((axis) => rank - 3 + axis)];
}

/** Images as `[n, channels, height, width]`, with all axes of the batch as one. */
export function asImages(x: AnyTensor, layout: ImageLayout): AnyTensor {
  const first: AnyTensor = layout === "NCHW" ? x : transpose(x, lastThree(x, [2, 0, 1]));
  if (first.rank === 4) return first;
  return reshape(first, [sizeOf(first.shape.slice(0, -3)), ...first.shape.slice(-3)]);
}

/** What {@link asImages} did, undone: the batch has the axes it had, and the channels stand where they stood. */
export function asGiven(y: AnyTensor, given: Shape, layout: ImageLayout): AnyTensor {
  const batched: AnyTensor =
    given.length === 4 ? y : reshape(y, [...given.slice(0, -3), ...y.shape.slice(-3)]);
  return layout === "NCHW" ? batched : transpose(batched, lastThree(batched, [1, 2, 0]));
}

/** Height and width of images. */
export function imageSize(shape: Shape, layout: ImageLayout): Shape {
  return layout === "NCHW" ? shape.slice(-2) : shape.slice(-3, -1);
}
