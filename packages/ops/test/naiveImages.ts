import { type AnyTensor, type ImageLayout, tensor } from "@adjoint/tensor";
import { fc } from "@fast-check/vitest";

/** An image `[n, C, h, w]` as a function of places; 0 outside. */
export type Image = (n: number, c: number, y: number, x: number) => number;

type Sides = readonly [number, number];

/** How windows slide over an image, in full. */
export interface Geometry {
  readonly size: Sides;
  readonly window: Sides;
  readonly stride: Sides;
  readonly dilation: Sides;
  readonly padding: readonly [Sides, Sides];
}

/** Height and width of the result, by counting. */
export function outputSize({ size, window, stride, dilation, padding }: Geometry): number[] {
  return [0, 1].map((axis) => {
    const length = padding[axis][0] + size[axis] + padding[axis][1];
    let count = 0;
    while (count * stride[axis] + (window[axis] - 1) * dilation[axis] < length) count++;
    return count;
  });
}

/** Numbers from a function of four indices, in row-major order. */
export function numbers(shape: readonly number[], element: Image): number[] {
  const values: number[] = [];
  for (let n = 0; n < shape[0]; n++)
    for (let c = 0; c < shape[1]; c++)
      for (let y = 0; y < shape[2]; y++) for (let x = 0; x < shape[3]; x++) values.push(element(n, c, y, x));
  return values;
}

/** Row-major numbers as an image, with `outside` beyond its edges. */
export function imageOf(values: readonly number[], shape: readonly number[], outside = 0): Image {
  const [, channels, height, width] = shape;
  return (n, c, y, x) =>
    y < 0 || y >= height || x < 0 || x >= width
      ? outside
      : values[((n * channels + c) * height + y) * width + x];
}

/** `[n, C, h, w]` numbers as a tensor of the layout. */
export function tensorOf(
  values: readonly number[],
  shape: readonly number[],
  layout: ImageLayout,
): AnyTensor {
  if (layout === "NCHW") return tensor([...values], [...shape], { dtype: "float64" });
  const [n, channels, height, width] = shape;
  const image = imageOf(values, shape);
  const moved = numbers([n, height, width, channels], (i, y, x, c) => image(i, c, y, x));
  return tensor(moved, [n, height, width, channels], { dtype: "float64" });
}

const side = (min: number, max: number): fc.Arbitrary<Sides> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** Windows that fit, with less padding than window. */
export const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    size: side(1, 5),
    window: side(1, 3),
    stride: side(1, 3),
    dilation: side(1, 2),
    padding: fc.tuple(side(0, 2), side(0, 2)),
  })
  .filter(
    (one) =>
      Math.min(...outputSize(one)) > 0 &&
      one.padding.every((sides, axis) => Math.max(...sides) < one.window[axis]),
  );

/** Whole numbers, whose sums are exact. */
export function wholes(size: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size });
}
