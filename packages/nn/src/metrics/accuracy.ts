import { logicalAnd, notEqual } from "@adjoint/ops";
import { argmax, equal, sum } from "@adjoint/tensor";
import { checkSameShape } from "../losses/reduce.ts";
import { checkOptions } from "../options.ts";
import { checkIgnoreIndex, classLabels } from "./labels.ts";
import { countTotal, type Metric, metric } from "./metric.ts";
import { ratio } from "./ratio.ts";

const last = { axis: -1 } as const;

/** Options of {@link sparseCategoricalAccuracy}. */
export interface SparseCategoricalAccuracyOptions {
  /** Rows with this label do not count, as in the loss. */
  readonly ignoreIndex?: number;
}

/**
 * Share of rows whose largest output is at the label: outputs `[…, classes]`, logits or probabilities, and labels `[…]`,
 * int32 or uint8. Of equal outputs the first is chosen; of no rows it is 0.
 */
export function sparseCategoricalAccuracy(options: SparseCategoricalAccuracyOptions = {}): Metric {
  checkOptions("sparseCategoricalAccuracy", options, {
    ignoreIndex: true,
  } satisfies Record<keyof SparseCategoricalAccuracyOptions, true>);
  const { ignoreIndex } = options;
  if (ignoreIndex !== undefined) checkIgnoreIndex("sparseCategoricalAccuracy", ignoreIndex);
  return metric({
    name: "accuracy",
    totals(outputs, given) {
      const labels = classLabels("accuracy", outputs, given, ignoreIndex);
      const isRight = equal(argmax(outputs, last), labels);
      if (ignoreIndex === undefined) return [sum(isRight), countTotal(labels.size)];
      const counted = notEqual(labels, ignoreIndex);
      return [sum(logicalAnd(isRight, counted)), sum(counted)];
    },
    result: ([right, rows]) => ratio(right, rows),
  });
}

/** {@link sparseCategoricalAccuracy} of every row: `accuracy(logits, labels)`, or in the metrics of `compile`. */
export const accuracy: Metric = /* @__PURE__ */ sparseCategoricalAccuracy();

/**
 * Share of rows whose largest output is where the largest target is: outputs and one-hot or soft targets of one shape
 * `[…, classes]`.
 */
export const categoricalAccuracy: Metric = /* @__PURE__ */ metric({
  name: "accuracy",
  totals(outputs, targets) {
    checkSameShape("categoricalAccuracy", "outputs", outputs, targets);
    const isRight = equal(argmax(outputs, last), argmax(targets, last));
    return [sum(isRight), countTotal(isRight.size)];
  },
  result: ([right, rows]) => ratio(right, rows),
});
