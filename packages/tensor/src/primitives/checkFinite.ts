import { apply, type Operand } from "../graph/apply.ts";
import { NumericsError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { indexOf, shapeText } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";

/** What the error calls the numbers. */
type CheckFiniteAttributes = {
  readonly name: string;
};

export const checkFinitePrimitive: Op = primitive<CheckFiniteAttributes>("checkFinite", {
  accepts: "any",
  checks: true,
  passesZeros: true,
  vjp: ({ cotangent }) => [cotangent],
  reference([x], output, { name }) {
    const at = x.values.findIndex((value) => !Number.isFinite(value));
    if (at !== -1) {
      const value = x.values[at];
      const index = indexOf(at, x.shape);
      const place = x.shape.length === 0 ? `is ${value}` : `holds ${value} at ${shapeText(index)}`;
      throw new NumericsError(
        "checkFinite",
        `${name} ${place}; expected finite numbers, so nothing was written. debugNumerics(fn) says which op made it`,
        { value, index, at: undefined },
      );
    }
    output.values.set(x.values);
  },
});

/**
 * `x` unchanged, after a check when run that all of its numbers are finite. Where one is NaN or ±∞ the program stops before it
 * writes any state, with a {@link NumericsError}: a training step that returns `checkFinite(loss, { name: "the loss" })` leaves
 * parameters and moments as they were. As in every graph, what nobody asks for is not computed, and so not checked.
 *
 * Shape: that of `x`. Gradient: the cotangent.
 * Dtypes: all; integers and bools are finite.
 */
export function checkFinite<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { name = "a value" }: { readonly name?: string } = {},
): Tensor<S, D> {
  return apply(checkFinitePrimitive, [x as AnyTensor as Operand], { name }) as AnyTensor as Tensor<S, D>;
}
