import {
  type AnyTensor,
  add,
  apply,
  composite,
  equal,
  log,
  mul,
  neg,
  type Op,
  sub,
  sum,
  where,
} from "@adjoint/tensor";
import { classCount } from "./categoricalCrossentropy.ts";
import { defineLoss } from "./defineLoss.ts";
import type { ClassLoss, LossOptions } from "./loss-types.ts";
import { checkSameShape, reduceLosses, weighRows } from "./reduce.ts";

const name = "klDivergence";

export const klTermOp: Op = composite("klTerm", {
  replaces: [
    {
      written: (logProbability, t) => apply(klTermOp, [logProbability, t]),
      get ops() {
        return [klTermOp];
      },
      becomes({ operands: [logProbability, t], rewritten }) {
        const logarithm = rewritten(log(t) as AnyTensor);
        if (logarithm === undefined) return undefined;
        return where(equal(t, 0), 0, mul(t, sub(logarithm, logProbability))) as AnyTensor;
      },
      because: "targets that underflow have a logarithm all the same, and what is near them cancels",
    },
  ],
  elementwise: true,
  lower([logProbability, t]) {
    const excess = sub(log(t), logProbability);
    return where(equal(t, 0), 0, mul(t, excess));
  },
  vjp({ inputs: [logProbability, t], cotangent }) {
    const slope = add(sub(log(t), logProbability), 1);
    return [neg(mul(cotangent, t)), mul(cotangent, slope)];
  },
});

/**
 * Kullback–Leibler divergence `Σ_c t_c (log t_c − log p_c)` of log-probabilities `[…, classes]`, as `logSoftmax` gives, from
 * target probabilities of the same shape, averaged over the rows. A target of 0 counts as 0.
 *
 * Gradients: `−ȳ t` to the log-probabilities, `ȳ (log t + 1 − log p)` to the targets. Throws `ShapeError`.
 */
export const klDivergence: ClassLoss<"klDivergence", "log-probabilities", LossOptions> =
  defineLoss<LossOptions>({
    name,
    outputs: "log-probabilities",
    optionNames: { sampleWeight: true, reduction: true },
    compute(outputs, targets, options) {
      classCount(name, outputs);
      checkSameShape(name, "log-probabilities", outputs, targets);
      const rows = sum(apply(klTermOp, [outputs, targets]), { axis: -1 });
      return reduceLosses(weighRows(name, rows, options), options);
    },
  }) as never;
