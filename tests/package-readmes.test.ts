import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import * as data from "@adjoint/data";
import * as io from "@adjoint/io";
import * as optim from "@adjoint/optim";
import * as tensor from "@adjoint/tensor";
import { describe, expect, test } from "vitest";

const modules: Record<string, object> = {
  "@adjoint/data": data,
  "@adjoint/io": io,
  "@adjoint/optim": optim,
  "@adjoint/tensor": tensor,
};

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (...args: object[]) => Promise<void>;

/** The code blocks of a package's README. They hold no type annotations, so they run as they are. */
function examplesOf(name: string): string[] {
  const readme = readFileSync(new URL(`../packages/${name}/README.md`, import.meta.url), "utf8");
  return Array.from(readme.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code);
}

/** Runs the code and gives each printed line. */
async function run(code: string): Promise<string[]> {
  const body = code.replace(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = modules[$2];");
  const lines: string[] = [];
  const log = (...values: unknown[]): void => {
    lines.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  };
  await new AsyncFunction("modules", "console", body)(modules, { log });
  return lines;
}

const examples = ["data", "io", "optim"].flatMap((name) =>
  examplesOf(name).map((code, i) => ({ name, code, number: i + 1 })),
);

describe("an example in a README", () => {
  test.for(examples)("of packages/$name, number $number, prints what its comments say", async ({ code }) => {
    const expected = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)/g), ([, output]) => output);
    const printed = await run(code);
    // A line in a loop is printed several times, and the same each time.
    expect(printed.filter((line, i) => line !== printed[i - 1])).toEqual(expected);
    expect(expected).not.toEqual([]);
  });
});
