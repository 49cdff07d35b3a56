import { readFileSync } from "node:fs";
import { lossRules } from "@adjoint/nn";
import { stabilisingRules as opRules } from "@adjoint/ops";
import { type AnyTensor, installRules, mul, neg, type Rule, withoutStabilising } from "@adjoint/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asTensors, atLimits, families, isRight, type Program, sampled, valuesIn } from "./programs.ts";

const stabilisingRules = [...lossRules, ...opRules];

/** How many programs of each family there are. */
const count = 40;

const documented = readFileSync("docs/stabilising.md", "utf8").split("\n");
const tried = new Map(Object.keys(families).map((name) => [name, sampled(name, count)]));

/** For each rule the programs in which it replaced something. */
const uses = new Map(stabilisingRules.map((rule) => [rule, new Set<Program>()]));
let current: Program | undefined;

const watched = stabilisingRules.map(
  (rule): Rule => ({
    ...rule,
    becomes(match) {
      const replacement = rule.becomes(match);
      if (replacement !== undefined && current !== undefined) uses.get(rule)?.add(current);
      return replacement;
    },
  }),
);

afterAll(() => installRules(stabilisingRules));

describe("value and gradient of random programs around naive formulas are those of 1600-bit arithmetic", () => {
  beforeAll(() => installRules(watched));

  test.for([...tried])("%s", ([name, all]) => {
    const wrong = all.filter((program) => {
      current = program;
      const outcome = asTensors(program);
      current = undefined;
      return !isRight(program, outcome);
    });
    expect(wrong).toEqual([]);
    const wrongAsWritten = all.filter(
      (program) => !withoutStabilising(() => isRight(program, asTensors(program))),
    );
    expect(documented).toContain(`| \`${name}\` | ${count} | ${wrongAsWritten.length} | 0 |`);
  });

  test("there are a thousand", () => {
    expect([...tried.values()].flat().length).toBeGreaterThanOrEqual(1000);
  });
});

/** What kind of number it is: what may not change however it is computed. */
function kindOf(value: number): string {
  return Number.isFinite(value) ? "finite" : String(value);
}

/** Families that lead to a softmax, which is undefined in all of a row with ∞ in it; as written it is so at the ∞ alone. */
const undefinedBesideInfinity: readonly string[] = ["log(softmax(z))", "exp(z) / sum(exp(z))"];

describe("NaN and ∞ of the exact formula are those of the replacement", () => {
  beforeAll(() => installRules(stabilisingRules));

  test.for(Object.keys(families))("%s", (name) => {
    const differing = atLimits(name, 60)
      .map((program) => ({
        program,
        written: withoutStabilising(() => valuesIn("float64", program)).map(kindOf),
        replaced: valuesIn("float32", program).map(kindOf),
      }))
      .filter(({ program, written, replaced }) => {
        const mayBeNaN =
          undefinedBesideInfinity.includes(name) &&
          program.values.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY);
        return written.some((kind, i) => kind !== replaced[i] && !(mayBeNaN && replaced[i] === "NaN"));
      });
    expect(differing).toEqual([]);
  });
});

describe("a gradient that is a number as the formula is written, at 0 too, is the same number by the replacement", () => {
  beforeAll(() => installRules(stabilisingRules));

  test.for(Object.keys(families))("%s", (name) => {
    const differing = atLimits(name, 60)
      .map((program) => {
        const values = program.values.map((x) => (Number.isFinite(x) ? x : 0));
        return { ...program, values };
      })
      .map((program) => ({
        program,
        written: withoutStabilising(() => asTensors(program, "float64").gradient),
        replaced: asTensors(program, "float64").gradient,
      }))
      .filter(({ written, replaced }) =>
        // Of inputs of ordinary size float64 has digits to spare for what the formula loses as it is written.
        written.some(
          (one, i) => Number.isFinite(one) && !(Math.abs(replaced[i] - one) <= 1e-6 * (1 + Math.abs(one))),
        ),
      );
    expect(differing).toEqual([]);
  });
});

/** A name for a rule in a message: where it stands, and its reason. */
const named = stabilisingRules.map((rule, i) => [`${i}: ${rule.because}`, rule] as const);

describe("every rule", () => {
  const wrongly: readonly (readonly [string, (x: AnyTensor) => AnyTensor])[] = [
    ["scaled by 1.001", (x) => mul(1.001, x) as AnyTensor],
    ["with the wrong sign", (x) => neg(x) as AnyTensor],
  ];

  test("is tried by a program", () => {
    const untried = named.filter(([, rule]) => uses.get(rule)?.size === 0).map(([name]) => name);
    expect(untried).toEqual([]);
  });

  test.for(wrongly)("is found out %s", ([, break_]) => {
    const survivors = named.filter(([, broken]) => {
      installRules(
        stabilisingRules.map(
          (rule): Rule => ({
            ...rule,
            becomes(match) {
              const replacement = rule.becomes(match);
              return rule === broken && replacement !== undefined ? break_(replacement) : replacement;
            },
          }),
        ),
      );
      return [...(uses.get(broken) ?? [])].every((program) => isRight(program, asTensors(program)));
    });
    expect(survivors.map(([name]) => name)).toEqual([]);
  });
});
