import "@adjoint/ops/methods";
import { stabilisingRules } from "@adjoint/ops";
import { installRules } from "@adjoint/tensor";

export * from "@adjoint/data";
export * from "@adjoint/io";
export * from "@adjoint/nn";
export * from "@adjoint/ops";
export * from "@adjoint/optim";
export * from "@adjoint/tensor";

export { precision } from "./precision.ts";

installRules(stabilisingRules);
