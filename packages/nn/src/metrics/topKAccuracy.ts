import { lessEqual, logicalNot, takeAlongAxis } from "@adjoint/ops";
import { less, reshape, sum } from "@adjoint/tensor";
import { checkWhole } from "../options.ts";
import { classLabels } from "./labels.ts";
import { countTotal, type Metric, metric } from "./metric.ts";
import { ratio } from "./ratio.ts";

/**
 * Share of rows whose label is among the `k` largest outputs `[…, classes]`: fewer than k others are larger. Ties count for
 * the label, NaN against it. Called `"topKAccuracy"` in a history. Throws `OptionError` unless k is a whole number from 1.
 */
export function topKAccuracy(k: number): Metric {
  checkWhole("topKAccuracy", "k", k, 1);
  return metric({
    name: "topKAccuracy",
    totals(outputs, given) {
      const labels = classLabels("topKAccuracy", outputs, given);
      const chosen = takeAlongAxis(outputs, reshape(labels, [...labels.shape, 1]));
      const isLarger = logicalNot(lessEqual(outputs, chosen));
      const isRight = less(sum(isLarger, { axis: -1 }), k);
      return [sum(isRight), countTotal(labels.size)];
    },
    result: ([right, rows]) => ratio(right, rows),
  });
}
