import { type Operand, type OpKernel, operandsRead, paddedBytes } from "@adjoint/compiler";
import { maxPool2dGradientOp } from "@adjoint/ops";
import { type Op, primitives, type Shape, sizeOf } from "@adjoint/tensor";
import { bytesPerElement, stridesOf } from "@adjoint/tensor/engine";
import { type ArgmaxSpec, argmaxKernel, argmaxUnits } from "../kernels/argmax.ts";
import { checkFiniteKernel } from "../kernels/checkFinite.ts";
import { type CheckSpec, checkIndexKernel } from "../kernels/checkIndex.ts";
import { type CumsumSpec, cumsumKernel, cumsumUnits } from "../kernels/cumsum.ts";
import type { IndexBytes } from "../kernels/indices.ts";
import { type MatmulSpec, matmulFlops, matmulKernel, readsChosenRows } from "../kernels/matmul/matmul.ts";
import { addPartsKernel, addPartsUnits, type PartsSpec, partSpec, partsOf } from "../kernels/matmul/parts.ts";
import { maxPoolGradientKernel } from "../kernels/maxPoolGradient.ts";
import { type RandomBitsSpec, randomBitsKernel, randomBitsUnits } from "../kernels/randomBits.ts";
import { type ScatterAddSpec, scatterAddKernel, scatterAddScratchBytes } from "../kernels/scatterAdd.ts";
import {
  isSumPatchesKernel,
  type SumPatchesSpec,
  sumPatchesKernel,
  sumPatchesUnits,
} from "../kernels/sumPatches.ts";
import { type TakeSpec, takeKernel, takeScratchBytes } from "../kernels/take.ts";
import type { Target } from "../target.ts";
import type { Pointer, Step } from "./step.ts";

type OpSteps = (kernel: OpKernel, index: number, target: Target) => Step[] | undefined;

const opRules: ReadonlyMap<Op, OpSteps> = new Map<Op, OpSteps>([
  [primitives.matmul, matmulSteps],
  [primitives.take, takeSteps],
  [primitives.checkFinite, finiteSteps],
  [primitives.checkIndex, checkSteps],
  [primitives.sumPatches, sumPatchesSteps],
  [primitives.argmax, argmaxSteps],
  [primitives.cumsum, cumsumSteps],
  [primitives.scatterAdd, scatterAddSteps],
  [primitives.randomBits, randomBitsSteps],
  [maxPool2dGradientOp, maxPoolGradientSteps],
]);

/** The calls that compute an op that is no loop. */
export function opSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const isEmpty = kernel.output !== undefined && sizeOf(kernel.output.shape) === 0;
  if (isEmpty) return [];
  return opRules.get(kernel.op)?.(kernel, index, target) ?? [{ kind: "host", kernel: index, units: 1 }];
}

function pointerTo({ buffer, offset, dtype }: Operand, elements = 0): Pointer {
  return { buffer, offset: (offset + elements) * bytesPerElement(dtype) };
}

/** A batch that a kernel takes at once, and where the operands of each such batch begin. */
interface Batches {
  readonly count: number;
  /** Elements from one product of the batch to the next one; 0: the same for all. */
  readonly strides: readonly number[];
  /** Elements before each batch's first product. */
  readonly starts: readonly (readonly number[])[];
}

/**
 * Divides a batch of products into batches in which each operand goes on by the same step, or not at all: as many of the last axes as
 * allow it, once for each place along the others.
 */
function batchesOf(operands: readonly Shape[], batch: Shape): Batches {
  const leading = operands.map((shape) => [
    ...new Array<number>(batch.length + 2 - shape.length).fill(1),
    ...shape.slice(0, -2),
  ]);
  const sizes = operands.map((shape) => sizeOf(shape.slice(-2)));
  const isRegular = (axis: number): boolean =>
    leading.every((shape) => {
      const count = sizeOf(shape.slice(axis));
      return count === 1 || count === sizeOf(batch.slice(axis));
    });
  let first = batch.length;
  while (first > 0 && isRegular(first - 1)) first--;
  const steps = leading.map((shape, i) => stridesOf(shape).map((stride) => stride * sizes[i]));
  let starts: number[][] = [operands.map(() => 0)];
  for (let axis = 0; axis < first; axis++) {
    starts = starts.flatMap((start) =>
      Array.from({ length: batch[axis] }, (_, at) =>
        start.map((from, i) => (leading[i][axis] === 1 ? from : from + at * steps[i][axis])),
      ),
    );
  }
  const strides = leading.map((shape, i) => (sizeOf(shape.slice(first)) === 1 ? 0 : sizes[i]));
  return { count: sizeOf(batch.slice(first)), strides, starts };
}

/** Calls beyond which a program is too long. */
const mostBatches = 1024;

