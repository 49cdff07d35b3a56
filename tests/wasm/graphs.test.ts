import {
  type AnyTensor,
  compile,
  getBackend,
  referenceBackend,
  setBackend,
  sum,
  tensor,
  vjp,
} from "@adjoint/tensor";
import { graphPrograms, runGraphProgram, tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

const before = getBackend();
afterAll(() => setBackend(before));

/** What a random graph gives with its gradients, and every value on the way, compiled on a backend. */
function valuesOn(
  backend: WasmBackend | typeof referenceBackend,
  program: Parameters<typeof runGraphProgram>[0],
  inputs: readonly AnyTensor[],
): (readonly number[])[] {
  setBackend(backend);
  const step = compile((...given: AnyTensor[]) => {
    const all = program.steps.map((_, i) =>
      runGraphProgram({ ...program, steps: program.steps.slice(0, i + 1) }, given),
    );
    const [y, pullback] = vjp((...x: AnyTensor[]) => sum(runGraphProgram(program, x)) as AnyTensor, ...given);
    return [...all, y, ...pullback(tensor(1, { dtype: y.dtype as "float32" }) as AnyTensor)];
  });
  return step(...inputs).map((one) => [...one.toTypedArray()]);
}

describe.each([
  ["float64", 2 ** -42],
  ["float32", 2 ** -14],
] as const)("random programs of %s compute what the reference interpreter computes", (dtype, tolerance) => {
  test.each([
    ["large", { maxSteps: 20, maxDimension: 7, maxSize: 60 }, 120],
    ["with empty axes", { maxSteps: 8, minDimension: 0 }, 60],
  ] as const)("%s", (_, constraints, numRuns) => {
    const wasm = new WasmBackend({ threads: 1 });
    const samples = graphPrograms(constraints).chain((program) =>
      fc.tuple(
        fc.constant(program),
        fc.tuple(...program.inputs.map((shape) => tensorsIn(shape, { min: -2, max: 2 }, { dtype }))),
      ),
    );
    fc.assert(
      fc.property(samples, ([program, inputs]) => {
        const [actual, expected] = [wasm, referenceBackend].map((one) => valuesOn(one, program, inputs));
        actual.forEach((values, k) => {
          // Sums of what is large have errors of its size.
          const size = Math.max(1, ...expected[k].map(Math.abs));
          values.forEach((x, i) => {
            expect(Math.abs(x - expected[k][i])).toBeLessThanOrEqual(tolerance * size);
          });
        });
      }),
      { numRuns },
    );
  });
});
