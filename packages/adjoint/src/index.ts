import "@adjoint/ops/methods";

export * from "@adjoint/data";
export * from "@adjoint/io";
export * from "@adjoint/nn";
export * from "@adjoint/ops";
export * from "@adjoint/optim";
export * from "@adjoint/tensor";
