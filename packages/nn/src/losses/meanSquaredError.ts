import { square } from "@adjoint/ops";
import { sub } from "@adjoint/tensor";
import { defineLoss } from "./defineLoss.ts";
import type { ElementLoss, LossOptions } from "./loss-types.ts";
import { checkSameShape, reduceLosses, weighRows } from "./reduce.ts";

const name = "meanSquaredError";

/**
 * `(x − t)²` of predictions and targets of the same shape, averaged over all elements.
 * Gradients: `x̄ = 2 ȳ (x − t)`, `t̄ = −x̄`. Throws `ShapeError`: nothing is broadcast, which would compare each
 * prediction with every target.
 */
export const meanSquaredError: ElementLoss<"meanSquaredError", "predictions", LossOptions> =
  defineLoss<LossOptions>({
    name,
    outputs: "predictions",
    optionNames: { sampleWeight: true, reduction: true },
    compute(outputs, targets, options) {
      checkSameShape(name, "predictions", outputs, targets);
      const losses = square(sub(outputs, targets));
      return reduceLosses(weighRows(name, losses, options), options);
    },
  }) as never;
