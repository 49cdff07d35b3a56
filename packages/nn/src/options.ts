import type { Pair } from "@adjoint/ops";
import { checkOptionNames, describeValue, type ImageLayout, OptionError } from "@adjoint/tensor";

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

/** A whole number from 1, or one for each of height and width, as two. Throws `OptionError` for anything else. */
export function checkPair(op: string, name: string, value: Pair): readonly [number, number] {
  const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  if (pair.length === 2 && pair.every((one) => Number.isInteger(one) && (one as number) >= 1))
    return pair as readonly [number, number];
  const given = Array.isArray(value) ? `[${value.map(describeValue).join(", ")}]` : describeValue(value);
  throw new OptionError(op, `${name} is ${given}; expected a whole number from 1, or two such as [3, 3]`);
}

/** Throws `OptionError` unless the layout is one that there is. */
export function checkLayout(op: string, layout: ImageLayout): void {
  if (layout === "NCHW" || layout === "NHWC") return;
  const meant = { channels_first: ': "NCHW"', channels_last: ': "NHWC"' }[String(layout)];
  throw new OptionError(
    op,
    `layout is ${describeValue(layout)}; expected ${meant === undefined ? '"NCHW" or "NHWC"' : `the letters of the axes${meant}`}`,
  );
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
