import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { shapeText, stridesOf } from "../graph/shape.ts";
import type { Checked, DTypeOf, Result, ShapeOf, Slice, SliceOption } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { copyStrided, rowMajor } from "../kernels/strided.ts";
import { pad } from "./pad.ts";

/** Where each axis starts, how many elements are taken, and how far apart (never 0; negative walks backwards). */
type SliceAttributes = {
  readonly begin: readonly number[];
  readonly count: readonly number[];
  readonly step: readonly number[];
};

export const slicePrimitive: Op = primitive<SliceAttributes>("slice", {
  passesZeros: true,
  accepts: "any",
  shape: (_, { count }) => count,
  vjp({ inputs: [x], attributes: { begin, count, step }, cotangent }) {
    // What a negative step read backwards is turned round, then every element goes back to its place among zeros.
    const forward = step.reduce<AnyTensor>(
      (turned, one, axis) => (one < 0 ? reversed(turned, axis) : turned),
      cotangent,
    );
    const paddings = begin.map((from, axis): readonly [number, number] => {
      if (count[axis] === 0) return [x.shape[axis], 0];
      const last = from + (count[axis] - 1) * step[axis];
      return [Math.min(from, last), x.shape[axis] - 1 - Math.max(from, last)];
    });
    return [
      padInside(
        forward,
        paddings,
        step.map((one) => Math.abs(one) - 1),
      ),
    ];
  },
  reference([x], output, { begin, step }) {
    const strides = stridesOf(x.shape);
    const source = {
      offset: begin.reduce((offset, from, axis) => offset + from * strides[axis], 0),
      strides: strides.map((stride, axis) => stride * step[axis]),
    };
    copyStrided(output.shape, x.values, source, output.values, rowMajor(output.shape));
  },
});

function padInside(
  x: AnyTensor,
  paddings: readonly (readonly [number, number])[],
  interior: readonly number[],
): AnyTensor {
  return pad(x, paddings, { interior }) as AnyTensor;
}

/** `x` with one axis turned round. */
export function reversed(x: AnyTensor, axis: number): AnyTensor {
  return apply(slicePrimitive, [x], {
    begin: x.shape.map((dimension, i) => (i === axis ? Math.max(0, dimension - 1) : 0)),
    count: x.shape,
    step: x.shape.map((_, i) => (i === axis ? -1 : 1)),
  });
}

/**
 * The elements from `begin` up to, not including, `end`, every `steps`-th, per axis: `x[begin:end:steps]` of NumPy.
 * Negative positions count from the end and positions beyond an end are cut off; axes that are not named are whole;
 * a negative step walks backwards, from the last element unless `begin` is given.
 *
 * Gradient: the cotangent among zeros. Throws {@link ShapeError} on a step 0 or more positions than axes.
 */
export function slice<
  A extends AnyTensor,
  const Begin extends SliceOption,
  const End extends SliceOption,
  const Steps extends SliceOption,
>(
  x: A,
  begin: Begin & Checked<Slice<ShapeOf<A>, Begin, End, Steps>>,
  end: End,
  steps: Steps,
): Tensor<Result<Slice<ShapeOf<A>, Begin, End, Steps>>, DTypeOf<A>>;
export function slice<A extends AnyTensor, const Begin extends SliceOption, const End extends SliceOption>(
  x: A,
  begin: Begin & Checked<Slice<ShapeOf<A>, Begin, End>>,
  end: End,
): Tensor<Result<Slice<ShapeOf<A>, Begin, End>>, DTypeOf<A>>;
export function slice<A extends AnyTensor, const Begin extends SliceOption = undefined>(
  x: A,
  begin?: Begin & Checked<Slice<ShapeOf<A>, Begin>>,
): Tensor<Result<Slice<ShapeOf<A>, Begin>>, DTypeOf<A>>;
export function slice(
  x: AnyTensor,
  begin: SliceOption = [],
  end: SliceOption = [],
  steps: SliceOption = [],
): AnyTensor {
  // Overloads, as those of transpose.
  const axes = x.shape.map((dimension, axis) =>
    resolveRange(x, axis, dimension, [begin[axis], end[axis], steps[axis]]),
  );
  for (const positions of [begin, end, steps]) {
    if (positions.length > x.rank) {
      throw new ShapeError(
        "slice",
        `[${positions.join(", ")}] names ${positions.length} axes of ${shapeText(x.shape)}, which has ${x.rank}`,
      );
    }
  }
  return apply(slicePrimitive, [x], {
    begin: axes.map(({ from }) => from),
    count: axes.map(({ count }) => count),
    step: axes.map(({ step }) => step),
  });
}

function resolveRange(
  x: AnyTensor,
  axis: number,
  dimension: number,
  [begin, end, steps]: readonly [number | undefined, number | undefined, number | undefined],
): { from: number; count: number; step: number } {
  const step = steps ?? 1;
  if (step === 0 || ![begin ?? 0, end ?? 0, step].every(Number.isInteger)) {
    throw new ShapeError(
      "slice",
      `axis ${axis} of ${shapeText(x.shape)}: begin ${begin}, end ${end}, step ${step}; expected whole numbers and a step that is not 0`,
    );
  }
  const [lowest, highest] = step > 0 ? [0, dimension] : [-1, dimension - 1];
  const place = (position: number): number =>
    Math.max(lowest, Math.min(highest, position < 0 ? position + dimension : position));
  const from = begin === undefined ? (step > 0 ? lowest : highest) : place(begin);
  const to = end === undefined ? (step > 0 ? highest : lowest) : place(end);
  const count = Math.max(0, Math.ceil((to - from) / step));
  return { from: count === 0 ? 0 : from, count, step: count <= 1 ? 1 : step };
}
