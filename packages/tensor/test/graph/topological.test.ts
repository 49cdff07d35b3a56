import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { keepingHistory } from "../../src/graph/history.ts";
import { topologicalOrder } from "../../src/graph/topological.ts";
import { type AnyTensor, add, neg, tensor } from "../../src/index.ts";

/** A graph of sums: for each, which two of the nodes before it. The first node is data. */
const graphs = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 }).map((pairs) => {
  const nodes: AnyTensor[] = [tensor(1)];
  for (const [i, j] of pairs) nodes.push(add(nodes[i % nodes.length], nodes[j % nodes.length]));
  return nodes;
});

/** The order by its definition: a node comes after its inputs, from left to right. */
function recursive(outputs: readonly AnyTensor[], stop: (node: AnyTensor) => boolean): AnyTensor[] {
  const seen = new Set<AnyTensor>();
  const order: AnyTensor[] = [];
  const visit = (node: AnyTensor): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (!stop(node)) node.inputs.forEach(visit);
    order.push(node);
  };
  outputs.forEach(visit);
  return order;
}

describe("topologicalOrder", () => {
  property.prop([graphs, fc.array(fc.nat(), { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 4 })])(
    "is that of a walk from left to right, with each node once",
    (nodes, outputs, stops) => {
      const asked = outputs.map((i) => nodes[i % nodes.length]);
      const stopped = new Set(stops.map((i) => nodes[i % nodes.length]));
      const stop = (node: AnyTensor): boolean => stopped.has(node);
      const order = topologicalOrder(asked, stop);
      const expected = recursive(asked, stop);
      expect(order.length).toBe(expected.length);
      expect(order.every((node, i) => node === expected[i])).toBe(true);
    },
  );

  test("reaches into a history that is deeper than the stack", () => {
    let x: AnyTensor = tensor(1);
    keepingHistory(() => {
      for (let i = 0; i < 100_000; i++) x = neg(x);
    });
    expect(topologicalOrder([x]).length).toBe(100_001);
  });

  test("leaves the outputs as they were", () => {
    const [x, y] = [tensor(1), tensor(2)];
    const outputs = [x, y];
    expect(topologicalOrder(outputs)).toEqual([x, y]);
    expect(outputs).toEqual([x, y]);
  });
});
