import { clip } from "@adjoint/ops";
import { abs, apply, composite, minimum, mul, neg, type Op, OptionError, sub } from "@adjoint/tensor";
import { defineLoss } from "./defineLoss.ts";
import type { ElementLoss, LossOptions } from "./loss-types.ts";
import { asFloat, checkSameShape, reduceLosses, weighRows } from "./reduce.ts";

const name = "huber";

export const huberOp: Op = composite<{ delta: number }>(name, {
  elementwise: true,
  lower([x, t], { delta }) {
    const distance = abs(sub(x, t));
    const near = minimum(distance, delta);
    return mul(near, sub(distance, mul(near, 0.5)));
  },
  vjp({ inputs: [x, t], attributes: { delta }, cotangent }) {
    const slope = clip(sub(x, t), { min: -delta, max: delta });
    const passed = mul(cotangent, slope);
    return [passed, neg(passed)];
  },
});

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** Where the square ends and the straight line begins. Default 1. */
  readonly delta?: number;
}

/**
 * `½ r²` for `|r| ≤ δ`, else `δ (|r| − ½ δ)`, of `r = x − t`: a square that does not let outliers dominate (Huber 1964).
 * Predictions and targets have the same shape; averaged over all elements.
 * Gradients: `x̄ = ȳ r`, kept within ±δ, `t̄ = −x̄`. Throws `ShapeError`, and `OptionError` unless δ is positive.
 */
export const huber: ElementLoss<"huber", "predictions", HuberOptions> = defineLoss<HuberOptions>({
  name,
  outputs: "predictions",
  optionNames: { delta: true, sampleWeight: true, reduction: true },
  compute(outputs, targets, options) {
    const { delta = 1 } = options;
    if (!(delta > 0 && Number.isFinite(delta)))
      throw new OptionError(name, `delta is ${delta}; expected a number above 0`);
    checkSameShape(name, "predictions", outputs, targets);
    const losses = apply(huberOp, [outputs, asFloat(targets, outputs.dtype)], { delta });
    return reduceLosses(weighRows(name, losses, options), options);
  },
}) as never;
