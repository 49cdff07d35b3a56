import "@adjoint/ops/methods";
import { lossRules } from "@adjoint/nn";
import { stabilisingRules as opRules } from "@adjoint/ops";
import { installRules, type Rule, setBackend } from "@adjoint/tensor";
import { defaultBackend } from "@adjoint/wasm";

export * from "@adjoint/data";
export * from "@adjoint/io";
export * from "@adjoint/nn";
export * from "@adjoint/ops";
export * from "@adjoint/optim";
export * from "@adjoint/tensor";
export * from "@adjoint/wasm";

export { precision } from "./precision.ts";

/** The rules of the stabilising pass that are installed: those of the ops and of the losses. Your own go in front. */
export const stabilisingRules: readonly Rule[] = [...lossRules, ...opRules];

installRules(stabilisingRules);
if (defaultBackend.isAvailable) setBackend(defaultBackend);
