import { describeValue } from "./describeValue.ts";
import { OptionError } from "./errors.ts";
import { Tensor } from "./tensor.ts";

/** Letters only, so that `from_logits` and `fromlogits` are near to `fromLogits`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** `lr` of `learningRate`. */
function initials(name: string): string {
  return (
    name.slice(0, 1) +
    name
      .slice(1)
      .replaceAll(/[^A-Z]/g, "")
      .toLowerCase()
  );
}

/** Edits (insertion, deletion, replacement, swap of neighbours) that turn one word into the other (Damerau 1964). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2][j - 2] + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(row[j - 1] + 1, rows[i - 1][j] + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/** The known name that was probably meant: one that is near, or that `given` abbreviates (`lr`, `eps`). */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const word = plain(given);
  const shortened = known.find(
    (name) => initials(name) === word || (word.length >= 3 && plain(name).startsWith(word)),
  );
  if (shortened !== undefined) return shortened;
  const near = known
    .map((name) => ({ name, edits: distance(word, plain(name)) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
}

/** Is a value something that holds options by name? */
function holdsOptions(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Tensor)
  );
}

/**
 * Throws {@link OptionError} for options that are not an object, such as a number that was meant for the first of `known`,
 * and for an option that is not among `known`, with the name that was probably meant.
 */
export function checkOptionNames(op: string, options: object, known: readonly string[]): void {
  if (!holdsOptions(options)) {
    // A callee's own default takes the place of undefined, where there is one.
    const isValue = options !== null && options !== undefined && typeof options !== "object";
    const meant = isValue && typeof options !== "function" ? describeValue(options) : "…";
    throw new OptionError(
      op,
      `the options are ${describeValue(options)}; expected an object of them, such as { ${known[0]}: ${meant} }`,
    );
  }
  // Each op call comes here: a loop over nothing costs less than a list of no keys.
  for (const given in options) if (!known.includes(given)) throw unknownOption(op, given, known);
}

function unknownOption(op: string, given: string, known: readonly string[]): OptionError {
  const nearest = nearestName(given, known);
  const wayOut =
    nearest === undefined
      ? `expected one of ${known.join(", ")}`
      : `did you mean ${JSON.stringify(nearest)}?`;
  return new OptionError(op, `unknown option ${JSON.stringify(given)}; ${wayOut}`);
}

/** The options of ops along an axis. */
export const axisOptionNames: readonly string[] = ["axis"];

/** The options of reductions. */
export const reduceOptionNames: readonly string[] = ["axis", "keepDims"];
