import { OptionError } from "@adjoint/tensor";

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

/** The known name that was probably meant, if one is near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const word = plain(given);
  const byInitials = known.find((name) => initials(name) === word);
  if (byInitials !== undefined) return byInitials;
  const near = known
    .map((name) => ({ name, edits: distance(word, plain(name)) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
}

/**
 * Throws `OptionError` when `options` has a name that is not a key of `known`: types catch it for those who use them.
 * `known` has every option's name as a key, so that one cannot be forgotten.
 */
export function checkOptions(op: string, options: object, known: Record<string, unknown>): void {
  const names = Object.keys(known);
  for (const given of Object.keys(options)) {
    if (given in known) continue;
    const nearest = nearestName(given, names);
    const wayOut =
      nearest === undefined
        ? `expected one of ${names.join(", ")}`
        : `did you mean ${JSON.stringify(nearest)}?`;
    throw new OptionError(op, `unknown option ${JSON.stringify(given)}; ${wayOut}`);
  }
}

/** Throws `OptionError` unless `value` is a whole number from `least`. */
export function checkWhole(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError(op, `${name} is ${value}; expected a whole number from ${least}`);
  }
}