/** The products of a kernel: equal ones that stand in a row, and where each such batch begins. */
function productsOf({ inputs: [a, b], output, attributes }: OpKernel): {
  spec: MatmulSpec;
  starts: Batches["starts"];
} {
  const { shape, dtype } = output as Operand;
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
  const [m, n] = shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const { count: batch, strides, starts } = batchesOf([a.shape, b.shape], shape.slice(0, -2));
  const [strideA, strideB] = strides;
  const spec: MatmulSpec = {
    m,
    k,
    n,
    transposeA,
    transposeB,
    dtype: dtype as MatmulSpec["dtype"],
    batch,
    strideA,
    strideB,
    indexBytes: a.rows && indexBytesOf(a.rows),
  };
  return { spec, starts };
}

function hasKernel({ dtype }: Operand): boolean {
  return dtype !== "uint8" && dtype !== "bool";
}

function indexBytesOf({ dtype }: Operand): IndexBytes {
  return dtype === "uint8" ? 1 : 4;
}

function matmulSteps(kernel: OpKernel, index: number, target: Target): Step[] | undefined {
  const [a, b] = kernel.inputs;
  const output = kernel.output as Operand;
  if (!hasKernel(output)) return undefined;
  const { spec, starts } = productsOf(kernel);
  if (starts.length > mostBatches) return undefined;
  const { m, n, batch } = spec;
  const parts = starts.length === 1 ? partsOf(spec) : 1;
  if (parts > 1) return partSteps(kernel, index, spec, parts, target);
  const call = matmulCall(spec, target);
  const rows = a.rows === undefined ? [] : [pointerTo(a.rows)];
  return starts.map(([fromA, fromB], i) => ({
    ...call,
    kernel: index,
    pointers: [pointerTo(a, fromA), ...rows, pointerTo(b, fromB), pointerTo(output, i * batch * m * n)],
  }));
}

type KernelStep = Step & { kind: "kernel" };

function matmulCall(spec: MatmulSpec, target: Target): Omit<KernelStep, "pointers" | "kernel"> {
  const { units, scratchBytes, write } = matmulKernel(spec, target);
  return {
    kind: "kernel",
    key: `matmul ${Object.values(spec).join(" ")}`,
    write,
    units,
    unitStep: 1,
    scratchBytes,
    cost: matmulFlops(spec) / 8,
    isSerial: false,
  };
}

/** A product in parts of k, and the sum of the parts. */
function partSteps(
  kernel: OpKernel,
  index: number,
  spec: MatmulSpec,
  parts: number,
  target: Target,
): KernelStep[] {
  const sum: PartsSpec = { count: spec.m * spec.n, parts, dtype: spec.dtype };
  const shared = { buffer: "shared", offset: 0 } as const;
  const sharedBytes = paddedBytes(sum.count * parts * bytesPerElement(spec.dtype));
  return [
    {
      ...matmulCall(partSpec(spec, parts), target),
      sharedBytes,
      pointers: [...operandsRead(kernel).map((operand) => pointerTo(operand)), shared],
      kernel: index,
    },
    {
      kind: "kernel",
      key: `addParts ${Object.values(sum).join(" ")}`,
      write: () => addPartsKernel(sum, target),
      pointers: [shared, pointerTo(kernel.output as Operand)],
      units: addPartsUnits(sum, target),
      unitStep: 1,
      scratchBytes: 0,
      sharedBytes,
      cost: (sum.count * parts) / 4,
      isSerial: false,
      kernel: index,
    },
  ];
}

/** Can products read the rows of their first operand where they are, and should they? */
export function readsRows(kernel: OpKernel, input: number): boolean {
  return (
    kernel.op === primitives.matmul &&
    input === 0 &&
    hasKernel(kernel.output as Operand) &&
    readsChosenRows(productsOf(kernel).spec)
  );
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
    indexBytes: indexBytesOf(indices),
  };
  const units = spec.outer * spec.count;
  return [
    {
      kind: "kernel",
      key: `take ${spec.outer} ${spec.rows} ${spec.count} ${spec.bytes} ${spec.indexBytes}`,
      write: () => takeKernel(spec),
      pointers: [pointerTo(values), pointerTo(indices), pointerTo(output)],
      units,
      unitStep: 1,
      scratchBytes: takeScratchBytes(spec),
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
    // As words of 32 bits: no index is above these, or is what no such word is.
    below: Math.min(below, 2 ** 31) | 0,
    except: except === undefined || (except | 0) !== except ? undefined : except,
    indexBytes: indexBytesOf(indices),
  };
  if (spec.count === 0) return [];
  return [
    {
      kind: "check",
      key: `check ${spec.count} ${spec.below} ${spec.except} ${spec.indexBytes}`,
      write: () => checkIndexKernel(spec),
      pointers: [pointerTo(indices)],
      kernel: index,
    },
  ];
}

function finiteSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const [{ dtype, shape }] = kernel.inputs;
  const count = sizeOf(shape);
  if (count === 0 || (dtype !== "float32" && dtype !== "float64")) return [];
  return [
    {
      kind: "check",
      key: `checkFinite ${count} ${dtype}`,
      write: () => checkFiniteKernel(count, dtype, target),
      pointers: [pointerTo(kernel.inputs[0])],
      kernel: index,
    },
  ];
}

