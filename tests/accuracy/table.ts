import type { Worst } from "./measure.ts";

/** What was measured of one function. */
export interface Row {
  readonly name: string;
  readonly dtype: "float32" | "float64";
  readonly backend: string;
  /** Which arguments, in words. */
  readonly inputs: string;
  readonly worst: Worst;
}

const head =
  "| function | dtype | backend | worst ulps | at | inputs | which |\n| --- | --- | --- | --: | --- | --: | --- |\n";

/** A row as a line of the table. */
export function line({ name, dtype, backend, inputs, worst }: Row): string {
  // Rounded up, so that the table is a bound.
  const ulps = Number.isFinite(worst.ulps) ? (Math.ceil(worst.ulps * 1000) / 1000).toFixed(3) : "∞";
  const count = worst.count.toLocaleString("en");
  return `| ${name} | ${dtype} | ${backend} | ${ulps} | ${worst.at} | ${count} | ${inputs} |`;
}

const key = (text: string): string =>
  text
    .split("|", 4)
    .map((cell) => cell.trim())
    .join("\t");

/** The page with these rows in its table, in place of older ones of the same function, dtype and backend. */
export function withRows(page: string, rows: readonly Row[]): string {
  const at = page.indexOf(head);
  if (at < 0) throw new Error(`the page has no table that begins with:\n${head}`);
  const body = page.slice(at + head.length);
  const end = body.search(/^(?!\|)/m);
  const old = body
    .slice(0, end)
    .split("\n")
    .filter((text) => text !== "");
  const lines = new Map([...old, ...rows.map(line)].map((text) => [key(text), text]));
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => `${text}\n`);
  return page.slice(0, at) + head + sorted.join("") + body.slice(end);
}
