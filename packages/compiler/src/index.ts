export { type CompilerOptions, compileGraph } from "./compile.ts";
export { paddedBytes } from "./memory.ts";
export { type Cost, costOf, kernelTitle, printProgram } from "./print.ts";
export {
  type Access,
  type Buffer,
  countOf,
  type Extent,
  type Kernel,
  type LoopKernel,
  type LoopNode,
  type LoopProgram,
  type Operand,
  type OpKernel,
  operandsRead,
  type Place,
  type Result,
} from "./program.ts";
export { simplify } from "./simplify.ts";
