import { OracleFileError } from "./case.ts";

/** A number of a file: JSON has no NaN and infinities, which are strings there. */
type OracleNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Numbers in arrays of any depth. */
export type Nested = OracleNumber | readonly Nested[];

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw new OracleFileError(`${JSON.stringify(value)} stands where a number is expected`);
}

/** The numbers of nested arrays in order. */
export function flatNumbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flatNumbers) : [toNumber(value)];
}

/** The shape of nested arrays. */
export function shapeOfNested(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length === 0 ? [] : shapeOfNested(value[0]))] : [];
}

/** Does a value agree with the expected one? `place` is its position among all. */
export type Agrees = (actual: number, expected: number, place: number) => boolean;

/** NaN agrees with NaN, ∞ with ∞, 0 with −0; other numbers within `room(expected)`. */
export function within(room: (expected: number, place: number) => number): Agrees {
  return (actual, expected, place) => {
    if (Number.isNaN(expected)) return Number.isNaN(actual);
    if (!Number.isFinite(expected)) return actual === expected;
    return actual === expected || Math.abs(actual - expected) <= room(expected, place);
  };
}

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const;
const smallest = { float32: 2 ** -149, float64: 2 ** -1074 } as const;

/**
 * Relative agreement, element by element. Results under the smallest normal number may round to 0, or to the nearest
 * that there is; numbers beyond the dtype's range are infinite in it.
 */
export function relative(tolerance: number, dtype: "float32" | "float64"): Agrees {
  const agrees = within((expected) => {
    const room = tolerance * Math.abs(expected);
    return Math.abs(expected) < smallestNormal[dtype] ? Math.max(room, smallest[dtype]) : room;
  });
  return (actual, expected, place) => {
    if (actual === 0 && Math.abs(expected) < smallestNormal[dtype]) return true;
    const isBeyond = dtype === "float32" && !Number.isFinite(Math.fround(expected));
    return agrees(actual, isBeyond ? Math.fround(expected) : expected, place);
  };
}

/** Agreement relative to the larger of the element and the root mean square of all. */
export function relativeToMeanSquare(tolerance: number, expected: readonly number[]): Agrees {
  const squares = expected.reduce((sum, x) => sum + (Number.isFinite(x) ? x * x : 0), 0);
  const size = Math.sqrt(squares / Math.max(1, expected.length));
  return within((one) => tolerance * Math.max(Math.abs(one), size));
}

const shown = 4;

/** What is wrong with a list of values, as a sentence; undefined when all agree. */
export function difference(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  agrees: Agrees,
): string | undefined {
  if (actual.length !== expected.length)
    return `${what}: ${actual.length} numbers where ${expected.length} are expected`;
  const wrong = expected.flatMap((one, i) => (agrees(actual[i], one, i) ? [] : [i]));
  if (wrong.length === 0) return undefined;
  const list = wrong
    .slice(0, shown)
    .map((i) => `${expected.length > 1 ? `[${i}] ` : ""}expected ${expected[i]}, actual ${actual[i]}`);
  const more = wrong.length > shown ? `; and ${wrong.length - shown} more` : "";
  return `${what}: ${list.join("; ")}${more}`;
}
