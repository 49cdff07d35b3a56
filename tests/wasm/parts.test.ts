import { logisticPdf, sigmoid, silu, tanh } from "@adjoint/ops";
import { type AnyTensor, add, compile, evaluate, getBackend, mul, neg, setBackend } from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

const backends = (["relaxed", "plain", "none"] as const).map((simd) => new WasmBackend({ simd, threads: 1 }));
const edges = [
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  3e38,
  -3e38,
  1e-45,
  -0,
  0,
  104,
];

const before = getBackend();
afterEach(() => setBackend(before));

type Step = (x: AnyTensor) => AnyTensor;

const functions: readonly Step[] = [sigmoid, logisticPdf, tanh, silu] as never;
const args: readonly Step[] = [
  (x) => x,
  (x) => neg(x) as AnyTensor,
  (x) => mul(2, x) as AnyTensor,
  (x) => mul(-2, x) as AnyTensor,
  (x) => add(x, 1) as AnyTensor,
];
/** A function of one of these arguments of x or of another function: in steps. */
const chain = fc
  .tuple(
    fc.constantFrom(...functions, (x: AnyTensor) => x),
    fc.constantFrom(...args),
    fc.constantFrom(...functions),
  )
  .map((steps): readonly Step[] => steps);

const floats = fc
  .tuple(fc.constantFrom("float32" as const, "float64" as const), fc.integer({ min: 1, max: 1100 }))
  .chain(([dtype, length]) => tensorsIn([length], { favour: edges }, { dtype }));

describe("functions that have parts in common", () => {
  test("give the bits in one loop that they give step by step", () => {
    fc.assert(
      fc.property(fc.array(chain, { minLength: 1, maxLength: 5 }), floats, (chains, x) => {
        const follow = (steps: readonly Step[], v: AnyTensor): AnyTensor => steps.reduce((y, f) => f(y), v);
        const together = compile((v: AnyTensor) => chains.map((steps) => follow(steps, v)));
        for (const backend of backends) {
          setBackend(backend);
          const results = together(x);
          evaluate(...results);
          chains.forEach((steps, i) => {
            let alone = x;
            for (const f of steps) {
              alone = f(alone);
              evaluate(alone);
            }
            expect(results[i].toTypedArray()).toEqual(alone.toTypedArray());
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});
