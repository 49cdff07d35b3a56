import {
  type AnyTensor,
  cast,
  compile,
  getBackend,
  less,
  mul,
  referenceBackend,
  setBackend,
  sum,
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
