import {
  type AnyTensor,
  cast,
  describeValue,
  full,
  OptionError,
  ShapeError,
  shapeText,
  Tensor,
  tensor,
} from "@adjoint/tensor";
import { checkNumber, nonNegative } from "./options.ts";

/** A float64 scalar: the count of steps, a learning rate. */
export type Scalar = Tensor<[], "float64">;

/**
 * A learning rate as a function of the number of updates made before: 0 at the first. Written in ops, it is evaluated
 * inside the compiled step, from the optimizer's own count.
 */
export interface Schedule {
  (step: Scalar): Scalar;
  /** The rate of a step as a number, for tests and plots. */
  at(step: number): number;
}

/** A learning rate: fixed until it is set to another, or a function of the step. */
export type LearningRate = number | Schedule | ((step: Scalar) => AnyTensor | number);

/**
 * Makes a schedule of a function of the step, written in ops: `schedule((step) => div(0.1, sqrt(add(step, 1))))`.
 * The step is a float64 scalar. Throws {@link ShapeError} when the function does not give a scalar.
 */
export function schedule(rate: (step: Scalar) => AnyTensor | number): Schedule {
  if (typeof rate !== "function") {
    throw new OptionError(
      "schedule",
      `rate is ${describeValue(rate)}; expected a function of the step; constant(0.1) is the same at every step`,
    );
  }
  const inGraph = (step: Scalar): Scalar => asScalar(rate(step));
  const at = (step: number): number =>
    inGraph(
      tensor(checkNumber("schedule", "step", step, nonNegative), { dtype: "float64" }) as Scalar,
    ).item();
  return Object.assign(inGraph, { at });
}

function asScalar(value: AnyTensor | number): Scalar {
  // A constant is a node of the graph like any other rate.
  if (typeof value === "number") return full([], value, { dtype: "float64" });
  if (!(value instanceof Tensor)) {
    throw new OptionError(
      "schedule",
      `the function gives ${describeValue(value)}; expected a scalar tensor or a number`,
    );
  }
  if (value.rank === 0) return cast(value, "float64") as Scalar;
  throw new ShapeError("schedule", `the function gives shape ${shapeText(value.shape)}; expected a scalar`);
}

/** A function of the step as a schedule, a schedule as it is. */
export function asSchedule(rate: Exclude<LearningRate, number>): Schedule {
  return "at" in rate ? rate : schedule(rate);
}
