import type { Optimizer } from "@adjoint/optim";
import {
  type AnyTensor,
  add,
  cast,
  compile,
  describeValue,
  div,
  mul,
  nearestName,
  OptionError,
  ShapeError,
  shapeText,
  Tensor,
  zeros,
} from "@adjoint/tensor";
import type { AnyLayer } from "../layer.ts";
import type { LossParts } from "../losses/loss-types.ts";
import { type AnyMetric, countTotal, metric } from "../metrics/metric.ts";
import { checkOptions } from "../options.ts";
import { shapesOnly } from "../shapes-only.ts";
import type { Logs } from "./callback.ts";

/** A loss for `fit`: one of this package, also one with options given by `with`, or a function of one's own. */
export interface LossFunction {
  (outputs: never, labels: never): AnyTensor;
  readonly name: string;
  /** What `metrics: ["accuracy"]` means beside this loss. */
  readonly accuracy?: AnyMetric | undefined;
  /** The loss in parts that add up over batches. Without them its value counts as a mean over the rows. */
  readonly parts?: ((outputs: never, labels: never) => LossParts) | undefined;
}

/** A function of outputs and labels, whose mean over the rows is reported by its name. */
export type MetricFunction = (outputs: never, labels: never) => AnyTensor;

/** Options of `model.compile`. */
export interface TrainingOptions {
  /** Made of the model's parameters: `adam(model.parameters())`. */
  readonly optimizer: Optimizer;
  readonly loss: LossFunction;
  /** What is reported beside the loss: `"accuracy"`, which follows the loss, metrics, and functions of one's own. */
  readonly metrics?: readonly ("accuracy" | AnyMetric | MetricFunction)[];
}

const optionNames: Record<keyof TrainingOptions, true> = { optimizer: true, loss: true, metrics: true };

/** Sums over the rows of an epoch: the loss's total and what its mean divides by, then the totals of each metric. */
type Totals = readonly (readonly AnyTensor[])[];

/** A compiled step: the batch and the totals so far, to the totals with the batch. */
type Step = (x: AnyTensor, y: AnyTensor, totals: Totals) => Totals;

/** A model with what it takes to train it. */
export interface TrainingSetup {
  readonly optimizer: Optimizer;
  /** One update of the parameters. */
  readonly trainStep: Step;
  /** The same without an update, in inference. */
  readonly testStep: Step;
  /** Totals before the first batch, for batches like this one. */
  begin(x: AnyTensor, y: AnyTensor): Totals;
  /** The names of the loss and the metrics, and their values when they are read. */
  logs(totals: Totals): Logs;
}

function isMetric(given: unknown): given is AnyMetric {
  return typeof given === "function" && "totals" in given && "result" in given;
}

/** The metric that is meant. Throws `OptionError` for an unknown name, and for accuracy where the loss has none. */
function resolveMetric(given: "accuracy" | AnyMetric | MetricFunction, loss: LossFunction): AnyMetric {
  if (isMetric(given)) return given;
  if (typeof given === "function") {
    return metric({
      name: given.name || "metric",
      totals(outputs, labels) {
        const value: unknown = given(outputs as never, labels as never);
        if (!(value instanceof Tensor)) {
          const wayOut = isMetric(value) ? `; call it: ${given.name}()` : "";
          throw new OptionError(
            "compile",
            `the metric ${given.name} gives ${describeValue(value)}; expected a scalar tensor of outputs and labels${wayOut}`,
          );
        }
        return [mul(cast(value, "float64"), labels.shape[0]), countTotal(labels.shape[0])];
      },
      result: ([total, rows]) => div(total, rows),
    });
  }
  if (given !== "accuracy") {
    const hint = nearestName(String(given), ["accuracy"]);
    throw new OptionError(
      "compile",
      `unknown metric ${JSON.stringify(given)}; ${hint ? 'did you mean "accuracy"?' : 'expected "accuracy", a metric such as topKAccuracy(5), or a function'}`,
    );
  }
  if (loss.accuracy !== undefined) return loss.accuracy;
  throw new OptionError(
    "compile",
    `metrics has "accuracy", but ${loss.name || "the loss"} does not say what is right; give a metric such as binaryAccuracy()`,
  );
}

