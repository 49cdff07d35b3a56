import { type Backend, referenceBackend } from "@adjoint/tensor";
import { WasmBackend } from "@adjoint/wasm";

/** The backends that the runners of these suites take by name. */
export const backends: Readonly<Record<string, Backend>> = {
  reference: referenceBackend,
  wasm: new WasmBackend(),
};
