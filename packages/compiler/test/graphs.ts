import {
  type AnyTensor,
  type DType,
  referenceBackend,
  type Shape,
  Storage,
  Tensor,
  type TypedArray,
} from "@adjoint/tensor";
import { leaves } from "@adjoint/tensor/engine";
import { compileGraph, type LoopKernel, type LoopProgram } from "../src/index.ts";

/** Something that a program is given. */
export function input(shape: Shape, dtype: DType = "float32"): AnyTensor {
  return new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype) as AnyTensor;
}

/** What the reference interpreter computes. */
export function interpreted(
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  values: readonly TypedArray[],
): TypedArray[] {
  const program = referenceBackend.prepare({ inputs, outputs });
  return program.run(values.map(Storage.of)).map((storage) => storage.values);
}

/** The program of a graph, where elementwise composites with a definition are computed in one go. */
export function programOf(
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  replaces?: readonly (number | undefined)[],
): LoopProgram {
  const graph = replaces === undefined ? { inputs, outputs } : { inputs, outputs, replaces };
  return compileGraph(graph, { isNative: ({ op }) => op.scalar !== undefined });
}

/** The loops of a program. */
export function loopsOf({ kernels }: LoopProgram): LoopKernel[] {
  return kernels.filter((kernel) => kernel.kind === "loop");
}

/** The names of the ops that a loop applies, in order. */
export function opNames({ nodes }: LoopKernel): string[] {
  return nodes.flatMap((node) => (node.kind === "apply" || node.kind === "reduce" ? [node.op.name] : []));
}
