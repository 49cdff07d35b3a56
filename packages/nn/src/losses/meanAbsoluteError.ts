import { abs, sub } from "@adjoint/tensor";
import { defineLoss } from "./defineLoss.ts";
import type { ElementLoss, LossOptions } from "./loss-types.ts";
import { checkSameShape, reduceLosses, weighRows } from "./reduce.ts";

const name = "meanAbsoluteError";

/**
 * `|x − t|` of predictions and targets of the same shape, averaged over all elements.
 * Gradients: `x̄ = ȳ sign(x − t)`, 0 where they are equal, `t̄ = −x̄`. Throws `ShapeError`: nothing is broadcast.
 */
export const meanAbsoluteError: ElementLoss<"meanAbsoluteError", "predictions", LossOptions> =
  defineLoss<LossOptions>({
    name,
    outputs: "predictions",
    optionNames: { sampleWeight: true, reduction: true },
    compute(outputs, targets, options) {
      checkSameShape(name, "predictions", outputs, targets);
      const losses = abs(sub(outputs, targets));
      return reduceLosses(weighRows(name, losses, options), options);
    },
  }) as never;
