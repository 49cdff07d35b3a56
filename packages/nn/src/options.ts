import { checkOptionNames, describeValue, OptionError } from "@adjoint/tensor";

/**
 * Throws `OptionError` when `options` has a name that is not a key of `known`: types catch it for those who use them.
 * `known` has every option's name as a key, so that one cannot be forgotten.
 */
export function checkOptions(op: string, options: object, known: Record<string, unknown>): void {
  checkOptionNames(op, options, Object.keys(known));
}

/** Throws `OptionError` unless `value` is a whole number from `least`. */
export function checkWhole(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError(op, `${name} is ${describeValue(value)}; expected a whole number from ${least}`);
  }
}

/** The numbers that {@link checkNumber} takes, its ends among them; at first all that are finite. */
interface Interval {
  readonly from?: number;
  readonly to?: number;
}

/** Throws `OptionError` unless `value` is a finite number in the interval. */
export function checkNumber(op: string, name: string, value: number, { from, to }: Interval = {}): void {
  if (Number.isFinite(value) && !(from !== undefined && value < from) && !(to !== undefined && value > to))
    return;
  const expected =
    from === undefined ? "a finite number" : `a number from ${from}${to === undefined ? "" : ` to ${to}`}`;
  throw new OptionError(op, `${name} is ${describeValue(value)}; expected ${expected}`);
}

/** Throws `OptionError` unless `value` is true or false: any text, `"false"` too, would count as true. */
export function checkBoolean(op: string, name: string, value: boolean): void {
  if (typeof value !== "boolean")
    throw new OptionError(op, `${name} is ${describeValue(value)}; expected true or false`);
}
