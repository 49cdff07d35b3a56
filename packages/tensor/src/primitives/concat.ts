import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { axisOptionNames, checkOptionNames } from "../graph/options.ts";
import { normalizeAxis, shapeText, stridesOf } from "../graph/shape.ts";
import type {
  AlongOptions,
  Checked,
  CommonDType,
  Concat,
  OptionOf,
  Result,
  ShapesOf,
} from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { copyStrided, rowMajor } from "../kernels/strided.ts";
import { slice } from "./slice.ts";

export const concatPrimitive: Op = primitive<{ axis: number }>("concat", {
  passesZeros: true,
  accepts: "any",
  shape(shapes, { axis }) {
    const [first] = shapes;
    for (const shape of shapes) {
      const differing =
        shape.length === first.length
          ? shape.findIndex((dimension, i) => i !== axis && dimension !== first[i])
          : -1;
      if (shape.length !== first.length) {
        throw new ShapeError(
          "concat",
          `${shapeText(first)} and ${shapeText(shape)} differ in rank; reshape one of them`,
        );
      }
      if (differing !== -1) {
        throw new ShapeError(
          "concat",
          `${shapeText(first)} and ${shapeText(shape)} along axis ${axis}: axis ${differing} has dimensions ${first[differing]} and ${shape[differing]}`,
        );
      }
    }
    const total = shapes.reduce((sum, shape) => sum + shape[axis], 0);
    return first.map((dimension, i) => (i === axis ? total : dimension));
  },
  vjp({ inputs, attributes: { axis }, cotangent }) {
    let from = 0;
    return inputs.map((input) => {
      const begin = input.shape.map((_, i) => (i === axis ? from : 0));
      const end = input.shape.map((dimension, i) => (i === axis ? from + dimension : dimension));
      from += input.shape[axis];
      return slice(cotangent, begin, end) as AnyTensor;
    });
  },
  reference(inputs, output, { axis }) {
    const { strides } = rowMajor(output.shape);
    let from = 0;
    for (const { values, shape } of inputs) {
      copyStrided(shape, values, { offset: 0, strides: stridesOf(shape) }, output.values, {
        offset: from * strides[axis],
        strides,
      });
      from += shape[axis];
    }
  },
});

/**
 * The tensors joined end to end along `axis` (the first by default; negative counts from the end). Other dimensions
 * must agree. Gradient: to each tensor its part of the cotangent. Throws {@link ShapeError}.
 */
export function concat<
  const Tensors extends readonly AnyTensor[],
  const Axis extends number | undefined = 0,
  Given = object,
>(
  tensors: Tensors & Checked<Concat<ShapesOf<Tensors>, OptionOf<Given, "axis", Axis>>>,
  options: AlongOptions<Axis, Given> = {} as never,
): Tensor<Result<Concat<ShapesOf<Tensors>, OptionOf<Given, "axis", Axis>>>, CommonDType<Tensors>> {
  const list = tensors as readonly AnyTensor[];
  if (list.length === 0) throw new ShapeError("concat", "there are no tensors to join; give at least one");
  checkOptionNames("concat", options, axisOptionNames);
  const axis = normalizeAxis("concat", options.axis ?? 0, list[0].shape);
  return apply(concatPrimitive, list, { axis }) as never;
}
