import type { LoopProgram, Operand, OpKernel } from "@adjoint/compiler";
import { type Op, primitives, type Shape, sizeOf, type Values } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import type { FunctionBuilder } from "../ir/index.ts";
import { type CheckSpec, checkIndexKernel } from "../kernels/checkIndex.ts";
import {
  type MatmulSpec,
  matmulFlops,
  matmulKernel,
  matmulScratchBytes,
  matmulUnits,
} from "../kernels/matmul/matmul.ts";
import { type TakeSpec, takeKernel } from "../kernels/take.ts";
import { emitLoop, loopSpec } from "../loop/emitLoop.ts";
import type { CallHost } from "../loop/machine.ts";
import type { Target } from "../target.ts";

/** Part of a buffer that a kernel is given the address of. */
export interface Pointer {
  readonly buffer: number;
  /** Bytes from the buffer's start. */
  readonly offset: number;
}

/** One call of a program. */
export type Step =
  | {
      readonly kind: "kernel";
      readonly key: string;
      readonly write: (callHost: CallHost) => FunctionBuilder;
      readonly pointers: readonly Pointer[];
      readonly units: number;
      readonly unitStep: number;
      readonly scratchBytes: number;
      /** Roughly how many instructions it takes, all units together. */
      readonly cost: number;
      /** Workers cannot run it. */
      readonly isSerial: boolean;
      /** The program's kernel that it is made of. */
      readonly kernel: number;
    }
  | {
      /** Gives 1 when data is out of range: the program ends. */
      readonly kind: "check";
      readonly key: string;
      readonly write: () => FunctionBuilder;
      readonly pointers: readonly Pointer[];
      readonly kernel: number;
    }
  /** The op's own reference, run in JavaScript over the memory. */
  | { readonly kind: "host"; readonly kernel: number; readonly units: number };

/** The calls that a program is made of. */
export function stepsOf(program: LoopProgram, target: Target): Step[] {
  return program.kernels.flatMap((kernel, index): Step[] => {
    if (kernel.kind === "op") return opSteps(kernel, index, target);
    const spec = loopSpec(kernel, program.buffers, target);
    return [
      {
        kind: "kernel",
        key: spec.key,
        write: (callHost) => emitLoop(spec, target, callHost),
        pointers: spec.buffers.map((buffer) => ({ buffer, offset: 0 })),
        units: spec.units,
        unitStep: spec.unitStep,
        scratchBytes: spec.scratchBytes,
        cost: spec.cost,
        isSerial: spec.usesHost,
        kernel: index,
      },
    ];
  });
}

type OpSteps = (kernel: OpKernel, index: number, target: Target) => Step[] | undefined;

const opRules: ReadonlyMap<Op, OpSteps> = new Map<Op, OpSteps>([
  [primitives.matmul, matmulSteps],
  [primitives.take, takeSteps],
  [primitives.checkIndex, checkSteps],
]);

function opSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const isEmpty = kernel.output !== undefined && sizeOf(kernel.output.shape) === 0;
  if (isEmpty) return [];
  return opRules.get(kernel.op)?.(kernel, index, target) ?? [{ kind: "host", kernel: index, units: 1 }];
}

function pointerTo({ buffer, offset, dtype }: Operand, elements = 0): Pointer {
  return { buffer, offset: (offset + elements) * bytesPerElement(dtype) };
}

/** Elements from one product of a batch to the next, if that is one number: the operand's leading axes are the batch's, or all 1. */
function batchStride(operand: Shape, batch: Shape): number | undefined {
  const leading = operand.slice(0, -2);
  const size = sizeOf(operand.slice(-2));
  if (sizeOf(leading) === 1) return 0;
  return sizeOf(leading) === sizeOf(batch) ? size : undefined;
}

function matmulSteps(kernel: OpKernel, index: number, target: Target): Step[] | undefined {
  const [a, b] = kernel.inputs;
  const output = kernel.output as Operand;
  if (output.dtype === "uint8" || output.dtype === "bool") return undefined;
  const { transposeA, transposeB } = kernel.attributes as { transposeA: boolean; transposeB: boolean };
  const batchShape = output.shape.slice(0, -2);
  const [m, n] = output.shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const [strideA, strideB] = [batchStride(a.shape, batchShape), batchStride(b.shape, batchShape)];
  if (strideA === undefined || strideB === undefined) return undefined;
  const batch = sizeOf(batchShape);
  const spec: MatmulSpec = { m, k, n, transposeA, transposeB, dtype: output.dtype, batch, strideA, strideB };
  return [
    {
      kind: "kernel",
      key: `matmul ${m} ${k} ${n} ${transposeA} ${transposeB} ${output.dtype} ${batch} ${strideA} ${strideB}`,
      write: () => matmulKernel(spec, target),
      pointers: [pointerTo(a), pointerTo(b), pointerTo(output)],
      units: matmulUnits(spec, target),
      unitStep: 1,
      scratchBytes: matmulScratchBytes(spec, target),
      cost: matmulFlops(spec) / 8,
      isSerial: false,
      kernel: index,
    },
  ];
}

function takeSteps(kernel: OpKernel, index: number): Step[] {
  const [values, indices] = kernel.inputs;
  const output = kernel.output as Operand;
  const axis = kernel.attributes.axis as number;
  const spec: TakeSpec = {
    outer: sizeOf(values.shape.slice(0, axis)),
    rows: values.shape[axis],
    count: sizeOf(indices.shape),
    bytes: sizeOf(values.shape.slice(axis + 1)) * bytesPerElement(values.dtype),
    indexBytes: indices.dtype === "uint8" ? 1 : 4,
  };
  const units = spec.outer * spec.count;
  return [
    {
      kind: "kernel",
      key: `take ${spec.rows} ${spec.count} ${spec.bytes} ${spec.indexBytes}`,
      write: () => takeKernel(spec),
      pointers: [pointerTo(values), pointerTo(indices), pointerTo(output)],
      units,
      unitStep: 1,
      scratchBytes: 0,
      cost: units * (4 + spec.bytes / 16),
      isSerial: false,
      kernel: index,
    },
  ];
}

function checkSteps(kernel: OpKernel, index: number): Step[] {
  const [indices] = kernel.inputs;
  const { below, except } = kernel.attributes as { below: number; except: number | undefined };
  const spec: CheckSpec = {
    count: sizeOf(indices.shape),
    below,
    except,
    indexBytes: indices.dtype === "uint8" ? 1 : 4,
  };
  if (spec.count === 0) return [];
  return [
    {
      kind: "check",
      key: `check ${spec.count} ${below} ${except} ${spec.indexBytes}`,
      write: () => checkIndexKernel(spec),
      pointers: [pointerTo(indices)],
      kernel: index,
    },
  ];
}

/** An operand as a reference kernel reads it. */
export function valuesAt(
  { shape, dtype, offset }: Operand,
  address: number,
  view: (address: number, dtype: Operand["dtype"], size: number) => Values["values"],
): Values {
  return { shape, dtype, values: view(address + offset * bytesPerElement(dtype), dtype, sizeOf(shape)) };
}
