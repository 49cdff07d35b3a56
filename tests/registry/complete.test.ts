import * as nn from "@adjoint/nn";
import * as ops from "@adjoint/ops";
import {
  type AnyTensor,
  erfinvOp,
  type Op,
  primitiveNames,
  primitives,
  stopGradientOp,
} from "@adjoint/tensor";
import { smoothSamples } from "@adjoint/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "./cases.ts";

const wayOut =
  "say in packages/testing/src/cases how it is called and in which domain it has a derivative, so that its gradient is checked";

/** Sentences about the registered ops that no case is about. */
function missing(registry: string, registered: readonly Op[]): string[] {
  return registered
    .filter((op) => !cases.some((one) => one.op === op))
    .map(({ name }) => `${name} of ${registry} has no case; ${wayOut}`);
}

describe("every op is tested", () => {
  test("the engine's", () => {
    expect(missing("the engine", [...Object.values(primitives), erfinvOp, stopGradientOp])).toEqual([]);
  });

  test("those of ops", () => {
    expect(missing("opRegistry", Object.values(ops.opRegistry))).toEqual([]);
  });

  test("those of losses", () => {
    const exported = Object.values(nn).filter((one): one is Op => typeof one === "object" && "kind" in one);
    expect(exported.length).toBeGreaterThan(0);
    expect(missing("nn", exported)).toEqual([]);
  });

  test("and the functions that ops makes of others", () => {
    const functions = Object.entries(ops).filter(([, value]) => typeof value === "function");
    const named = (name: string): boolean => cases.some((one) => one.name === name);
    const untested = functions.filter(
      ([name, value]) => !functions.some(([other, same]) => same === value && (named(other) || named(name))),
    );
    expect(untested.map(([name]) => `${name} of ops has no case; ${wayOut}`)).toEqual([]);
  });

  test("an op without a case is found, with the way out", () => {
    const op = { ...primitives.add, name: "double" };
    expect(missing("opRegistry", [op])).toEqual([
      "double of opRegistry has no case; say in packages/testing/src/cases how it is called and in which domain it has a " +
        "derivative, so that its gradient is checked",
    ]);
  });

  test("under its own name in its registry", () => {
    expect(Object.keys(primitives)).toEqual([...primitiveNames]);
    for (const [name, op] of [...Object.entries(primitives), ...Object.entries(ops.opRegistry)]) {
      expect(op.name).toBe(name);
    }
  });

  test("by a gradient, unless it has none", () => {
    const unchecked = cases.filter(
      ({ op, isSmooth }) =>
        op?.differentiable && !isSmooth && !cases.some((other) => other.op === op && other.isSmooth),
    );
    expect(unchecked.map(({ name }) => name)).toEqual([]);
  });

  const withOp = cases.filter(({ op, variant }) => op !== undefined && variant === undefined);
  test.for(withOp.map((one) => [one.name, one] as const))("%s, by its case", ([, one]) => {
    let found = false;
    fc.assert(
      fc.property(smoothSamples(one), (sample) => {
        const nodes = new Set<AnyTensor>([sample.call()]);
        for (const node of nodes) for (const input of node.inputs) nodes.add(input);
        found ||= [...nodes].some(({ op }) => op === one.op);
      }),
      { numRuns: 20 },
    );
    expect(found).toBe(true);
  });
});
