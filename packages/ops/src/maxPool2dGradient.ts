import {
  type AnyTensor,
  apply,
  cast,
  composite,
  type DType,
  equal,
  type FloatOf,
  max,
  type Op,
  ones,
  reshape,
  type Shape,
  ShapeError,
  sameShape,
  shapeText,
  sum,
  sumPatches,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { firstLargest } from "./firstLargest.ts";
import { logicalAnd } from "./logicalAnd.ts";
import { logicalOr } from "./logicalOr.ts";
import { notEqual } from "./notEqual.ts";
import {
  isPadded,
  lowest,
  type PoolingAttributes,
  type PoolingOptions,
  pooledShape,
  poolingOf,
  windowElements,
} from "./pooling.ts";

/** True at the element of each window that is its maximum, the first of those that tie: `[n, C, kh · kw, oh, ow]`. */
function chosen(x: AnyTensor, attributes: PoolingAttributes): AnyTensor {
  const elements = windowElements(x, attributes, lowest(x.dtype));
  if (!isPadded(attributes)) return firstLargest(elements, [2]);
  // What is −∞ itself ties with the padding, which must not get its cotangent. NaN is the largest, and no equal of itself.
  const pixels = windowElements(
    ones([1, 1, ...x.shape.slice(2)], { dtype: "bool" }) as AnyTensor,
    attributes,
  );
  const isLargest = logicalOr(
    equal(elements, max(elements, { axis: 2, keepDims: true })),
    notEqual(elements, elements),
  );
  return firstLargest(cast(logicalAnd(pixels, isLargest), "uint8"), [2]);
}

/** With a window axis of 1 between channels and height. */
function overWindow(y: AnyTensor): AnyTensor {
  return reshape(y, [...y.shape.slice(0, 2), 1, ...y.shape.slice(2)]);
}

export const maxPool2dGradientOp: Op = composite<PoolingAttributes>("maxPool2dGradient", {
  passesZeros: true,
  accepts: ([x, cotangent]) => [x as DType, cotangent === "float64" ? "float64" : "float32"],
  dtype: ([, cotangent]) => cotangent,
  shape([x, cotangent], attributes) {
    const expected = pooledShape("maxPool2dGradient")([x], attributes);
    if (sameShape(cotangent, expected)) return x;
    throw new ShapeError(
      "maxPool2dGradient",
      `the cotangent ${shapeText(cotangent)} is not of ${shapeText(x)} pooled, which is ${shapeText(expected)}`,
    );
  },
  lower([x, cotangent], attributes) {
    const { window, ...sliding } = attributes;
    const [n, channels, ...size] = x.shape;
    const spread: AnyTensor = where(chosen(x, attributes), overWindow(cotangent), 0);
    const windows: AnyTensor = reshape(spread, [n, channels, ...window, ...cotangent.shape.slice(2)]);
    return sumPatches(windows, size, window, sliding);
  },
  vjp({ inputs: [x], attributes, cotangent }) {
    const taken: AnyTensor = where(chosen(x, attributes), windowElements(cotangent, attributes), 0);
    return [undefined, sum(taken, { axis: 2 }) as AnyTensor];
  },
});

/**
 * The gradient of `maxPool2d` by its input `[n, C, h, w]`, from the input and the cotangent `[n, C, oh, ow]`, with the options of
 * the pooling: each window's cotangent at its first largest element, added up where windows overlap. Gives the input's shape.
 *
 * Gradient: that of the cotangent reads the places it went to; that of the input is 0 wherever it exists.
 * Throws {@link ShapeError} when the cotangent is not of the pooled shape.
 */
export function maxPool2dGradient<D extends DType>(
  x: AnyTensor,
  cotangent: Tensor<Shape, D>,
  options: Omit<PoolingOptions, "layout"> = {},
): Tensor<Shape, FloatOf<D>> {
  return apply(
    maxPool2dGradientOp,
    [x, cotangent],
    poolingOf("maxPool2dGradient", x.shape, options),
  ) as never;
}
