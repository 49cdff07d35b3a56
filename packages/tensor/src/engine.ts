// What compilers, backends, optimizers and layers need of the engine, beside what users import.
export { substitute } from "./autodiff/closure.ts";
export { literal, node, storageNode } from "./graph/apply.ts";
export { allocate, bytesPerElement } from "./graph/dtype.ts";
export { keepingHistory } from "./graph/history.ts";
export { leaves } from "./graph/op.ts";
export { stridesOf } from "./graph/shape.ts";
export { withInputs } from "./graph/tensor.ts";
export { topologicalOrder } from "./graph/topological.ts";
export { runElementwise } from "./kernels/elementwise.ts";
export { broadcastLayout, type Layout } from "./kernels/strided.ts";
export { compileWithGraphs } from "./runtime/compile.ts";
export { lowerGraph } from "./runtime/lower.ts";
export { recordTrace } from "./runtime/trace.ts";
export { stabiliseBetween } from "./stabilise/pass.ts";
