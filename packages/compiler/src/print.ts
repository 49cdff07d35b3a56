import { shapeText } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Access,
  countOf,
  type Kernel,
  type LoopKernel,
  type LoopNode,
  type LoopProgram,
  type Operand,
  type OpKernel,
  operandsRead,
} from "./program.ts";

/** What a kernel costs at least. */
export interface Cost {
  /** Floating-point operations; an elementwise function counts as one. */
  readonly flops: number;
  /** Bytes read and written, each element once. */
  readonly bytes: number;
}

/** The cost of a kernel, by the sizes of its loops and buffers. */
export function costOf(kernel: Kernel, { buffers }: LoopProgram): Cost {
  const bytesOf = (buffer: number): number => buffers[buffer].size * bytesPerElement(buffers[buffer].dtype);
  if (kernel.kind === "loop") {
    const [outer, inner] = [countOf(kernel.outer), countOf(kernel.inner)];
    const turns = { uniform: 1, outer, full: outer * inner };
    let flops = 0;
    for (const node of kernel.nodes) {
      if (node.kind === "apply") flops += turns[node.extent];
      else if (node.kind === "reduce") flops += outer * inner;
    }
    const touched = new Set<number>();
    for (const node of kernel.nodes) if (node.kind === "load") touched.add(node.access.buffer);
    let bytes = 0;
    for (const buffer of touched) bytes += bytesOf(buffer);
    for (const { access } of kernel.stores) bytes += bytesOf(access.buffer);
    return { flops, bytes };
  }
  const operands = [...operandsRead(kernel), ...(kernel.output === undefined ? [] : [kernel.output])];
  const bytes = operands.reduce((sum, { shape, dtype }) => sum + countOf(shape) * bytesPerElement(dtype), 0);
  const shapes = kernel.inputs.map(({ shape }) => shape);
  return { flops: kernel.op.flops(shapes, kernel.attributes), bytes };
}

function walkText({ offset, outer, inner }: Access): string {
  return `${offset === 0 ? "" : `${offset} + `}${[...outer, ...inner].join(" ") || "0"}`;
}

function nodeText(node: LoopNode): string {
  switch (node.kind) {
    case "load":
      return `b${node.access.buffer}[${walkText(node.access)}]${node.at === undefined ? "" : ` at %${node.at}`}`;
    case "number":
      return String(node.value);
    case "index":
      return `index[${walkText({ buffer: -1, ...node })}]`;
    case "apply":
      return `${node.op.name}(${node.args.map((arg) => `%${arg}`).join(", ")})`;
    case "reduce":
      return `${node.op.name} of %${node.arg}`;
  }
}

function loopText(loop: LoopKernel): string[] {
  const lines = loop.nodes.map(
    (node, i) =>
      `    %${i}: ${node.dtype} ${node.extent}${node.phase > 0 ? ` phase ${node.phase}` : ""} = ${nodeText(node)}`,
  );
  const stores = loop.stores.map(
    ({ node, access }) => `    b${access.buffer}[${walkText(access)}] = %${node}`,
  );
  return [...lines, ...stores];
}

/** A kernel in a few words: its ops and its extents. */
export function kernelTitle(kernel: Kernel): string {
  if (kernel.kind === "op")
    return `${kernel.op.name} ${kernel.inputs.map(({ shape }) => shapeText(shape)).join(" × ")}`;
  const ops = kernel.nodes.flatMap((node) =>
    node.kind === "apply" || node.kind === "reduce" ? [node.op.name] : [],
  );
  const names = [...new Set(ops)];
  const list = names.length === 0 ? "copy" : names.slice(0, 6).join(" ") + (names.length > 6 ? " …" : "");
  return `${list} ${shapeText([...kernel.outer, ...kernel.inner])}`;
}

function operandText({ buffer, offset, shape, rows }: Operand): string {
  const chosen = rows === undefined ? "" : `[${operandText(rows)}]`;
  return `b${buffer}${offset === 0 ? "" : `+${offset}`}${chosen} ${shapeText(shape)}`;
}

/** What a kernel is told beside its operands, where it says something. */
function optionTexts({ attributes }: OpKernel): string[] {
  const told = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== false);
  return told.map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
}

/** A program as text: its kernels with their loops, buffers, bytes and floating-point operations. */
export function printProgram(program: LoopProgram): string {
  const { buffers, kernels, results, scratchBytes } = program;
  const lines = [`program: ${kernels.length} kernels, ${scratchBytes} bytes of scratch`];
  buffers.forEach(({ dtype, size, place }, i) => {
    const where =
      place.kind === "scratch"
        ? `scratch + ${place.offset}`
        : place.kind === "constant"
          ? "constant"
          : `${place.kind} ${place.index}`;
    lines.push(`  b${i}: ${dtype} × ${size}, ${where}`);
  });
  kernels.forEach((kernel, i) => {
    const { flops, bytes } = costOf(kernel, program);
    const cost = `${flops} flops, ${bytes} bytes`;
    if (kernel.kind === "loop") {
      const phases = kernel.phases === 1 ? "" : `, ${kernel.phases} phases`;
      lines.push(
        `  k${i}: loop ${shapeText(kernel.outer)} of ${shapeText(kernel.inner)}${phases}; ${cost}`,
        ...loopText(kernel),
      );
    } else {
      const output = kernel.output === undefined ? "" : `${operandText(kernel.output)} = `;
      lines.push(
        `  k${i}: ${output}${kernel.op.name}(${[...kernel.inputs.map(operandText), ...optionTexts(kernel)].join(", ")}); ${cost}`,
      );
    }
  });
  const texts = results.map((result) =>
    result.kind === "input"
      ? `input ${result.index}`
      : `b${result.buffer}${result.over === undefined ? "" : ` over input ${result.over}`}`,
  );
  lines.push(`  return ${texts.join(", ")}`);
  return lines.join("\n");
}
