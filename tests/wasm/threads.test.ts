import { dense, sequential, sparseCategoricalCrossentropy } from "@adjoint/nn";
import { mean, square } from "@adjoint/ops";
import { adam } from "@adjoint/optim";
import {
  type AnyTensor,
  add,
  type Backend,
  checkFinite,
  compile,
  cumsum,
  getBackend,
  IndexError,
  matmul,
  mul,
  parameter,
  random,
  referenceBackend,
  setBackend,
  sub,
  sum,
  type Tensor,
  type TypedArray,
  take,
  tensor,
} from "@adjoint/tensor";
import {
  caseTitle,
  edgeSamples,
  engineCases,
  graphPrograms,
  opsCases,
  runGraphProgram,
  tensorsIn,
} from "@adjoint/testing";
import type { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodesOf, programs } from "./randomPrograms.ts";
import { startedBackend, valuesOn } from "./workers.ts";

/** Numbers of threads, and from what cost on a kernel is divided: what is not may run in any thread. */
const kinds = [
  [1, 0],
  [2, 0],
  [3, 0],
  [2, 300],
  [3, 300],
] as const;
let backends: WasmBackend[] = [];
const before = getBackend();

beforeAll(async () => {
  backends = await Promise.all(kinds.map(([threads, cost]) => startedBackend(threads, cost)));
});
afterAll(() => {
  setBackend(before);
  for (const { machinery } of backends) machinery.threads.stop();
});

/** Fails unless every number of threads gives the bits that one gives. */
function expectSameBits(output: AnyTensor): void {
  const [one, ...others] = backends.map((backend) => valuesOn(backend, output));
  for (const other of others) expect(other).toEqual(one);
}

const larger = { maxDimension: 24, maxSize: 200 } as const;

describe("any number of threads gives the same bits", () => {
  test("in random graphs", () => {
    const samples = graphPrograms({ maxSteps: 12, ...larger }).chain((program) =>
      fc.tuple(
        fc.constant(program),
        fc.tuple(...program.inputs.map((shape) => tensorsIn(shape, {}, { dtype: "float32" }))),
      ),
    );
    fc.assert(
      fc.property(samples, ([program, inputs]) => expectSameBits(runGraphProgram(program, inputs))),
      { numRuns: 30 },
    );
  });

  test("in random programs of ops that move, reduce and combine", () => {
    const samples = programs.chain((program) =>
      fc.tuple(
        fc.constant(program),
        fc.tuple(...program.shapes.map((shape) => tensorsIn(shape, {}, { dtype: "float32" }))),
      ),
    );
    fc.assert(
      fc.property(samples, ([program, inputs]) => {
        const [one, ...others] = backends.map((backend) => {
          setBackend(backend);
          const run = compile((...given: AnyTensor[]) => nodesOf(program, given).slice(given.length));
          return run(...inputs).map((node) => node.toTypedArray());
        });
        for (const other of others) expect(other).toEqual(one);
      }),
      { numRuns: 60 },
    );
  });

  test.for([...engineCases, ...opsCases].map((one) => [caseTitle(one), one] as const))("in %s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one, larger), (sample) => expectSameBits(sample.call())),
      { numRuns: 3 },
    );
  });

  test.each([
    ["a sum in parts", (): AnyTensor => sum(random.normal(random.key(1), [100_000])) as AnyTensor],
    [
      "a product of many tiles",
      (): AnyTensor =>
        matmul(random.normal(random.key(2), [67, 129]), random.normal(random.key(3), [129, 83])) as AnyTensor,
    ],
  ])("in %s", (_, make) => {
    expectSameBits(make());
  });

  test("in a training step: losses and parameters of 20 steps", () => {
    const runs = backends.map((backend) => {
      setBackend(backend);
      const model = sequential(
        dense(64, 48, { activation: "relu", key: random.key(1) }),
        dense(48, 10, { key: random.key(2) }),
      );
      const optimizer = adam(model.parameters(), { learningRate: 0.01 });
      const step = compile((x: Tensor<[32, 64]>, y: Tensor<[32], "int32">) => {
        const loss = sparseCategoricalCrossentropy(model(x), y, { fromLogits: true });
        optimizer.minimize(loss);
        return loss;
      });
      const losses: number[] = [];
      for (let i = 0; i < 20; i++) {
        const x = random.normal(random.key(i), [32, 64]);
        const y = tensor(
          Array.from({ length: 32 }, (_, row) => (row * 7 + i) % 10),
          { dtype: "int32" },
        );
        losses.push(step(x, y as Tensor<[32], "int32">).item());
      }
      return { losses, values: model.parameters().map((one) => one.toTypedArray()) };
    });
    expect(new Set(runs[0].losses).size).toBe(20);
    for (const run of runs.slice(1)) expect(run).toEqual(runs[0]);
  });
});

describe("a data check that fails while threads share the work", () => {
  const indices = (last: number): AnyTensor =>
    tensor([...new Array<number>(39).fill(1), last], { dtype: "int32" }) as AnyTensor;

  /** A step that writes over its parameters, after steps of indices within range and `failing` ones. */
  function stepped(backend: WasmBackend, failing: readonly number[]): TypedArray[] {
    setBackend(backend);
    const table = random.normal(random.key(1), [100, 50]);
    const [w, total] = [parameter(random.normal(random.key(2), [40, 50])), parameter(tensor(0))];
    const step = compile((given: AnyTensor) => {
      const rows = take(table, cumsum(given) as never) as AnyTensor;
      w.assign(mul(w, rows as never) as never);
      total.assign(sum(rows) as never);
    });
    step(indices(60));
    step(indices(60));
    for (const last of failing) expect(() => step(indices(last))).toThrow(IndexError);
    return [w, total].map((one) => one.toTypedArray());
  }

  test("throws, and every parameter keeps its value", () => {
    const kept = stepped(backends[0], []);
    for (const backend of backends) expect(stepped(backend, [61, -41])).toEqual(kept);
  });

  /** A step whose loss is checked, after steps with these numbers, of which those that are not finite must throw. */
  function checked(backend: Backend, numbers: readonly number[]): TypedArray[] {
    setBackend(backend);
    const weights = [1, 2].map((k) => parameter(random.normal(random.key(k), [40, 50])));
    const step = compile((x: AnyTensor) => {
      const loss = checkFinite(mean(square(mul(add(weights[0], weights[1]), x as never))), {
        name: "the loss",
      });
      for (const w of weights) w.assign(sub(w, mul(w, 0.25)));
      return loss;
    });
    for (const x of numbers) {
      if (Number.isFinite(x)) step(tensor(x) as AnyTensor);
      else
        expect(() => step(tensor(x) as AnyTensor)).toThrow(
          `checkFinite: the loss is ${x * x}; expected finite numbers, so nothing was written. debugNumerics(fn) says which op made it`,
        );
    }
    return weights.map((one) => one.toTypedArray());
  }

  test("of a loss that is not finite too, although the new values do not depend on it", () => {
    for (const backend of [referenceBackend, ...backends]) {
      const kept = checked(backend, [1, 2, 3]);
      expect(checked(backend, [1, 2, Number.NaN, Number.POSITIVE_INFINITY, 3])).toEqual(kept);
    }
  });
});
