import { categoricalCrossentropy, sparseCategoricalCrossentropy } from "@adjoint/nn";
import { logSoftmax, logsumexp, oneHot, softmax } from "@adjoint/ops";
import {
  type AnyTensor,
  type Backend,
  compile,
  getBackend,
  mul,
  referenceBackend,
  reshape,
  setBackend,
  sum,
  type TypedArray,
  tensor,
  valueAndGrad,
} from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startedBackend } from "./workers.ts";

type Loss = (x: AnyTensor, labels: AnyTensor) => unknown;

/** A sum with weights, so that no gradient is 0 for all. */
function weighted(y: unknown): unknown {
  const { shape, size } = y as AnyTensor;
  const weights = tensor(Float32Array.from({ length: size }, (_, i) => ((i * 7) % 5) - 1.5));
  return sum(mul(y as AnyTensor, reshape(weights as AnyTensor, shape) as AnyTensor) as AnyTensor);
}

const losses: Readonly<Record<string, Loss>> = {
  softmax: (x) => weighted(softmax(x)),
  logSoftmax: (x) => weighted(logSoftmax(x)),
  logsumexp: (x) => weighted(logsumexp(x, { axis: -1 })),
  sparseCategoricalCrossentropy: (x, labels) => sparseCategoricalCrossentropy(x, labels as never),
  categoricalCrossentropy: (x, labels) =>
    categoricalCrossentropy(x, oneHot(labels, x.shape[x.rank - 1]) as never),
};

/** Rows of a few elements, on their axis or on two, and a label for each. */
const batches = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 2 }),
    fc.integer({ min: 2, max: 24 }),
  )
  .chain(([rows, length]) => {
    const count = rows.reduce((product, extent) => product * extent, 1);
    return fc.record({
      x: tensorsIn([...rows, length], { min: -9, max: 9 }, { dtype: "float32" }),
      labels: fc
        .array(fc.nat(length - 1), { minLength: count, maxLength: count })
        .map((list) => reshape(tensor(Int32Array.from(list)) as AnyTensor, rows) as AnyTensor),
    });
  });

const before = getBackend();
let threaded: WasmBackend[] = [];
const single = (["relaxed", "plain", "none"] as const).map((simd) => new WasmBackend({ simd, threads: 1 }));

beforeAll(async () => {
  threaded = await Promise.all([1, 2, 3].map(startedBackend));
});
afterAll(() => {
  setBackend(before);
  for (const { machinery } of threaded) machinery.threads.stop();
});

describe.each(Object.entries(losses))("%s of short rows, with its gradient,", (_, loss) => {
  const compiled = compile(valueAndGrad(loss as (x: AnyTensor, labels: AnyTensor) => never)) as unknown as (
    x: AnyTensor,
    labels: AnyTensor,
  ) => readonly [AnyTensor, AnyTensor];
  const on = (backend: Backend, x: AnyTensor, labels: AnyTensor): TypedArray[] => {
    setBackend(backend);
    return compiled(x, labels).map((one) => one.toTypedArray());
  };

  test("is the reference's on every target", () => {
    fc.assert(
      fc.property(batches, ({ x, labels }) => {
        const [[value], gradient] = on(referenceBackend, x, labels);
        for (const backend of single) {
          const [[actual], slopes] = on(backend, x, labels);
          // Logarithms up to 22 and weights up to 2½ are added up, each with some ulps' error.
          expect(Math.abs(actual - value)).toBeLessThanOrEqual(2 ** -24 * 8 * 22 * 2.5 * x.size);
          slopes.forEach((slope, i) => {
            expect(Math.abs(slope - gradient[i])).toBeLessThanOrEqual(2 ** -24 * 8 * 2.5 * 24);
          });
        }
      }),
      { numRuns: 40 },
    );
  });
  test("has the same bits for every number of threads", () => {
    fc.assert(
      fc.property(batches, ({ x, labels }) => {
        const [one, ...others] = threaded.map((backend) => on(backend, x, labels));
        for (const other of others) expect(other).toEqual(one);
      }),
      { numRuns: 40 },
    );
  });
});
