import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  type FloatOf,
  mul,
  type Op,
  primitives,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  reducedShape,
  reshape,
  type ShapeOf,
  sub,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { centred } from "./centred.ts";
import { meanOp } from "./mean.ts";
import { spreadOf } from "./moments.ts";
import { checkNumber } from "./option.ts";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

/** Attributes of {@link varianceOp} and of the op of `std`. */
export type VarianceAttributes = ReductionAttributes & { readonly correction: number };

/** What the sum of squares is divided by: n − correction, and 0 rather than less. */
export function degreesOfFreedom(x: AnyTensor, { axes, correction }: VarianceAttributes): number {
  return Math.max(0, countOf(x.shape, axes) - correction);
}

/** What makes squares of sums, and numbers times them. */
const squaresOfSums: ReadonlySet<Op> = new Set([primitives.mul, primitives.pow, primitives.div]);

export const varianceOp: Op = composite<VarianceAttributes>("variance", {
  replaces: [
    {
      written: (a, b) => sub(a, b),
      ops: [primitives.sub],
      madeBy: [new Set([primitives.sum, meanOp, primitives.mul, primitives.div]), squaresOfSums],
      becomes({ operands: [a, b], isGiven }) {
        const spread = spreadOf(a, b, isGiven);
        if (spread === undefined) return undefined;
        const { x, attributes, factor } = spread;
        const scale = factor * countOf(x.shape, attributes.axes);
        const result = apply(varianceOp, [x], { ...attributes, correction: 0 });
        return Math.abs(scale - 1) < 1e-14 ? result : (mul(scale, result) as AnyTensor);
      },
      because:
        "E[x²] and E[x]² agree in their leading digits, which cancel, and overflow where the variance does not",
    },
  ],
  shape: reductionShape,
  lower([x], attributes) {
    const { axes, keepDims } = attributes;
    const deviation = centred(x, axes);
    const total = sum(mul(deviation, deviation), { axis: axes, keepDims });
    return div(total, degreesOfFreedom(x, attributes));
  },
  vjp({ inputs: [x], attributes, cotangent }) {
    const { axes } = attributes;
    const kept = reshape(cotangent, reducedShape(x.shape, axes, true));
    return [mul(kept, mul(2, div(centred(x, axes), degreesOfFreedom(x, attributes))))];
  },
});

const optionNames: readonly string[] = ["axis", "keepDims", "correction"];

/**
 * Variance `Σ (x − x̄)² / (n − correction)` over `axis` (all axes by default; negative counts from the end); the axes
 * vanish, or stay as 1 with `keepDims`. Divides by n by default, as NumPy; `{ correction: 1 }` by n − 1, as PyTorch.
 *
 * Gradient: `2 ȳ (x − x̄) / (n − correction)`. NaN where n ≤ correction. Integers and bool give float32.
 * Numerics: two passes, and a third that takes the mean's rounding away; never `E[x²] − E[x]²`, which cancels.
 * Throws {@link ShapeError}.
 */
export function variance<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> & { correction?: number } & Checked<
      ReduceBy<"variance", ShapeOf<A>, Axis, KeepDims, Given>
    > = {} as never,
): Tensor<Result<ReduceBy<"variance", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  const correction = options.correction ?? 0;
  checkNumber("variance", "correction", correction);
  return apply(varianceOp, [x], { ...reductionOf("variance", x, options, optionNames), correction }) as never;
}
