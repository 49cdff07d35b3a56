import {
  type AnyTensor,
  compile,
  evaluate,
  getBackend,
  matmul,
  reshape,
  setBackend,
  take,
  tensor,
  vjp,
} from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startedBackend } from "./workers.ts";

const edges = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38, 1e-45, -0, 0];
const single = (["relaxed", "plain", "none"] as const).map((simd) => new WasmBackend({ simd, threads: 1 }));
let threaded: WasmBackend[] = [];
const before = getBackend();
beforeAll(async () => {
  threaded = await Promise.all([2, 3].map((threads) => startedBackend(threads)));
});
afterAll(() => {
  setBackend(before);
  for (const { machinery } of threaded) machinery.threads.stop();
});

/** Samples, which of them make a batch, and the weights of two layers that see it. */
const batches = fc
  .record({
    samples: fc.integer({ min: 1, max: 30 }),
    features: fc.integer({ min: 1, max: 40 }),
    size: fc.integer({ min: 1, max: 70 }),
    units: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70 })),
    dtype: fc.constantFrom("float32" as const, "float64" as const),
    indexType: fc.constantFrom("uint8" as const, "int32" as const),
  })
  .chain(({ samples, features, size, units, dtype, indexType }) =>
    fc.record({
      images: tensorsIn([samples, 1, features], { favour: edges }, { dtype }),
      rows: fc
        .array(fc.nat(samples - 1), { minLength: size, maxLength: size })
        .map((list) => tensor(list, { dtype: indexType }) as AnyTensor),
      weights: fc.tuple(
        tensorsIn([features, units[0]], {}, { dtype }),
        tensorsIn([features, units[1]], {}, { dtype }),
      ),
    }),
  );

describe("products of chosen rows", () => {
  test("and their gradients have the bits of products of a copy, on every target and number of threads", () => {
    fc.assert(
      fc.property(batches, ({ images, rows, weights }) => {
        const layers = (batch: AnyTensor, w: readonly AnyTensor[]): AnyTensor[] => {
          const x = reshape(batch, [rows.size, -1]) as AnyTensor;
          return w.flatMap((one) => {
            const [y, pullback] = vjp((v: AnyTensor) => matmul(x, v) as AnyTensor, one);
            return [y, ...pullback(y)];
          });
        };
        const together = compile((x: AnyTensor, chosen: AnyTensor, w: readonly AnyTensor[]) =>
          layers(take(x, chosen) as AnyTensor, w),
        );
        const ofCopy = compile(layers);
        for (const backend of [...single, ...threaded]) {
          setBackend(backend);
          const copy = take(images, rows) as AnyTensor;
          evaluate(copy);
          const expected = ofCopy(copy, weights);
          together(images, rows, weights).forEach((one, i) => {
            expect(one.toTypedArray()).toEqual(expected[i].toTypedArray());
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});
