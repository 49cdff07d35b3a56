import type { AnyTensor, TypedArray } from "@adjoint/tensor";
import { Storage } from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";

/** A backend whose threads are all there. By default everything that can be divided is, however small. */
export async function startedBackend(threads: number, dividedCost: number = 0): Promise<WasmBackend> {
  const backend = new WasmBackend({ threads, costs: { dividedCost, startCost: 0 } });
  const { threads: pool } = backend.machinery;
  while (pool.available(1) < threads) await new Promise((resolve) => setImmediate(resolve));
  return backend;
}

/** What a backend gives for a node of given leaves. */
export function valuesOn(backend: WasmBackend, output: AnyTensor): TypedArray {
  const seen = new Set([output.current()]);
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  const inputs = [...seen].filter(({ op, inputs: from }) => op.name === "data" && from.length === 0);
  const program = backend.prepare({ inputs, outputs: [output.current()] });
  return program.run(inputs.map((input) => Storage.of(input.toTypedArray())))[0].values;
}
