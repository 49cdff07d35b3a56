import {
  type AnyTensor,
  cast,
  compile,
  getBackend,
  less,
  max,
  mul,
  referenceBackend,
  setBackend,
  sum,
  tensor,
} from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { expect, test } from "vitest";

const edges = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e308, -1e308, 1.5, -0];

test("sums of one float64 loop are each what it is alone, where others overflow or are not finite", () => {
  const before = getBackend();
  const wasm = new WasmBackend({ threads: 1 });
  const rows = tensorsIn([4, 6], { favour: edges }, { dtype: "float64" });
  // All are sums of what is made of the products, so that they are one loop.
  const sums = compile((x: AnyTensor, y: AnyTensor) => {
    const products = mul(x, y) as AnyTensor;
    const small = cast(less(products, 1), "float64");
    return [products, small, mul(small, 0.3), mul(products, 0.5)].map((one) => sum(one, { axis: 1 }));
  });
  try {
    fc.assert(
      fc.property(rows, rows, (x, y) => {
        const [actual, expected] = [wasm, referenceBackend].map((backend) => {
          setBackend(backend);
          return sums(x, y).map((one) => one.toTypedArray());
        });
        expect(actual).toEqual(expected);
      }),
    );
    expect(sums.programs[0].match(/loop/g)).toHaveLength(1);
  } finally {
    setBackend(before);
  }
});

test.each([
  ["float32", 3e38],
  ["float32", 1e8],
  ["float64", 1.5e308],
] as const)("a long sum of %s in which ±%d cancel is that of the small ones between them", (dtype, large) => {
  const before = getBackend();
  const size = 40_000;
  const small = (i: number): number => (large < 1e10 && i % 96 === 0 ? 8 : 0);
  const x = tensor(
    Array.from({ length: size }, (_, i) => (i < size / 2 ? large : -large) + small(i)),
    { dtype },
  );
  const total = compile((y: typeof x) => sum(y));
  try {
    for (const simd of ["relaxed", "none"] as const) {
      setBackend(new WasmBackend({ simd, threads: 1 }));
      expect(total(x).item()).toBe(large < 1e10 ? 8 * Math.ceil(size / 96) : 0);
    }
  } finally {
    setBackend(before);
  }
});

test.each(["float32", "float64", "int32", "uint8"] as const)(
  "the number of bools that hold, as %s, is exact along any axis",
  (dtype) => {
    const before = getBackend();
    const count = compile((x: AnyTensor) => {
      const holds = cast(less(x, 0), dtype) as AnyTensor;
      return [sum(holds, { axis: 0 }), sum(holds, { axis: 1 }), sum(holds)];
    });
    const backends = (["relaxed", "plain", "none"] as const).map(
      (simd) => new WasmBackend({ simd, threads: 1 }),
    );
    const shapes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }));
    try {
      fc.assert(
        fc.property(
          shapes.chain(([rows, columns]) => tensorsIn([rows, columns], {}, { dtype: "float32" })),
          (x) => {
            setBackend(referenceBackend);
            const expected = count(x).map((one) => one.toTypedArray());
            for (const backend of backends) {
              setBackend(backend);
              expect(count(x).map((one) => one.toTypedArray())).toEqual(expected);
            }
          },
        ),
        { numRuns: 50 },
      );
      // So long that it is counted in parts.
      const long = tensor(Float32Array.from({ length: 65_536 }, (_, i) => (i % 3) - 1));
      for (const backend of backends) {
        setBackend(backend);
        const total = compile((x: AnyTensor) => sum(cast(less(x, 0), dtype) as AnyTensor));
        expect(total(long as AnyTensor).item()).toBe(21_846);
      }
    } finally {
      setBackend(before);
    }
  },
);

test("a sum or maximum over axes of extent 1 is that of one element, and does not divide a loop", () => {
  const before = getBackend();
  const wasm = new WasmBackend({ threads: 1 });
  const rows = tensorsIn([4, 1, 3], { favour: [-0, ...edges] }, { dtype: "float64" });
  const options = { axis: 1, keepDims: true } as const;
  const every = compile((x: AnyTensor) => {
    const product = mul(x, -1) as AnyTensor;
    const sums = sum(product, options) as AnyTensor;
    const total = sum(mul(sums, sums), { axis: 2 });
    return [
      sums,
      max(product, options),
      sum(product, { axis: 1 }),
      total,
      sum(sum(x, options), { axis: [0, 1, 2] }),
    ];
  });
  try {
    fc.assert(
      fc.property(rows, (x) => {
        const [actual, expected] = [wasm, referenceBackend].map((backend) => {
          setBackend(backend);
          return every(x).map((one) => one.toTypedArray());
        });
        expect(actual).toEqual(expected);
      }),
    );
    expect(every.programs[0].match(/loop/g)).toHaveLength(2);
  } finally {
    setBackend(before);
  }
});
