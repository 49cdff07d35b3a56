import { compileGraph, type Kernel, type LoopProgram } from "@adjoint/compiler";
import { sparseCategoricalCrossentropy } from "@adjoint/nn";
import { softmax } from "@adjoint/ops";
import { adam } from "@adjoint/optim";
import {
  type AnyTensor,
  add,
  compile,
  cos,
  type Graph,
  getBackend,
  grad,
  parameter,
  random,
  referenceBackend,
  setBackend,
  sin,
  sum,
  tensor,
  vjp,
} from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import { graphPrograms, runGraphProgram, tensorsIn } from "@adjoint/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** The graph that the first call of a compiled function becomes. */
function graphOf(run: () => unknown): Graph {
  let graph: Graph | undefined;
  const before = getBackend();
  setBackend({
    name: "keeps the graph",
    prepare(given) {
      graph = given;
      return referenceBackend.prepare(given);
    },
  });
  try {
    run();
  } finally {
    setBackend(before);
  }
  return graph as Graph;
}

function programOf(graph: Graph): LoopProgram {
  return compileGraph(graph, { isNative: ({ op }) => op.scalar !== undefined });
}

/** The buffers that a kernel reads or writes. */
function buffersOf(kernel: Kernel): number[] {
  if (kernel.kind === "op")
    return [...kernel.inputs, ...(kernel.output === undefined ? [] : [kernel.output])].flatMap(
      ({ buffer, rows }) => (rows === undefined ? [buffer] : [buffer, rows.buffer]),
    );
  const loads = kernel.nodes.flatMap((node) => (node.kind === "load" ? [node.access.buffer] : []));
  return [...loads, ...kernel.stores.map(({ access }) => access.buffer)];
}

describe("the memory plan", () => {
  test("gives no two values of overlapping lives the same bytes, in random graphs with their gradients", () => {
    const samples = graphPrograms({ maxSteps: 16, maxSize: 24 }).chain((program) =>
      fc.tuple(fc.constant(program), fc.tuple(...program.inputs.map((shape) => tensorsIn(shape)))),
    );
    let shared = 0;
    fc.assert(
      fc.property(samples, ([program, inputs]) => {
        const [y, pullback] = vjp(
          (...x: AnyTensor[]) => sum(runGraphProgram(program, x)) as AnyTensor,
          ...inputs,
        );
        const gradients = pullback(tensor(1, { dtype: "float64" }) as AnyTensor);
        const { buffers, kernels, scratchBytes } = programOf({ inputs, outputs: [y, ...gradients] });
        const lives = buffers.flatMap(({ place, size, dtype }, i) => {
          const used = kernels.flatMap((kernel, k) => (buffersOf(kernel).includes(i) ? [k] : []));
          if (place.kind !== "scratch" || used.length === 0) return [];
          // Kernels may write a vector beyond the end.
          const to = place.offset + size * bytesPerElement(dtype) + 16;
          return [{ from: place.offset, to, first: used[0], last: used[used.length - 1] }];
        });
        lives.forEach((a, i) => {
          expect(a.from % 64).toBe(0);
          expect(a.to).toBeLessThanOrEqual(scratchBytes);
          for (const b of lives.slice(i + 1)) {
            const bothLive = a.first <= b.last && b.first <= a.last;
            const sharesBytes = a.from < b.to && b.from < a.to;
            expect(bothLive && sharesBytes).toBe(false);
            if (sharesBytes) shared++;
          }
        });
      }),
      { numRuns: 200 },
    );
    expect(shared).toBeGreaterThan(0);
  });
});

describe("one loop", () => {
  test("over rows computes a cross-entropy from logits with its gradient", () => {
    const labels = tensor([0, 1, 2, 3], { dtype: "int32" });
    const step = compile((z: AnyTensor) =>
      grad((x: AnyTensor) =>
        sparseCategoricalCrossentropy(x as never, labels as never, { fromLogits: true }),
      )(z),
    );
    const graph = graphOf(() => step(random.normal(random.key(1), [4, 10]) as AnyTensor));
    const loops = programOf(graph).kernels.filter(({ kind }) => kind === "loop");
    expect(loops).toHaveLength(1);
    expect(loops[0]).toMatchObject({ outer: [4], inner: [10] });
  });

  test("over rows computes a softmax", () => {
    const graph = graphOf(() => compile((z: AnyTensor) => softmax(z))(random.normal(random.key(1), [6, 20])));
    expect(programOf(graph).kernels).toMatchObject([{ kind: "loop", outer: [6], inner: [20], phases: 3 }]);
  });

  test("for each parameter is a step of Adam, over the old values of the parameter and its moments", () => {
    const w = parameter(random.normal(random.key(2), [30, 7]));
    const optimizer = adam([w], { learningRate: 0.01 });
    const step = compile((gradient: AnyTensor) => {
      w.grad = gradient as never;
      optimizer.step();
    });
    const graph = graphOf(() => step(random.normal(random.key(3), [30, 7]) as AnyTensor));
    const { kernels, results, buffers } = programOf(graph);
    const large = kernels.filter(
      (kernel) =>
        kernel.kind === "loop" && kernel.stores.some(({ access }) => buffers[access.buffer].size === 210),
    );
    expect(large).toHaveLength(1);
    const over = results.flatMap((result) =>
      result.kind === "buffer" && result.over !== undefined && buffers[result.buffer].size === 210
        ? [result.over]
        : [],
    );
    expect(new Set(over).size).toBe(3);
  });

  test("takes no more arrays than an engine does parameters of a function", () => {
    const count = 1500;
    const inputs = Array.from({ length: count }, (_, i): AnyTensor => tensor([i, 1]));
    const total = (parts: readonly AnyTensor[]): AnyTensor => parts.reduce((a, b) => add(a, b) as AnyTensor);
    const sines = inputs.map((x) => sin(x) as AnyTensor);
    const tree = (parts: readonly AnyTensor[]): AnyTensor =>
      parts.length === 1
        ? parts[0]
        : (add(tree(parts.slice(0, parts.length / 2)), tree(parts.slice(parts.length / 2))) as AnyTensor);
    const chain: AnyTensor[] = [inputs[0]];
    for (let i = 0; i < count; i++) chain.push(cos(chain[i]) as AnyTensor);
    for (const outputs of [
      [total(inputs)],
      [tree(inputs)],
      [tree(sines)],
      sines,
      [total(sines), ...sines],
      [chain[count]],
      chain,
    ]) {
      const { kernels } = programOf({ inputs, outputs });
      const loops = kernels.filter((kernel) => kernel.kind === "loop");
      const reads = loops.map(({ nodes }) => nodes.filter(({ kind }) => kind === "load").length);
      expect(Math.max(...reads)).toBeLessThanOrEqual(256);
      expect(Math.max(...loops.map(({ stores }) => stores.length))).toBeLessThanOrEqual(512);
      expect(kernels.length).toBeLessThan(outputs.length + 20);
    }
  });
});
