import { checkOptionNames, describeValue, full, less, OptionError, where } from "@adjoint/tensor";
import { checkNumber, nonNegative } from "./options.ts";
import { type Scalar, type Schedule, schedule } from "./schedule.ts";

/** Options of {@link piecewiseConstant}. */
export interface PiecewiseConstantOptions {
  /** The last step of each rate but the last, ascending. */
  readonly boundaries: readonly number[];
  /** The rates, one more than boundaries. */
  readonly values: readonly number[];
}

/**
 * `values[i]` for the steps after `boundaries[i − 1]` up to and including `boundaries[i]` (Keras's
 * `PiecewiseConstantDecay`; PyTorch's `MultiStepLR` changes one step earlier). Throws {@link OptionError}.
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  checkOptionNames("piecewiseConstant", options, ["boundaries", "values"]);
  for (const name of ["boundaries", "values"] as const) {
    const given: unknown = options[name];
    if (!Array.isArray(given)) {
      throw new OptionError(
        "piecewiseConstant",
        `${name} is ${describeValue(given)}; expected a list of numbers`,
      );
    }
  }
  const boundaries = [...options.boundaries];
  const values = [...options.values];
  if (values.length !== boundaries.length + 1) {
    throw new OptionError(
      "piecewiseConstant",
      `${values.length} values for ${boundaries.length} boundaries; expected ${boundaries.length + 1}`,
    );
  }
  values.forEach((value, i) => {
    checkNumber("piecewiseConstant", `values[${i}]`, value, nonNegative);
  });
  boundaries.forEach((boundary, i) => {
    checkNumber("piecewiseConstant", `boundaries[${i}]`, boundary, nonNegative);
    if (i > 0 && boundary <= boundaries[i - 1]) {
      throw new OptionError(
        "piecewiseConstant",
        `boundaries[${i}] is ${boundary} after ${boundaries[i - 1]}; expected ascending steps`,
      );
    }
  });
  return schedule((step) =>
    boundaries.reduceRight<Scalar>(
      (later, boundary, i) => where(less(boundary, step), later, values[i]),
      full([], values[boundaries.length], { dtype: "float64" }),
    ),
  );
}
