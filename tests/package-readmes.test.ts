import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import * as data from "@adjoint/data";
import * as io from "@adjoint/io";
import * as tensor from "@adjoint/tensor";
import { describe, expect, test } from "vitest";

const modules: Record<string, object> = {
  "@adjoint/data": data,
  "@adjoint/io": io,
  "@adjoint/tensor": tensor,
};

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (...args: object[]) => Promise<void>;

/** The first code block of a package's README. It holds no type annotations, so it runs as it is. */
function exampleOf(name: string): string {
  const readme = readFileSync(new URL(`../packages/${name}/README.md`, import.meta.url), "utf8");
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme) as RegExpExecArray;
  return code;
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

describe("the example in the README", () => {
  test.for(["data", "io"])("of packages/%s prints what its comments say", async (name) => {
    const code = exampleOf(name);
    const expected = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)/g), ([, output]) => output);
    const printed = await run(code);
    // A line in a loop is printed several times, and the same each time.
    expect(printed.filter((line, i) => line !== printed[i - 1])).toEqual(expected);
  });
});
