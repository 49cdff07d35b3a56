// The cases of packages/testing/oracle/numerics.json that fix an answer where frameworks disagree or fail.
import { readFileSync } from "node:fs";

const file = new URL("../../packages/testing/oracle/numerics.json", import.meta.url);

export const cases = JSON.parse(readFileSync(file, "utf8")).cases.filter(({ contract }) => contract);

/** Nested numbers; those that JSON lacks are strings. */
export function numbers(nested) {
  return Array.isArray(nested) ? nested.map(numbers) : Number(nested);
}

/** Nested numbers in a row. */
export function flat(nested) {
  return [nested].flat(Infinity).map(Number);
}

/**
 * Answers every case by `run(case)`, which gives `{ value, gradient }` as arrays, or `{ absent }` where the library has no such op,
 * and prints it all as JSON.
 */
export async function answer(name, version, run) {
  const results = {};
  for (const one of cases) {
    try {
      results[one.id] = await run(one);
    } catch (error) {
      results[one.id] = { error: error.message.split("\n")[0] };
    }
  }
  const named = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
  console.log(JSON.stringify({ name, version, results }, named));
}
