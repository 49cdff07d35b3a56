import {
  type AnyTensor,
  type Graph,
  max,
  pad,
  patches,
  primitives,
  reshape,
  sum,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { compileGraph, type LoopKernel } from "../src/index.ts";

/** The loops of a program of one output of one input, and its other ops. */
function compiled(shape: readonly number[], fn: (x: AnyTensor) => AnyTensor) {
  const x = zeros(shape) as AnyTensor;
  const graph: Graph = { inputs: [x], outputs: [fn(x)] };
  const { kernels } = compileGraph(graph, { isNative: () => false });
  return {
    loops: kernels.filter((kernel): kernel is LoopKernel => kernel.kind === "loop"),
    ops: kernels.flatMap((kernel) => (kernel.kind === "op" ? [kernel.op] : [])),
  };
}

describe("windows", () => {
  test("are read where they lie by a reduction over their elements, put along one axis", () => {
    for (const reduce of [max, sum]) {
      const { loops, ops } = compiled([3, 8, 9], (x) => {
        const windows: AnyTensor = patches(x, [2, 3], { stride: [2, 3] });
        return reduce(reshape(windows, [3, 6, 4, 3]) as AnyTensor, { axis: 1 }) as AnyTensor;
      });
      expect(ops).toEqual([]);
      expect(loops).toHaveLength(1);
      const [load] = loops[0].nodes.filter(({ kind }) => kind === "load");
      expect(load).toMatchObject({ access: { buffer: 0, outer: [18, 3], inner: [9, 1] } });
    }
  });

  test("of a reduction that takes only a part of them are copied", () => {
    const { loops } = compiled([3, 8, 9], (x) => {
      const windows: AnyTensor = patches(x, [2, 3], { stride: [2, 3] });
      return max(reshape(windows, [3, 3, 24]) as AnyTensor, { axis: 1 }) as AnyTensor;
    });
    expect(loops.length).toBeGreaterThan(1);
  });

  test("over the edges are those of an array that is padded", () => {
    const padding = [[1, 2]] as const;
    const over = compiled([5, 6], (x) => patches(x, [3], { padding, value: 7 }));
    const padded = compiled([5, 6], (x) =>
      patches(
        pad(
          x,
          [
            [0, 0],
            [1, 2],
          ],
          { value: 7 },
        ) as AnyTensor,
        [3],
      ),
    );
    expect(over).toEqual(padded);
    expect(over.ops).not.toContain(primitives.patches);
  });
});
