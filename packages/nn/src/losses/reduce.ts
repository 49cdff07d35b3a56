import {
  type AnyTensor,
  cast,
  DTypeError,
  describeValue,
  div,
  equal,
  isFloat,
  mul,
  OptionError,
  reshape,
  type Shape,
  ShapeError,
  sameShape,
  shapeText,
  sum,
  Tensor,
  tensor,
  where,
} from "@adjoint/tensor";
import { checkNumber } from "../options.ts";
import type { LossOptions, LossParts, Reduction } from "./loss-types.ts";

/** All that `reduction` may be. */
export const reductions: readonly Reduction[] = ["mean", "sum", "none"];

/** Throws `DTypeError` for a model's result that is no float: mostly the labels in its place. */
export function checkFloat(op: string, what: string, x: AnyTensor): void {
  if (isFloat(x.dtype)) return;
  throw new DTypeError(
    op,
    `${what} are ${x.dtype} ${shapeText(x.shape)}; expected float32 or float64 (${what} come first, then labels)`,
  );
}

/** Throws `ShapeError` unless the targets have the shape of what they are compared with. */
export function checkSameShape(op: string, what: string, outputs: AnyTensor, targets: AnyTensor): void {
  if (sameShape(outputs.shape, targets.shape)) return;
  const wayOut = outputs.size === targets.size ? `; reshape the targets to ${shapeText(outputs.shape)}` : "";
  throw new ShapeError(
    op,
    `targets ${shapeText(targets.shape)} do not have the shape of ${what} ${shapeText(outputs.shape)}${wayOut}`,
  );
}

/** Integers and bools as the float dtype they are compared with. */
export function asFloat(x: AnyTensor, dtype: AnyTensor["dtype"]): AnyTensor {
  return isFloat(x.dtype) ? x : cast(x, dtype);
}

/**
 * Numbers given as the option `name`, as a tensor of the dtype they are used with. Throws `OptionError` unless those of a list
 * are finite and, where it is given, not below `from`; a tensor's are taken as they are, since they may not be computed yet.
 */
export function optionTensor(
  op: string,
  name: string,
  values: AnyTensor | readonly number[],
  dtype: AnyTensor["dtype"],
  from?: number,
): AnyTensor {
  if (values instanceof Tensor) return cast(values, dtype);
  if (!Array.isArray(values))
    throw new OptionError(op, `${name} is ${describeValue(values)}; expected a tensor or a list of numbers`);
  const range = from === undefined ? {} : { from };
  values.forEach((value, i) => {
    checkNumber(op, `${name}[${i}]`, value, range);
  });
  return tensor(values as number[], { dtype });
}

/** The losses times the weights of their rows; weights of fewer axes belong to the first ones. */
export function weighRows(op: string, losses: AnyTensor, { sampleWeight }: LossOptions): AnyTensor {
  if (sampleWeight === undefined) return losses;
  const weights = optionTensor(op, "sampleWeight", sampleWeight, losses.dtype);
  if (!sameShape(losses.shape.slice(0, weights.rank), weights.shape)) {
    throw new ShapeError(
      op,
      `sampleWeight ${shapeText(weights.shape)} does not fit losses of shape ${shapeText(losses.shape)}; give one for each row`,
    );
  }
  const aligned: Shape = [...weights.shape, ...new Array<number>(losses.rank - weights.rank).fill(1)];
  return mul(losses, reshape(weights, aligned));
}

/**
 * The weighted losses reduced. The mean divides by their number, or by `divisor` when the rows count differently: 0 / 0,
 * where no row counts, is 0 with zero gradient. Where there are no rows at all the mean is NaN.
 */
export function reduceLosses(
  losses: AnyTensor,
  { reduction = "mean" }: LossOptions,
  divisor?: AnyTensor,
): LossParts {
  const total = sum(losses);
  if (reduction === "none") return { value: losses, total, divisor: undefined };
  if (reduction === "sum") return { value: total, total, divisor: undefined };
  if (divisor === undefined || losses.size === 0)
    return { value: div(total, losses.size), total, divisor: losses.size };
  return { value: div(total, where(equal(divisor, 0), 1, divisor)), total, divisor };
}
