import { apply } from "../graph/apply.ts";
import { checkRepresentable } from "../graph/dtype.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkOptionNames } from "../graph/options.ts";
import { shapeText, stridesOf } from "../graph/shape.ts";
import type { Checked, DTypeOf, Pad, Result, Shape, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { copyStrided, rowMajor } from "../kernels/strided.ts";
import { slice } from "./slice.ts";

/** Elements to add before, after and between those of each axis, and their value. */
type PadAttributes = {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
};

function isCount(x: number): boolean {
  return Number.isInteger(x) && x >= 0;
}

/** The dimension that `count` elements take with `interior` others between neighbours. */
function spread(count: number, interior: number): number {
  return count === 0 ? 0 : count + (count - 1) * interior;
}

export const padPrimitive: Op = primitive<PadAttributes>("pad", {
  passesZeros: true,
  accepts: "any",
  shape: ([x], { before, after, interior }) =>
    x.map((dimension, axis) => before[axis] + spread(dimension, interior[axis]) + after[axis]),
  vjp({ inputs: [x], attributes: { before, interior }, cotangent }) {
    const end = before.map((from, axis) => from + spread(x.shape[axis], interior[axis]));
    return [
      slice(
        cotangent,
        before,
        end,
        interior.map((one) => one + 1),
      ) as AnyTensor,
    ];
  },
  reference([x], output, { before, interior, value }) {
    output.values.fill(value);
    const strides = stridesOf(output.shape);
    const target = {
      offset: before.reduce((offset, count, axis) => offset + count * strides[axis], 0),
      strides: strides.map((stride, axis) => stride * (interior[axis] + 1)),
    };
    copyStrided(x.shape, x.values, rowMajor(x.shape), output.values, target);
  },
});

const padOptionNames: readonly string[] = ["value", "interior"];

/**
 * `x` with `paddings[axis] = [before, after]` elements of `value` (0) added at the ends of each axis, and `interior[axis]`
 * (0) of them between neighbours. Gradient: the cotangent at the places of `x`.
 * Throws {@link ShapeError} unless there is a pair of whole numbers from 0 for every axis.
 */
export function pad<
  A extends AnyTensor,
  const Paddings extends readonly (readonly [number, number])[],
  const Interior extends Shape | undefined = undefined,
>(
  x: A,
  paddings: Paddings & Checked<Pad<ShapeOf<A>, Paddings, Interior>>,
  options: { value?: number; interior?: Interior } = {},
): Tensor<Result<Pad<ShapeOf<A>, Paddings, Interior>>, DTypeOf<A>> {
  checkOptionNames("pad", options, padOptionNames);
  const value = options.value ?? 0;
  const interior = (options.interior as Shape | undefined) ?? x.shape.map(() => 0);
  const pairs = paddings as readonly (readonly [number, number])[];
  const isPair = (pair: Shape): boolean => pair.length === 2 && pair.every(isCount);
  if (pairs.length !== x.rank || !pairs.every(isPair)) {
    throw new ShapeError(
      "pad",
      `paddings [${pairs.map(shapeText).join(", ")}] for ${shapeText(x.shape)}; expected ${x.rank} pairs [before, after] of whole numbers from 0`,
    );
  }
  if (interior.length !== x.rank || !interior.every(isCount)) {
    throw new ShapeError(
      "pad",
      `interior ${shapeText(interior)} for ${shapeText(x.shape)}; expected ${x.rank} whole numbers from 0`,
    );
  }
  checkRepresentable("pad", value, x.dtype);
  return apply(padPrimitive, [x], {
    before: pairs.map(([before]) => before),
    after: pairs.map(([, after]) => after),
    interior: [...interior],
    value,
  }) as never;
}
