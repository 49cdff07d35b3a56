import { greater } from "@adjoint/ops";
import { equal, OptionError, sum } from "@adjoint/tensor";
import { checkSameShape } from "../losses/reduce.ts";
import { checkBoolean, checkOptions } from "../options.ts";
import { yesLabels } from "./labels.ts";
import { countTotal, type Metric, metric } from "./metric.ts";
import { ratio } from "./ratio.ts";

/** How outputs without an axis of classes are read as yes or no. */
export interface ThresholdOptions {
  /** The outputs are logits (default, as for the losses), or probabilities. */
  readonly fromLogits?: boolean;
  /** Outputs above it mean yes. Default 0 for logits, ½ for probabilities. */
  readonly threshold?: number;
}

/** The names of {@link ThresholdOptions}. */
export const thresholdNames: Record<keyof ThresholdOptions, true> = { fromLogits: true, threshold: true };

/** The threshold that is meant. Throws `OptionError` when it is no number. */
export function thresholdOf(op: string, { fromLogits = true, threshold }: ThresholdOptions): number {
  checkBoolean(op, "fromLogits", fromLogits);
  if (threshold === undefined) return fromLogits ? 0 : 0.5;
  if (typeof threshold === "number" && !Number.isNaN(threshold)) return threshold;
  throw new OptionError(op, `threshold is ${threshold}; expected a number`);
}

/**
 * Share of elements on the right side: outputs above the threshold where the label is 1 (above ½), not above it where the
 * label is 0. Outputs and labels have the same shape.
 */
export function binaryAccuracy(options: ThresholdOptions = {}): Metric {
  checkOptions("binaryAccuracy", options, thresholdNames);
  const threshold = thresholdOf("binaryAccuracy", options);
  return metric({
    name: "accuracy",
    totals(outputs, labels) {
      checkSameShape("binaryAccuracy", "outputs", outputs, labels);
      const isYes = greater(outputs, threshold);
      const isRight = equal(isYes, yesLabels("binaryAccuracy", outputs, labels));
      return [sum(isRight), countTotal(outputs.size)];
    },
    result: ([right, elements]) => ratio(right, elements),
  });
}
