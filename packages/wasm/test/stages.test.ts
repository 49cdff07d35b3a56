import { compileGraph } from "@adjoint/compiler";
import { logSoftmax, sigmoid, softmax, tanh } from "@adjoint/ops";
import {
  type AnyTensor,
  abs,
  add,
  div,
  exp,
  mul,
  primitives,
  type Shape,
  sqrt,
  sub,
  Tensor,
} from "@adjoint/tensor";
import { leaves } from "@adjoint/tensor/engine";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { inParts, type LoopKernel, type LoopNode } from "../src/loop/parts.ts";
import { type Stage, slotCount, stagesOf } from "../src/loop/stages.ts";
import { isNative } from "../src/program/composites.ts";

type Full = Pick<LoopNode, "dtype" | "extent" | "phase">;
const full: Full = { dtype: "float32", extent: "full", phase: 0 };
const along = { buffer: 0, offset: 0, outer: [], inner: [1] };

/** A pass over a row: values of loads and of cheap and dear ops on values before, of which some are stored. */
const passes = fc
  .record({
    values: fc.array(
      fc.record({
        op: fc.constantFrom(
          undefined,
          primitives.add,
          primitives.mul,
          primitives.div,
          primitives.exp,
          primitives.sin,
        ),
        a: fc.nat(8),
        b: fc.nat(30),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    stored: fc.array(fc.nat(50), { maxLength: 3 }),
    saved: fc.array(fc.nat(50), { maxLength: 2 }),
    extent: fc.constantFrom(1, 5, 40, 4000),
  })
  .map(({ values, stored, saved, extent }) => {
    const nodes = values.map(({ op, a, b }, i): LoopNode => {
      if (op === undefined || i === 0) return { ...full, kind: "load", access: along };
      const args = [i - 1 - (a % i), b % i].slice(0, op === primitives.exp || op === primitives.sin ? 1 : 2);
      return { ...full, kind: "apply", op, args, attributes: {} };
    });
    const loop: LoopKernel = {
      kind: "loop",
      outer: [],
      inner: [extent],
      phases: 1,
      isVectorOuter: false,
      nodes,
      stores: stored.map((node, buffer) => ({
        node: node % nodes.length,
        access: { ...along, buffer },
      })),
    };
    return { loop, given: new Set(saved.map((i) => i % nodes.length)) };
  });

const argsOf = (node: LoopNode): readonly number[] => (node.kind === "apply" ? node.args : []);
const stagesOfPass = ({ loop, given }: { loop: LoopKernel; given: ReadonlySet<number> }): Stage[] =>
  stagesOf(loop, new Set(loop.nodes.keys()), (i) => given.has(i));

describe("stages of a pass", () => {
  property.prop([passes])("own each value once", (pass) => {
    const owned = stagesOfPass(pass).flatMap(({ own }) => [...own]);
    expect(owned.sort((a, b) => a - b)).toEqual([...pass.loop.nodes.keys()]);
  });

  property.prop([passes])("have what they compute with: of their own, or kept by a stage before", (pass) => {
    const kept = new Map<number, number>();
    for (const stage of stagesOfPass(pass)) {
      for (const [i, slot] of stage.given) expect(kept.get(i)).toBe(slot);
      const known = new Set(stage.given.keys());
      for (const i of stage.nodes) {
        if (!pass.given.has(i)) for (const arg of argsOf(pass.loop.nodes[i])) expect(known).toContain(arg);
        known.add(i);
      }
      for (const i of [...stage.own, ...stage.kept.keys()]) expect(known).toContain(i);
      for (const [i, slot] of stage.kept) kept.set(i, slot);
    }
    expect(new Set(kept.values()).size).toBe(kept.size);
    for (const slot of kept.values()) expect(slot).toBeLessThan(slotCount(stagesOfPass(pass)));
  });

  property.prop([passes])("load nothing that a stage before has stored over", (pass) => {
    let isWritten = false;
    for (const { nodes, own } of stagesOfPass(pass)) {
      if (isWritten) {
        const loads = nodes.filter((i) => pass.loop.nodes[i].kind === "load" && !pass.given.has(i));
        expect(loads).toEqual([]);
      }
      isWritten ||= pass.loop.stores.some(({ node }) => own.has(node));
    }
  });
});

/** How many stages the passes of an expression's loop are divided into. */
function counts(build: (x: AnyTensor, y: AnyTensor) => unknown, shape: Shape): number[] {
  const [x, y] = [0, 1].map(
    () => new Tensor<Shape, "float32">(leaves.input, [], {}, shape, "float32") as AnyTensor,
  );
  const { kernels } = compileGraph({ inputs: [x, y], outputs: [build(x, y) as AnyTensor] }, { isNative });
  return kernels.flatMap((kernel) => {
    if (kernel.kind !== "loop") return [];
    const loop = inParts(kernel);
    return Array.from({ length: loop.phases }, (_, phase) => {
      const needed = loop.nodes.flatMap((node, i) =>
        node.extent === "full" && node.phase === phase ? [i] : [],
      );
      return stagesOf(loop, new Set(needed), () => false).length;
    });
  });
}

describe("a pass", () => {
  test.each<[string, (x: AnyTensor, y: AnyTensor) => unknown]>([
    ["a function of parts", (x) => tanh(x)],
    ["functions of each other", (x) => sigmoid(tanh(x))],
    ["exponentials of each other", (x) => exp(exp(exp(x)))],
  ])("is divided for %s", (_, build) => {
    expect(Math.max(...counts(build, [4096]))).toBeGreaterThan(1);
  });

  test.each<[string, (x: AnyTensor, y: AnyTensor) => unknown]>([
    ["softmax", (x) => softmax(x)],
    ["its logarithm", (x) => logSoftmax(x)],
    [
      "what is long and no chain",
      (x, y) => {
        const terms = Array.from({ length: 16 }, (_, i) => abs(mul(add(x, i + 0.5), sub(y, i + 0.25))));
        const pairs = (list: unknown[]): unknown[] =>
          list.length === 1
            ? list
            : pairs(
                Array.from({ length: list.length / 2 }, (_, i) =>
                  add(list[2 * i] as AnyTensor, list[2 * i + 1] as AnyTensor),
                ),
              );
        return div(pairs(terms)[0] as AnyTensor, sqrt(abs(y)));
      },
    ],
  ])("is one loop for %s", (_, build) => {
    for (const count of counts(build, [64, 512])) expect(count).toBe(1);
  });
});
