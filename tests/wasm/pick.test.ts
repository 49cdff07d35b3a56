import { flip, logSoftmax } from "@adjoint/ops";
import {
  type AnyTensor,
  arange,
  compile,
  equal,
  getBackend,
  neg,
  Parameter,
  referenceBackend,
  reshape,
  setBackend,
  slice,
  sub,
  sum,
  tensor,
  where,
} from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

const before = getBackend();
afterEach(() => setBackend(before));

const edges = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38, -0, 0];
const backends = (["relaxed", "plain", "none"] as const).map((simd) => new WasmBackend({ simd, threads: 1 }));

const placesOf = (places: readonly number[]): AnyTensor => tensor(Int32Array.from(places)) as AnyTensor;

/** Rows with a place in each, which may be outside of the row. */
const rows = fc
  .record({ count: fc.integer({ min: 1, max: 9 }), length: fc.integer({ min: 2, max: 40 }) })
  .chain(({ count, length }) =>
    fc.record({
      x: fc
        .constantFrom("float32" as const, "float64" as const)
        .chain((dtype) => tensorsIn([count, length], { favour: edges }, { dtype })),
      places: fc.array(fc.integer({ min: -2, max: length + 1 }), { minLength: count, maxLength: count }),
    }),
  );

describe("the element of each row at a place", () => {
  test.each([
    [1, "up", 0],
    [0, "up", 0],
    [1, "down", 0],
    [0, "up", 1],
  ] as const)(
    "is what a sum of it and zeros is, to the bit, along axis %d counted %s from %d",
    (axis, way, from) => {
      const at = (x: AnyTensor, places: AnyTensor): AnyTensor => {
        const count = arange(x.shape[axis] + from);
        const counted: AnyTensor = way === "up" ? slice(count, [from]) : flip(count);
        const isPlace = equal(
          reshape(places, axis === 1 ? [-1, 1] : [1, -1]),
          reshape(counted, axis === 1 ? [1, -1] : [-1, 1]),
        );
        return sum(where(isPlace, neg(x), 0) as AnyTensor, { axis });
      };
      const picked = compile(at);
      fc.assert(
        fc.property(rows, ({ x, places }) => {
          const turned: AnyTensor = axis === 1 ? x : (x.transpose() as AnyTensor);
          setBackend(referenceBackend);
          const expected = picked(turned, placesOf(places)).toTypedArray();
          for (const backend of backends) {
            setBackend(backend);
            expect(picked(turned, placesOf(places)).toTypedArray()).toEqual(expected);
          }
        }),
        { numRuns: 60 },
      );
    },
  );
  test("needs the rest of the row where its value does", () => {
    const picked = compile((x: AnyTensor, places: AnyTensor) => {
      const isPlace = equal(reshape(places, [-1, 1]), arange(x.shape[1]));
      return sum(where(isPlace, logSoftmax(x), 0) as AnyTensor, { axis: 1 });
    });
    const x = tensor(
      Array.from({ length: 3 * 7 }, (_, i) => Math.sin(i) * 50),
      [3, 7],
    );
    setBackend(referenceBackend);
    const expected = picked(x as AnyTensor, placesOf([6, -1, 2])).toArray() as number[];
    for (const backend of backends) {
      setBackend(backend);
      const actual = picked(x as AnyTensor, placesOf([6, -1, 2])).toArray() as number[];
      actual.forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(4 * 2 ** -24 * Math.abs(expected[i]));
      });
    }
  });
  test("is read before the row is written over", () => {
    for (const backend of backends) {
      setBackend(backend);
      const weights = new Parameter(
        tensor(
          Array.from({ length: 6 * 10 }, (_, i) => i),
          [6, 10],
        ),
      );
      const step = compile((places: AnyTensor) => {
        const isPlace = equal(reshape(places, [6, 1]), arange(10));
        const at = sum(where(isPlace, weights, 0) as AnyTensor, { axis: 1, keepDims: true });
        weights.assign(sub(weights, at) as never);
        return sum(weights as AnyTensor);
      });
      step(placesOf([0, 9, 3, 4, 5, 8])).item();
      const expected = [0, 9, 3, 4, 5, 8].map((place) => Array.from({ length: 10 }, (_, j) => j - place));
      expect(weights.toArray()).toEqual(expected);
    }
  });
});