/** Two metrics of one name would hide each other in the history. */
function checkNames(metrics: readonly AnyMetric[]): void {
  const names = ["loss", ...metrics.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new OptionError(
      "compile",
      `two of ${names.join(", ")} are called ${JSON.stringify(twice)}; give metrics other names`,
    );
}

function checkOptimizer(given: Optimizer): Optimizer {
  const isOptimizer = typeof given === "object" && given !== null && "minimize" in given;
  if (isOptimizer) return given;
  const text = typeof given === "string" ? JSON.stringify(given) : String(given);
  throw new OptionError("compile", `optimizer is ${text}; expected one such as adam(model.parameters())`);
}

/** Makes the compiled steps of a model. */
export function prepareTraining(model: AnyLayer, options: TrainingOptions): TrainingSetup {
  checkOptions("compile", options, optionNames);
  const optimizer = checkOptimizer(options.optimizer);
  const { loss } = options;
  if (typeof loss !== "function") {
    throw new OptionError(
      "compile",
      `loss is ${JSON.stringify(loss)}; expected a function such as sparseCategoricalCrossentropy`,
    );
  }
  const given: unknown = options.metrics ?? [];
  if (!Array.isArray(given)) {
    throw new OptionError(
      "compile",
      `metrics is ${describeValue(given)}; expected a list${typeof given === "string" ? ` such as [${describeValue(given)}]` : ""}`,
    );
  }
  const metrics = (options.metrics ?? []).map((given) => resolveMetric(given, loss));
  checkNames(metrics);
  const call = model as unknown as (x: AnyTensor) => AnyTensor;

  /** The sums over one batch. */
  function measure(outputs: AnyTensor, { total, divisor }: LossParts, y: AnyTensor): Totals {
    const lossTotals = [total, divisor]
      .filter((one) => one !== undefined)
      .map((one) => (typeof one === "number" ? countTotal(one) : cast(one, "float64")));
    return [lossTotals, ...metrics.map((one) => one.totals(outputs, y))];
  }

  function computeLoss(outputs: AnyTensor, y: AnyTensor): LossParts {
    const parts = loss.parts?.(outputs as never, y as never);
    const value = parts === undefined ? loss(outputs as never, y as never) : parts.value;
    if (!(value instanceof Tensor) || value.rank !== 0) {
      const given = value instanceof Tensor ? `shape ${shapeText(value.shape)}` : typeof value;
      throw new ShapeError("fit", `the loss gives ${given}; expected a scalar: reduce it with sum or mean`);
    }
    const rows = y.shape[0];
    return parts ?? { value, total: mul(cast(value, "float64"), rows), divisor: rows };
  }

  const accumulate = (totals: Totals, batch: Totals): Totals =>
    totals.map((parts, i) => parts.map((part, k) => add(part, batch[i][k])));

  const trainStep = compile(
    (x: AnyTensor, y: AnyTensor, totals: Totals): Totals => {
      const outputs = call(x);
      const parts = computeLoss(outputs, y);
      optimizer.minimize(parts.value);
      return accumulate(totals, measure(outputs, parts, y));
    },
    { training: true },
  );

  const testStep = compile(
    (x: AnyTensor, y: AnyTensor, totals: Totals): Totals => {
      const outputs = call(x);
      return accumulate(totals, measure(outputs, computeLoss(outputs, y), y));
    },
    { training: false },
  );

  /** Totals before the first batch. Only shapes are asked of the model: nothing is computed or assigned. */
  function emptyTotals(x: AnyTensor, y: AnyTensor): Totals {
    const shapes = shapesOnly(() => {
      const outputs = call(x);
      return measure(outputs, computeLoss(outputs, y), y);
    });
    return shapes.map((parts) => parts.map(({ shape }) => zeros(shape, { dtype: "float64" })));
  }

  let empty: Totals | undefined;
  return {
    optimizer,
    trainStep: trainStep as Step,
    testStep: testStep as Step,
    begin(x, y) {
      empty ??= emptyTotals(x, y);
      return empty;
    },
    logs(totals) {
      const [[lossTotal, lossDivisor], ...others] = totals;
      const logs: Logs = {};
      const define = (name: string, read: () => number): void => {
        Object.defineProperty(logs, name, { get: read, enumerable: true, configurable: true });
      };
      // A sum has no divisor; where no row counts, the loss is 0 as for one batch.
      define("loss", () => Number(lossTotal.item()) / (Number(lossDivisor?.item()) || 1));
      metrics.forEach((one, i) => {
        define(one.name, () => scalarOf(one.name, one.result(others[i])));
      });
      return logs;
    },
  };
}

function scalarOf(name: string, value: AnyTensor): number {
  if (value.size === 1) return Number(value.item());
  throw new ShapeError(
    "fit",
    `metric ${name} gives shape ${shapeText(value.shape)}; expected a scalar: choose another average`,
  );
}
