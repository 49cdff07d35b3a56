import { dense } from "@adjoint/nn";
import {
  type AnyTensor,
  add,
  arange,
  assignAll,
  compile,
  div,
  floor,
  getBackend,
  mul,
  neg,
  type Parameter,
  parameter,
  referenceBackend,
  reshape,
  setBackend,
  sin,
  sum,
  tensor,
} from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Large enough to live in the backend's memory, which steps write over. */
let size = 100;
const filled = (x: number): AnyTensor => tensor(new Array<number>(size).fill(x)) as AnyTensor;
const parameterOf = (x: number): Parameter<number[]> =>
  parameter(filled(x)) as unknown as Parameter<number[]>;
/** The one number that all elements are. */
function numberIn(x: AnyTensor): number {
  const values = [...x.toTypedArray()];
  expect(new Set(values).size).toBe(1);
  return values[0];
}

/** A step that is known to write over its parameter: it has run twice, so that the values are the program's own. */
function doubling(w: Parameter<number[]>): () => void {
  const step = compile(() => {
    w.assign(mul(w, 2));
  });
  step();
  step();
  return step;
}

const before = getBackend();
beforeAll(() => setBackend(new WasmBackend({ threads: 1 })));
afterAll(() => setBackend(before));

describe.each([
  ["small", 100],
  ["large", 40_000],
])("a compiled step that writes over its %s parameters", (_, elements) => {
  beforeAll(() => {
    size = elements;
  });

  test("says that it does", () => {
    const w = parameterOf(1);
    const step = compile(() => w.assign(mul(w, 2)));
    step();
    expect(step.programs[0]).toMatch(/return b1 over input 0$/);
  });

  test("leaves a version that somebody holds as it was", () => {
    const w = parameterOf(1);
    const step = doubling(w);
    const version = w.current();
    step();
    step();
    expect([numberIn(version as AnyTensor), numberIn(w as AnyTensor)]).toEqual([4, 16]);
  });

  test("leaves an expression of an old version as it was, evaluated before or after", () => {
    const w = parameterOf(1);
    const step = doubling(w);
    const [early, late] = [add(w, 1), add(w, 2)];
    expect(numberIn(early as AnyTensor)).toBe(5);
    step();
    step();
    expect([numberIn(early as AnyTensor), numberIn(late as AnyTensor)]).toEqual([5, 6]);
  });

  test("leaves a state that was taken from a layer as it was", () => {
    const initial = (): AnyTensor => reshape(filled(1), [size / 5, 5]);
    const layer = dense(size / 5, 5, { kernelInitializer: initial as never, useBias: false });
    const [weight] = layer.parameters();
    const step = compile(() => weight.assign(mul(weight, 2) as never));
    step();
    step();
    const state = layer.stateDict();
    step();
    step();
    expect(numberIn(state.weight as AnyTensor)).toBe(4);
    expect(numberIn(weight as AnyTensor)).toBe(16);
  });

  test("returns its parameter's old value, which further steps leave alone", () => {
    const w = parameterOf(1);
    const step = compile(() => {
      const old = w.current();
      w.assign(mul(w, 2));
      return old;
    });
    expect(step().shape).toEqual([size]);
    const olds = [step(), step(), step()];
    expect([...olds.map((old) => numberIn(old as AnyTensor)), numberIn(w as AnyTensor)]).toEqual([
      2, 4, 8, 16,
    ]);
  });

  test("returns its parameter's new value, which further steps leave alone", () => {
    const w = parameterOf(1);
    const step = compile(() => {
      w.assign(mul(w, 2));
      return w.current();
    });
    const values = [step(), step(), step(), step()];
    expect(values.map((value) => numberIn(value as AnyTensor))).toEqual([2, 4, 8, 16]);
  });

  test("leaves alone what another program gave of the parameter as it is", () => {
    const w = parameterOf(1);
    const step = doubling(w);
    const same = compile(() => mul(w, 1));
    const value = same();
    step();
    step();
    expect([numberIn(value as AnyTensor), numberIn(w as AnyTensor)]).toEqual([4, 16]);
  });

  test("goes its own way with a parameter that was given another's values", () => {
    const [a, b] = [parameterOf(1), parameterOf(1)];
    doubling(a);
    compile(() => b.assign(mul(a, 1)))();
    const step = compile(() => {
      a.assign(mul(a, 2));
      b.assign(mul(b, 3));
    });
    step();
    step();
    expect([numberIn(a as AnyTensor), numberIn(b as AnyTensor)]).toEqual([16, 36]);
  });

  test("is not written over by a step of a parameter that was given its values", () => {
    const [a, b] = [parameterOf(1), parameterOf(1)];
    doubling(a);
    compile(() => b.assign(mul(a, 1)))();
    doubling(b);
    expect([numberIn(a as AnyTensor), numberIn(b as AnyTensor)]).toEqual([4, 16]);
  });

  test.each([
    ["outside", (run: () => void) => run],
    ["inside a compiled function", (run: () => void) => compile(run)],
  ])("goes its own way with two parameters that were assigned one tensor %s", (_, wrapped) => {
    const [a, b] = [parameterOf(0), parameterOf(0)];
    wrapped(() => {
      const value = mul(filled(2), 2);
      a.assign(value as never);
      b.assign(value as never);
    })();
    const [stepA, stepB] = [doubling(a), doubling(b)];
    stepA();
    stepB();
    stepB();
    expect([numberIn(a as AnyTensor), numberIn(b as AnyTensor)]).toEqual([32, 64]);
  });

  test("swaps parameters", () => {
    const [a, b] = [parameterOf(1), parameterOf(10)];
    const swap = compile(() =>
      assignAll([
        [a, b],
        [b, a],
      ] as never),
    );
    const step = compile(() => {
      a.assign(add(a, 1));
      b.assign(mul(b, 2));
    });
    step();
    swap();
    step();
    step();
    swap();
    swap();
    step();
    expect([numberIn(a as AnyTensor), numberIn(b as AnyTensor)]).toEqual([23, 16]);
  });

  test("reads a parameter before it writes over it, also where a long computation lies between", () => {
    const on = (backend: typeof before): number[] => {
      setBackend(backend);
      const [a, b] = [parameterOf(1), parameterOf(2)];
      const step = compile(() => {
        // The first value is ready long before the second one asks for what it is written over.
        const early = floor(mul(sin(b), 10));
        const late = floor(mul(sin(sin(sin(sin(sin(early))))), 10));
        assignAll([
          [a, early],
          [b, add(late, a)],
        ] as never);
      });
      for (let i = 0; i < 4; i++) step();
      return [numberIn(a as AnyTensor), numberIn(b as AnyTensor)];
    };
    const first = getBackend();
    try {
      expect(on(first)).toEqual(on(referenceBackend));
    } finally {
      setBackend(first);
    }
  });

  test("shares its memory with other programs between steps", () => {
    const w = parameterOf(1);
    const step = doubling(w);
    const other = compile((x: AnyTensor) => sum(mul(add(x, 1), add(x, w))));
    for (let i = 2; i < 6; i++) {
      expect(other(filled(1)).item()).toBe(2 * (1 + 2 ** i) * size);
      step();
    }
  });

  test("gives the numbers of a parameter to other backends and takes theirs", () => {
    const [first, second] = [getBackend(), new WasmBackend({ threads: 1 })];
    const w = parameterOf(1);
    const step = doubling(w);
    try {
      for (const backend of [second, referenceBackend, second, first, referenceBackend, first]) {
        setBackend(backend);
        step();
        step();
      }
      expect(numberIn(w as AnyTensor)).toBe(2 ** 14);
    } finally {
      setBackend(first);
    }
  });

  test("leaves the numbers alone that another backend reads", () => {
    const first = getBackend();
    const w = parameterOf(1);
    const step = doubling(w);
    const total = compile(() => sum(w));
    try {
      const totals: number[] = [];
      for (let i = 0; i < 3; i++) {
        setBackend(new WasmBackend({ threads: 1 }));
        totals.push(total().item());
        setBackend(first);
        step();
        step();
      }
      expect(totals).toEqual([4 * size, 16 * size, 64 * size]);
    } finally {
      setBackend(first);
    }
  });
});

describe("programs of equal structure", () => {
  test("take each its own numbers", () => {
    const x = tensor([1, 2, 4]);
    expect(div(x, 8).toArray()).toEqual([0.125, 0.25, 0.5]);
    expect(div(x, 16).toArray()).toEqual([0.0625, 0.125, 0.25]);
    expect(mul(x, 5).toArray()).toEqual([5, 10, 20]);
    expect(mul(x, 7).toArray()).toEqual([7, 14, 28]);
  });

  test("do not look into what has been evaluated", () => {
    const run = (values: number[]): unknown => {
      const y = neg(tensor(values));
      y.toArray();
      return neg(y).toArray();
    };
    expect(run([1, -2])).toEqual([1, -2]);
    expect(run([3, 5])).toEqual([3, 5]);
    const indices = arange(3);
    indices.toArray();
    expect(add(indices, 1).toArray()).toEqual([1, 2, 3]);
    expect(add(tensor([5, 6, 7], { dtype: "int32" }), 1).toArray()).toEqual([6, 7, 8]);
  });
});
