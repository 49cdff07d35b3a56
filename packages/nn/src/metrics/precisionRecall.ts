import { diagonal, mean } from "@adjoint/ops";
import { type AnyTensor, add, mul, OptionError, reshape, slice, sum } from "@adjoint/tensor";
import { checkOptions } from "../options.ts";
import { type ThresholdOptions, thresholdNames } from "./binaryAccuracy.ts";
import { counts } from "./confusionMatrix.ts";
import { type Metric, metric } from "./metric.ts";
import { ratio } from "./ratio.ts";

/** How the values of the classes become one. */
export type Average = "binary" | "macro" | "micro" | "none";

/** Options of {@link precision}, {@link recall} and {@link f1}. */
export interface PrecisionRecallOptions<A extends Average = Average> extends ThresholdOptions {
  /**
   * `"binary"`: the value of "yes", the second of two classes, and the default for two. `"macro"`: the mean over all
   * classes, the default for more. `"micro"`: of all rows together. `"none"`: one value for each class.
   */
  readonly average?: A;
}

/** One value, or one for each class. */
type Averaged<A extends Average> = Metric<A extends "none" ? [number] : []>;

/** Of each class, or of all together: how often it was right, predicted and there. */
interface Tally {
  readonly right: AnyTensor;
  readonly predicted: AnyTensor;
  readonly actual: AnyTensor;
}

const averages: readonly Average[] = ["binary", "macro", "micro", "none"];

/** A metric of the confusion matrix. Its totals are the matrix, which adds up over batches. */
function ofConfusion<A extends Average>(
  name: string,
  options: PrecisionRecallOptions<A>,
  value: (tally: Tally) => AnyTensor,
): Averaged<A> {
  checkOptions(name, options, { ...thresholdNames, average: true });
  const { average } = options;
  if (average !== undefined && !averages.includes(average)) {
    throw new OptionError(
      name,
      `average is ${JSON.stringify(average)}; expected one of ${averages.join(", ")}`,
    );
  }
  return metric({
    name,
    totals: (outputs, labels) => [counts(name, outputs, labels, options)],
    result([matrix]) {
      const tally: Tally = {
        right: diagonal(matrix),
        predicted: sum(matrix, { axis: 0 }),
        actual: sum(matrix, { axis: 1 }),
      };
      const chosen = average ?? (matrix.shape[0] === 2 ? "binary" : "macro");
      if (chosen === "binary") return ofYes(name, value(tally));
      if (chosen === "none") return value(tally);
      if (chosen === "macro") return mean(value(tally));
      return value({
        right: sum(tally.right),
        predicted: sum(tally.predicted),
        actual: sum(tally.actual),
      });
    },
  });
}

function ofYes(name: string, values: AnyTensor): AnyTensor {
  if (values.size !== 2) {
    throw new OptionError(
      name,
      `average is "binary" for ${values.size} classes; expected "macro", "micro" or "none"`,
    );
  }
  return reshape(slice(values, [1]), []);
}

/**
 * Share of the rows predicted as a class that are of that class: `TP / (TP + FP)`, 0 for a class never predicted.
 * Outputs `[…, classes]` with labels `[…]`, or yes-or-no outputs of the labels' shape.
 */
export function precision<A extends Average = "macro">(options: PrecisionRecallOptions<A> = {}): Averaged<A> {
  return ofConfusion("precision", options, ({ right, predicted }) => ratio(right, predicted));
}

/**
 * Share of a class's rows that were predicted as that class: `TP / (TP + FN)`, 0 for a class that does not occur.
 * Outputs `[…, classes]` with labels `[…]`, or yes-or-no outputs of the labels' shape.
 */
export function recall<A extends Average = "macro">(options: PrecisionRecallOptions<A> = {}): Averaged<A> {
  return ofConfusion("recall", options, ({ right, actual }) => ratio(right, actual));
}

/**
 * Harmonic mean of precision and recall: `2 TP / (2 TP + FP + FN)`, 0 for a class neither predicted nor there.
 * Outputs `[…, classes]` with labels `[…]`, or yes-or-no outputs of the labels' shape.
 */
export function f1<A extends Average = "macro">(options: PrecisionRecallOptions<A> = {}): Averaged<A> {
  return ofConfusion("f1", options, ({ right, predicted, actual }) =>
    ratio(mul(right, 2), add(predicted, actual)),
  );
}
