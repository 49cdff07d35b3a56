import {
  type AnyTensor,
  compile,
  getBackend,
  parameter,
  referenceBackend,
  setBackend,
} from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { bounded, nodesOf, programs } from "./randomPrograms.ts";

const before = getBackend();
afterAll(() => setBackend(before));

// In float64, where both compute each element alike but for the order of sums, so that an index of the largest is hardly another.
test("random programs of ops that move, reduce and combine compute what the reference interpreter does, over their state", () => {
  const wasm = new WasmBackend({ threads: 1 });
  const samples = programs.chain((program) =>
    fc.tuple(
      fc.constant(program),
      fc.tuple(...program.shapes.map((shape) => tensorsIn(shape, { min: -2, max: 2 }))),
    ),
  );
  fc.assert(
    fc.property(samples, ([program, inputs]) => {
      const [actual, expected] = [wasm, referenceBackend].map((backend) => {
        setBackend(backend);
        const state = parameter(inputs[0]);
        const step = compile((...given: AnyTensor[]) => {
          const nodes = nodesOf(program, [state.current() as AnyTensor, ...given]);
          const next = nodes.findLast(({ shape }) => String(shape) === String(state.shape)) as AnyTensor;
          state.assign(bounded(next) as never);
          return nodes.slice(1 + given.length);
        });
        const results = [step, step, step].flatMap((run) => run(...inputs.slice(1)));
        return [...results, state].map((one) => [...one.toTypedArray()]);
      });
      actual.forEach((values, k) => {
        const size = Math.max(1, ...expected[k].map(Math.abs));
        values.forEach((x, i) => {
          expect(Math.abs(x - expected[k][i])).toBeLessThanOrEqual(2 ** -36 * size);
        });
      });
    }),
    { numRuns: 150 },
  );
});
