import { OptionError } from "@adjoint/tensor";

/** The values that a number option may have. */
export interface Range {
  /** In words, after "expected": `"a number of at least 0"`. */
  readonly expected: string;
  readonly holds: (value: number) => boolean;
}

/** Finite and not negative. */
export const nonNegative: Range = {
  expected: "a number of at least 0",
  holds: (x) => x >= 0 && x < Number.POSITIVE_INFINITY,
};

/** Finite and above 0. */
export const positive: Range = {
  expected: "a number above 0",
  holds: (x) => x > 0 && x < Number.POSITIVE_INFINITY,
};

/** From 0 to 1, without 1: what a moving average keeps of its past. */
export const fraction: Range = {
  expected: "a number of at least 0 and less than 1",
  holds: (x) => x >= 0 && x < 1,
};

/** From 0 to 1, both included. */
export const proportion: Range = {
  expected: "a number from 0 to 1",
  holds: (x) => x >= 0 && x <= 1,
};

/** A whole number of at least 1. */
export const count: Range = {
  expected: "a whole number of at least 1",
  holds: (x) => Number.isInteger(x) && x >= 1,
};

const finite: Range = { expected: "a finite number", holds: Number.isFinite };

/** A value as an error shows it. */
export function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Throws {@link OptionError} unless `value` is a number in the range. */
export function checkNumber(op: string, name: string, value: unknown, range: Range = finite): number {
  if (typeof value === "number" && range.holds(value)) return value;
  throw new OptionError(op, `${name} is ${show(value)}; expected ${range.expected}`);
}

/**
 * The options with their defaults filled in; one whose default is `undefined` has to be given. A number must be in its
 * range (finite, if none is given), a boolean must be one.
 * Throws {@link OptionError} with the option, its value and what was expected.
 */
export function checkOptions<H extends object>(
  op: string,
  given: Partial<H>,
  defaults: { readonly [K in keyof H]: H[K] | undefined },
  ranges: { readonly [K in keyof H]?: Range } = {},
): H {
  const checked = Object.entries(defaults).map(([name, preset]) => {
    const value: unknown = given[name as keyof H] ?? preset;
    if (typeof preset !== "boolean") checkNumber(op, name, value, ranges[name as keyof H]);
    else if (typeof value !== "boolean")
      throw new OptionError(op, `${name} is ${show(value)}; expected true or false`);
    return [name, value];
  });
  return Object.fromEntries(checked) as H;
}
