import {
  type AnyTensor,
  checkIndex,
  getBackend,
  referenceBackend,
  setBackend,
  tensor,
} from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";
import { expect, test } from "vitest";

const cases = [0, 6, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 2, 2 ** 40].flatMap((below) =>
  [undefined, -1, 5, 2 ** 32 + 5, 0.5, Number.NaN].map((except) => ({ below, except })),
);

test.for(cases)(
  "WebAssembly checks indices below $below or $except as the reference does",
  ({ below, except }) => {
    const before = getBackend();
    const outcomes = [referenceBackend, new WasmBackend({ threads: 1 })].map((backend) => {
      setBackend(backend);
      return [0, 5, 6, -1, 2 ** 31 - 1, -(2 ** 31)].map((index) => {
        const indices: AnyTensor = tensor([index, 5], { dtype: "int32" });
        try {
          return checkIndex(indices, below, { op: "pick", message: "{value} is out", except }).toArray();
        } catch (error) {
          return String(error);
        }
      });
    });
    setBackend(before);
    expect(outcomes[1]).toEqual(outcomes[0]);
  },
);
