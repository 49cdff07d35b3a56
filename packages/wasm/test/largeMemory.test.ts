import { maxPool2d } from "@adjoint/ops";
import {
  type AnyTensor,
  argsort,
  compile,
  getBackend,
  grad,
  IndexError,
  referenceBackend,
  setBackend,
  sum,
  type Tensor,
  type TypedArray,
  take,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { afterEach, describe, expect, test } from "vitest";
import { WasmBackend } from "../src/index.ts";

/** Where an address is no longer a positive int32. */
const half = 2 ** 31;

/** A backend whose memory is used up to about `left` bytes before the half: untouched, it takes none of the machine's. */
function fullBackend(left: number): WasmBackend {
  const backend = new WasmBackend({ threads: 1 });
  const { memory } = backend.machinery;
  memory.begin();
  for (;;) {
    const { address } = memory.newRegion("uint8", 0);
    const bytes = half - left - address;
    if (bytes < 2048) return backend;
    memory.newRegion("uint8", 2 ** Math.floor(Math.log2(bytes)) - 16);
  }
}

const before = getBackend();
afterEach(() => setBackend(before));

function valuesOn(backend: Parameters<typeof setBackend>[0], run: () => AnyTensor): TypedArray {
  setBackend(backend);
  return run().toTypedArray();
}

describe("beyond two gibibytes", () => {
  test("ops run in JavaScript", () => {
    const x = tensor(Array.from({ length: 1000 }, (_, i) => (i * 619) % 1000));
    const run = compile(() => argsort(x) as AnyTensor);
    expect(valuesOn(fullBackend(0), run)).toEqual(valuesOn(referenceBackend, run));
  });

  test("indices that begin before are all checked", () => {
    const indices = tensor([...new Array<number>(3999).fill(0), 7], { dtype: "int32" });
    setBackend(fullBackend(4000));
    const run = compile((at: typeof indices) => take(zeros([7]), at));
    expect(() => run(indices)).toThrow(
      new IndexError("take", "index 7 is out of range for axis 0 of dimension 7"),
    );
  });

  test("what is in no window has gradient 0 where it begins before", () => {
    const pooled = (x: AnyTensor): Tensor<[]> => sum(maxPool2d(x, { kernelSize: [64, 1] } as never)) as never;
    const x = zeros([1, 1, 127, 33]) as AnyTensor;
    const run = compile(grad(pooled));
    const backend = fullBackend(30_900);
    setBackend(backend);
    // Other numbers lie where the result will be, behind the images.
    const { memory } = backend.machinery;
    const regions = [0, 1].map(() => memory.newRegion("float32", x.size));
    expect(regions[1].address + 8448).toBeLessThan(half);
    expect(regions[1].address + 4 * x.size).toBeGreaterThan(half);
    for (const region of regions.reverse()) {
      memory.view(region.address, "float32", region.size).fill(5);
      memory.free(region);
    }
    expect(valuesOn(backend, () => run(x) as AnyTensor)).toEqual(
      valuesOn(referenceBackend, () => run(x) as AnyTensor),
    );
  });
});
