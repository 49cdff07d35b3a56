import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  equal,
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
  sqrt,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { centred } from "./centred.ts";
import { norm } from "./norm.ts";
import { checkNumber } from "./option.ts";
import { reductionOf, reductionShape } from "./reduction.ts";
import { degreesOfFreedom, type VarianceAttributes, varianceOp } from "./variance.ts";

export const stdOp: Op = composite<VarianceAttributes>("std", {
  replaces: [
    {
      written: (x) => sqrt(apply(varianceOp, [x], { axes: [], keepDims: false, correction: 0 })),
      ops: [primitives.sqrt, varianceOp],
      becomes: ({ operands: [x], found }) => apply(stdOp, [x], found(varianceOp).attributes),
      because: "the variance overflows and underflows where its root does not, whose derivative at 0 is 0/0",
    },
  ],
  shape: reductionShape,
  lower([x], attributes) {
    const { axes, keepDims } = attributes;
    const size = norm(centred(x, axes), { axis: axes, keepDims });
    return div(size, Math.sqrt(degreesOfFreedom(x, attributes)));
  },
  vjp({ inputs: [x], output, attributes, cotangent }) {
    const { axes } = attributes;
    const kept = reducedShape(x.shape, axes, true);
    const size: AnyTensor = reshape(output, kept);
    const isConstant = equal(size, 0);
    const direction: AnyTensor = where(isConstant, 0, div(centred(x, axes), where(isConstant, 1, size)));
    return [mul(reshape(cotangent, kept), div(direction, degreesOfFreedom(x, attributes)))];
  },
});

const optionNames: readonly string[] = ["axis", "keepDims", "correction"];

/**
 * Standard deviation `√(Σ (x − x̄)² / (n − correction))` over `axis` (all axes by default; negative counts from the end);
 * the axes vanish, or stay as 1 with `keepDims`. Divides by n by default, as NumPy; `{ correction: 1 }` by n − 1.
 *
 * Gradient: `ȳ (x − x̄) / (y (n − correction))`, 0 where all elements are equal. NaN where n ≤ correction.
 * Numerics: as the norm of the deviations, so that squares neither overflow nor underflow. Throws {@link ShapeError}.
 */
export function std<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> & { correction?: number } & Checked<
      ReduceBy<"std", ShapeOf<A>, Axis, KeepDims, Given>
    > = {} as never,
): Tensor<Result<ReduceBy<"std", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  const correction = options.correction ?? 0;
  checkNumber("std", "correction", correction);
  return apply(stdOp, [x], { ...reductionOf("std", x, options, optionNames), correction }) as never;
}
