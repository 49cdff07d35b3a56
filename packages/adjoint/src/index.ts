import "@adjoint/ops/methods";
import { stabilisingRules } from "@adjoint/ops";
import { installRules, setBackend } from "@adjoint/tensor";
import { defaultBackend } from "@adjoint/wasm";

export * from "@adjoint/data";
export * from "@adjoint/io";
export * from "@adjoint/nn";
export * from "@adjoint/ops";
export * from "@adjoint/optim";
export * from "@adjoint/tensor";
export * from "@adjoint/wasm";

export { precision } from "./precision.ts";

installRules(stabilisingRules);
if (defaultBackend.isAvailable) setBackend(defaultBackend);
