import { readFileSync } from "node:fs";
import { stabilisingRules } from "@adjoint/ops";
import { installRules, withoutStabilising } from "@adjoint/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { asTensors, formulas, isRight, programs } from "./programs.ts";

beforeAll(() => installRules(stabilisingRules));

/** The programs that the table in the documentation counts. */
const sample = { seed: 7, numRuns: 16 };

const documented = readFileSync("docs/stabilising.md", "utf8").split("\n");

describe("value and gradient of random programs around naive formulas are those of 1600-bit arithmetic", () => {
  test.for(Object.keys(formulas))("%s", (name) => {
    const tried = fc.sample(programs(name), sample);
    expect(tried.filter((program) => !isRight(program, asTensors(program)))).toEqual([]);
    const wrongAsWritten = tried.filter(
      (program) => !withoutStabilising(() => isRight(program, asTensors(program))),
    );
    expect(documented).toContain(`| \`${name}\` | ${tried.length} | ${wrongAsWritten.length} | 0 |`);
  });
});