/** A step that threads share: its kernel is called with the addresses of all operands, the result's last. */
function sharedStep(
  kernel: OpKernel,
  index: number,
  call: Pick<Step & { kind: "kernel" }, "key" | "write" | "units" | "cost"> & { scratchBytes?: number },
): Step[] {
  const output = kernel.output as Operand;
  return [
    {
      kind: "kernel",
      pointers: [...kernel.inputs, output].map((operand) => pointerTo(operand)),
      unitStep: 1,
      scratchBytes: 0,
      isSerial: false,
      kernel: index,
      ...call,
    },
  ];
}

function sumPatchesSteps(kernel: OpKernel, index: number, target: Target): Step[] | undefined {
  const [windows] = kernel.inputs;
  const { size, window, stride, dilation, padding } = kernel.attributes as Record<
    "size" | "window" | "stride" | "dilation",
    readonly number[]
  > & { padding: readonly (readonly [number, number])[] };
  const { shape, dtype } = windows;
  const rank = window.length;
  if (rank === 0 || sizeOf(shape) === 0) return undefined;
  const spec: SumPatchesSpec = {
    outer: sizeOf(shape.slice(0, shape.length - 2 * rank)),
    size,
    window,
    stride,
    dilation,
    before: padding.map(([before]) => before),
    positions: shape.slice(shape.length - rank),
    dtype,
  };
  if (!isSumPatchesKernel(spec, target)) return undefined;
  return sharedStep(kernel, index, {
    key: `sumPatches ${JSON.stringify(spec)}`,
    write: () => sumPatchesKernel(spec, target),
    units: sumPatchesUnits(spec),
    cost: sizeOf(shape),
  });
}

function argmaxSteps(kernel: OpKernel, index: number, target: Target): Step[] | undefined {
  const [{ shape, dtype }] = kernel.inputs;
  const axes = [...(kernel.attributes.axes as readonly number[])].sort((a, b) => a - b);
  const [first, last] = [axes[0] ?? 0, axes.at(-1) ?? -1];
  // One axis, or all of them; what lies between is taken along.
  if (last - first + 1 !== axes.length) return undefined;
  const spec: ArgmaxSpec = {
    outer: sizeOf(shape.slice(0, first)),
    count: sizeOf(shape.slice(first, last + 1)),
    inner: sizeOf(shape.slice(last + 1)),
    dtype,
  };
  return sharedStep(kernel, index, {
    key: `argmax ${spec.count} ${spec.inner} ${dtype}`,
    write: () => argmaxKernel(spec, target),
    units: argmaxUnits(spec, target),
    cost: 2 * argmaxUnits(spec, target) * (spec.count + 4),
  });
}

function cumsumSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const [{ shape, dtype }] = kernel.inputs;
  const axis = kernel.attributes.axis as number;
  const spec: CumsumSpec = {
    outer: sizeOf(shape.slice(0, axis)),
    count: shape[axis],
    inner: sizeOf(shape.slice(axis + 1)),
    dtype,
  };
  return sharedStep(kernel, index, {
    key: `cumsum ${spec.count} ${spec.inner} ${dtype}`,
    write: () => cumsumKernel(spec, target),
    units: cumsumUnits(spec, target),
    cost: 8 * sizeOf(shape),
  });
}

function scatterAddSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const [{ dtype }, indices] = kernel.inputs;
  const { shape } = kernel.output as Operand;
  const axis = kernel.attributes.axis as number;
  const spec: ScatterAddSpec = {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis],
    count: sizeOf(indices.shape),
    inner: sizeOf(shape.slice(axis + 1)),
    dtype,
    indexBytes: indexBytesOf(indices),
  };
  const { outer, size, count, inner } = spec;
  return sharedStep(kernel, index, {
    key: `scatterAdd ${JSON.stringify(spec)}`,
    write: () => scatterAddKernel(spec, target),
    units: size,
    scratchBytes: scatterAddScratchBytes(spec),
    cost: (outer * inner * (size + count)) / 2 + 4 * (size + count),
  });
}

function randomBitsSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const pairs = kernel.attributes.pairs as boolean;
  const size = sizeOf((kernel.output as Operand).shape);
  const spec: RandomBitsSpec = { count: pairs ? size / 2 : size, pairs };
  const units = randomBitsUnits(spec, target);
  return sharedStep(kernel, index, {
    key: pairs ? `randomBits pairs ${spec.count}` : "randomBits",
    write: () => randomBitsKernel(spec, target),
    units,
    cost: 140 * units,
  });
}

function maxPoolGradientSteps(kernel: OpKernel, index: number, target: Target): Step[] {
  const [{ shape }] = kernel.inputs;
  const window = kernel.attributes.window as readonly number[];
  const [height, width] = shape.slice(-2);
  return sharedStep(kernel, index, {
    key: `maxPoolGradient ${height} ${width} ${window}`,
    write: () => maxPoolGradientKernel({ height, width, window }, target),
    units: sizeOf(shape.slice(0, -2)),
    cost: sizeOf(shape),
  });
}
