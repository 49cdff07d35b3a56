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

/** Throws {@link OptionError} for an option that is not among `known`, with the name that was probably meant. */
export function checkNames(op: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === undefined ? `expected one of ${known.join(", ")}` : `did you mean "${meant}"?`;
    throw new OptionError(op, `unknown option "${name}"; ${hint}`);
  }
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

/** The known name that a wrong one probably stands for: an abbreviation of it, or at most two letters away from it. */
function nearest(wrong: string, known: readonly string[]): string | undefined {
  const letters = wrong.toLowerCase();
  const close = known
    .map((name) => ({ name, distance: editDistance(letters, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= 2 || abbreviates(letters, name.toLowerCase()))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.name;
}

/** Are the letters of `short` found in `long` in their order, the first at its start? */
function abbreviates(short: string, long: string): boolean {
  let next = 0;
  for (const letter of long) if (letter === short[next]) next++;
  return short.length > 1 && next === short.length && short[0] === long[0];
}

/** Insertions, deletions and replacements of letters between two words (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
  }
  return row[b.length];
}
