import { type AnyTensor, compile, getBackend, mul, referenceBackend, setBackend, sum } from "@adjoint/tensor";
import { tensorsIn } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { expect, test } from "vitest";

const edges = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e308, -1e308, 1.5, -0];

test("sums of one float64 loop are each what it is alone, where others overflow or are not finite", () => {
  const before = getBackend();
  const wasm = new WasmBackend({ threads: 1 });
  const rows = tensorsIn([4, 6], { favour: edges }, { dtype: "float64" });
  const sums = compile((x: AnyTensor, y: AnyTensor) =>
    [x, y, mul(x, 0.5), mul(x, y)].map((one) => sum(one, { axis: 1 })),
  );
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
  } finally {
    setBackend(before);
  }
});
