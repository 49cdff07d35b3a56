import { fc, test as property } from "@fast-check/vitest";
import { afterEach, describe, expect, test } from "vitest";
import { primitive } from "../../src/graph/op.ts";
import {
  type AnyTensor,
  add,
  apply,
  type Backend,
  broadcastTo,
  cast,
  checkpoint,
  compile,
  concat,
  cos,
  cumsum,
  div,
  equal,
  evaluate,
  exp,
  getBackend,
  grad,
  less,
  matmul,
  max,
  maximum,
  mul,
  ones,
  pad,
  parameter,
  referenceBackend,
  reshape,
  setBackend,
  sin,
  slice,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  where,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

/** The reference backend, with a count of the programs that were made and run. */
function counting(): { backend: Backend; made: () => number; runs: () => number } {
  let [made, runs] = [0, 0];
  const backend: Backend = {
    name: "counting",
    prepare(graph) {
      made++;
      const program = referenceBackend.prepare(graph);
      return {
        run(inputs) {
          runs++;
          return program.run(inputs);
        },
      };
    },
  };
  return { backend, made: () => made, runs: () => runs };
}

afterEach(() => {
  setBackend(referenceBackend);
});

describe("evaluation", () => {
  test("computes several tensors in one program, once", () => {
    const { backend, made, runs } = counting();
    setBackend(backend);
    expect(getBackend()).toBe(backend);
    const x = tensor([1, 2]);
    const shared = exp(x);
    const [a, b] = [add(shared, 1), mul(shared, 2)];
    evaluate(a, b, a);
    expect([made(), runs()]).toEqual([1, 1]);
    a.toArray();
    b.toArray();
    expect(runs()).toBe(1);
    evaluate();
    evaluate(x, parameter(x));
    expect(runs()).toBe(1);
  });
  test("keeps the value of a loss that a gradient is read of, which needs it anyway", () => {
    const { backend, runs } = counting();
    setBackend(backend);
    const w = parameter(tensor([1, 2]));
    const loss = sum(mul(w, w));
    loss.backward();
    expect(w.grad?.toArray()).toEqual([2, 4]);
    expect([loss.item(), runs()]).toEqual([5, 1]);
  });
  test("keeps what it computes a second time, or a third if it is large, so that a running total is not added up from the start", () => {
    let [calls, programs] = [0, counting()];
    const counted = primitive("counted", {
      accepts: "number",
      elementwise: true,
      reference: ([a, b], { values }) => {
        calls++;
        for (let i = 0; i < values.length; i++) values[i] = a.values[i] + b.values[i];
      },
    });
    for (const [size, expected] of [
      [64, 2 * 100 - 1], // all but the last are computed twice
      [65, 3 * 100 - 3], // the last is computed once, and the one before twice
    ]) {
      calls = 0;
      programs = counting();
      setBackend(programs.backend);
      let total: AnyTensor = zeros([size]);
      for (let i = 1; i <= 100; i++) {
        total = apply(counted, [total, ones([size])]);
        expect(div(total, i + 0.25).toTypedArray()[0]).toBe(Math.fround(i / (i + 0.25)));
      }
      expect(calls).toBe(expected);
    }
  });
  test("makes a bounded number of programs for a running total", () => {
    const { backend, made } = counting();
    setBackend(backend);
    for (const [size, programs] of [
      [3, 3], // the first two begin with the zeros
      [65, 4], // the first three
    ]) {
      const before = made();
      let total: AnyTensor = zeros([size]);
      for (let i = 1; i <= 100; i++) {
        total = add(total, tensor(new Float32Array(size).fill(1)));
        expect(div(total, i + 0.25).toTypedArray()[0]).toBe(Math.fround(i / (i + 0.25)));
      }
      expect(made() - before).toBe(programs);
    }
  });
  test("keeps of what is large and comes again only what goes on from it, and nothing that is merely stretched", () => {
    const outputs: string[][] = [];
    setBackend({
      name: "noting outputs",
      prepare(graph) {
        outputs.push(graph.outputs.map(({ op }) => op.name));
        return referenceBackend.prepare(graph);
      },
    });
    const x = tensor(new Float32Array(100).fill(1));
    const common = cos(sin(x));
    const stretched = broadcastTo(broadcastTo(sin(tensor([2])), [100]), [2, 100]);
    for (let i = 0; i < 4; i++) sum(add(exp(common), stretched)).item();
    expect(outputs).toEqual([["sum"], ["sum", "sin"], ["sum", "cos"], ["sum"]]);
  });
  test("makes a bounded number of programs for what is stretched at each turn", () => {
    const { backend, made } = counting();
    setBackend(backend);
    let state: AnyTensor = zeros([10, 100]);
    for (let i = 1; i <= 30; i++) {
      state = broadcastTo(add(max(state, { axis: 0 }), 1), [10, 100]);
      expect(sum(state).item()).toBe(1000 * i);
    }
    expect(made()).toBeLessThanOrEqual(6);
  });
  test("gives results for what is asked for alone, when it is computed for the first time", () => {
    const outputs: number[] = [];
    setBackend({
      name: "counting outputs",
      prepare(graph) {
        outputs.push(graph.outputs.length);
        return referenceBackend.prepare(graph);
      },
    });
    const chain = (): AnyTensor[] => {
      const nodes: AnyTensor[] = [zeros([3])];
      for (let i = 0; i < 10; i++) nodes.push(add(nodes[i], 0.3));
      return nodes;
    };
    chain()[10].toArray();
    expect(outputs).toEqual([1]);
  });
  test("reuses the program of a graph of the same structure, whatever its numbers", () => {
    const { backend, made } = counting();
    setBackend(backend);
    let w: AnyTensor = tensor([1, 2]);
    for (let step = 1; step <= 50; step++) {
      const rate = 0.1 / step;
      const g = grad((v: Tensor<[2]>) => sum(mul(v, v)))(w as Tensor<[2]>);
      w = sub(w, mul(rate, g));
      w = tensor(w.toTypedArray() as Float32Array);
    }
    expect(made()).toBe(1);
  });
  test("makes another program where structure, shape or dtype differ", () => {
    const { backend, made } = counting();
    setBackend(backend);
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const graphs = [
      () => sum(x, { axis: 0 }),
      () => sum(x, { axis: 1 }),
      () => sum(x, { axis: 0, keepDims: true }),
      () => sum(tensor([[1, 2]]), { axis: 0 }),
      () => sum(cast(x, "float64"), { axis: 0 }),
      () => sub(x, transpose(x)),
      () => sub(transpose(x), x),
      () => mul(x, 2),
      () => mul(x, -2),
      () => mul(x, 0),
      () => mul(x, -0),
    ];
    for (const graph of graphs) graph().toArray();
    expect(made()).toBe(graphs.length);
    for (const graph of graphs) graph().toArray();
    expect(made()).toBe(graphs.length);
    expect(mul(x, -0).toArray()).toEqual([
      [-0, -0],
      [-0, -0],
    ]);
    expect(mul(x, 0).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  test("makes another program for a number of another dtype", () => {
    for (const dtype of ["float32", "int32", "float64"] as const)
      expect(ones([2], { dtype }).toTypedArray()).toEqual(tensor([1, 1], { dtype }).toTypedArray());
  });
  test("tells apart which of equal nodes are asked for, and what they share", () => {
    const x = tensor([1, 2]);
    const y = add(x, 1);
    const [p, q] = [mul(y, y), mul(add(x, 1), y)];
    evaluate(p, y);
    evaluate(q);
    const z = add(x, 1);
    const r = mul(z, z);
    evaluate(r);
    for (const one of [p, q, r]) expect(one.toArray()).toEqual([4, 9]);
    expect([y, z].map((one) => one.toArray())).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });
  test("gives each tensor its own values, in whatever order they are asked for", () => {
    for (const size of [2, 100]) {
      const ask = (pick: (y: AnyTensor, z: AnyTensor) => AnyTensor[]): void => {
        const y = add(zeros([size]), 1);
        const z = mul(y, 3);
        evaluate(...pick(y, z));
        expect([y, z].map((one) => one.toTypedArray()[0])).toEqual([1, 3]);
      };
      ask((y, z) => [y, z]);
      ask((y, z) => [z, y]);
      ask((_, z) => [z]);
      ask((y) => [y]);
    }
  });
  test("keeps a bounded number of programs", () => {
    const { backend, made } = counting();
    setBackend(backend);
    for (let n = 0; n < 300; n++) sum(zeros([n])).item();
    expect(made()).toBe(300);
    sum(zeros([299])).item();
    expect(made()).toBe(300);
    sum(zeros([0])).item();
    expect(made()).toBe(301);
  });
  test("that fails can be tried again, and leaves others be", () => {
    const x = tensor([1, 2]);
    const [good, bad] = [exp(x), take(x, tensor([9], { dtype: "int32" }))];
    for (let i = 0; i < 2; i++)
      expect(failure(() => evaluate(good, bad))).toContain("IndexError: take: index 9");
    expect(good.toArray()).toEqual([1, 2].map((value) => Math.fround(Math.exp(value))));
  });
  test("shares no array with the caller", async () => {
    const values = Float32Array.of(1, 2);
    const x = tensor(values);
    values[0] = 9;
    const copies = [x.toTypedArray(), await x.data()];
    for (const copy of copies) copy[1] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });
  test("of a graph that is 20,000 nodes deep needs no stack", () => {
    let y: AnyTensor = tensor(1);
    for (let i = 0; i < 20_000; i++) y = add(y, 1);
    expect(y.item()).toBe(20_001);
    const all = compile((x: Tensor<[]>) => {
      let z: AnyTensor = x;
      for (let i = 0; i < 20_000; i++) z = checkpointed(z, i);
      return z;
    });
    expect(all(tensor(1)).item()).toBe(20_001);
  });
});

/** Adds 1, every so often behind a composite. */
function checkpointed(x: AnyTensor, i: number): AnyTensor {
  return i % 100 === 0 ? checkpoint((y: AnyTensor) => add(y, 1) as AnyTensor)(x) : add(x, 1);
}

// A step takes earlier nodes, all [3, 3], to a node of that shape, through nodes of other shapes, sizes and dtypes.
type Step = (a: AnyTensor, b: AnyTensor) => AnyTensor;
const square = (x: AnyTensor): AnyTensor => reshape(x, [3, 3]);
const steps: readonly Step[] = [
  (a, b) => add(a, b),
  (a, b) => mul(a, sub(b, a)),
  (a) => transpose(a),
  (a, b) => div(matmul(a, b), 9),
  (a, b) => where(less(a, b), a, b),
  (a, b) => cast(equal(a, b), "float32"),
  (a) => add(a, sum(a, { axis: 0 })),
  (a, b) => sub(max(a, { axis: 1, keepDims: true }), b),
  (a, b) => square(slice(concat([a, b]), [1, 0], [4])),
  (a) =>
    pad(
      slice(a, [undefined, 1], undefined, [-1]),
      [
        [0, 0],
        [1, 0],
      ],
      { value: 0.5 },
    ),
  (a) => take(a, tensor([2, 2, 0], { dtype: "int32" }), { axis: 1 }),
  (a, b) => maximum(cumsum(a), square(b)),
  (a, b) => cast(cast(mul(add(a, b), 4), "int32"), "float32"),
  (a) => a,
];
const program = fc.record({
  steps: fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 }),
  read: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
});

function build(
  inputs: readonly AnyTensor[],
  plan: readonly (readonly [number, number, number])[],
  visit: (x: AnyTensor) => void = () => {},
): AnyTensor[] {
  const nodes = [...inputs];
  for (const [which, i, j] of plan) {
    const made = steps[which](nodes[i % nodes.length], nodes[j % nodes.length]);
    visit(made);
    nodes.push(made);
  }
  return nodes;
}

describe("a program shares buffers, and nobody sees it", () => {
  const start = (k: number): AnyTensor[] => [
    tensor(
      Array.from({ length: 9 }, (_, i) => Math.sin(i * k + 1)),
      [3, 3],
    ),
    tensor(
      Array.from({ length: 9 }, (_, i) => Math.round(3 * Math.cos(i * k))),
      [3, 3],
    ),
  ];
  property.prop([program])("whatever nodes are asked for, and at every run", ({ steps: plan, read }) => {
    const values = (nodes: readonly AnyTensor[]): unknown[] =>
      read.map((i) => nodes[i % nodes.length].toArray());
    const together = compile((a: AnyTensor, b: AnyTensor) => {
      const nodes = build([a, b], plan);
      return read.map((i) => nodes[i % nodes.length]);
    });
    const results: [AnyTensor[], unknown[]][] = [];
    for (const k of [1, 2]) {
      const oneByOne = values(build(start(k), plan, (node) => evaluate(node)));
      const lazy = build(start(k), plan);
      evaluate(...read.map((i) => lazy[i % lazy.length]));
      expect(values(lazy)).toEqual(oneByOne);
      const [a, b] = start(k);
      results.push([together(a, b), oneByOne]);
    }
    // Read after both runs: a later run leaves the results of an earlier one alone.
    for (const [compiled, expected] of results) expect(compiled.map((y) => y.toArray())).toEqual(expected);
  });
});
