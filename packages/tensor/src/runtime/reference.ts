import { allocate, bytesPerElement, type TypedArray } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { type Attributes, leaves, type Op, type Values } from "../graph/op.ts";
import { shapeText, sizeOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { runElementwise } from "../kernels/elementwise.ts";
import type { Backend, Graph, Program } from "./backend.ts";
import { lowerGraph } from "./lower.ts";

/** One kernel call: which slots it reads, and where its result goes. */
interface Step {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly attributes: Attributes;
}

/** A value during a run: a constant, in one of the program's buffers, or else given or newly made at each run. */
interface Slot {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly constant: TypedArray | undefined;
  readonly buffer: number | undefined;
}

/** Room for an intermediate value, shared by those whose lives do not overlap. */
interface BufferType {
  readonly dtype: DType;
  readonly size: number;
  readonly kind: string;
}

/** Bytes of buffers that are kept between runs, for all programs together. */
const poolBudget = 256 * 2 ** 20;

/**
 * Buffers between runs. Programs are cached by number, so a buffer of its own for each would hold memory without bound.
 * A pool that is full forgets everything: what is in use comes back after the next run.
 */
class BufferPool {
  readonly #free = new Map<string, TypedArray[]>();
  #bytes = 0;

  take({ kind, dtype, size }: BufferType): TypedArray {
    const buffer = this.#free.get(kind)?.pop();
    if (buffer === undefined) return allocate(dtype, size);
    this.#bytes -= buffer.byteLength;
    return buffer;
  }

  give({ kind }: BufferType, buffer: TypedArray): void {
    if (this.#bytes + buffer.byteLength > poolBudget) {
      this.#free.clear();
      this.#bytes = 0;
    }
    this.#bytes += buffer.byteLength;
    const others = this.#free.get(kind);
    if (others === undefined) this.#free.set(kind, [buffer]);
    else others.push(buffer);
  }
}

const pool = new BufferPool();

function hasKernel(op: Op): boolean {
  return op.scalar !== undefined || op.reference !== undefined;
}

/** The values of a leaf that is no input: a number, or data that a lowering made. */
function constantOf(leaf: AnyTensor): TypedArray {
  if (leaf.op === leaves.literal) return allocate(leaf.dtype, 1).fill(leaf.attributes.value as number);
  if (leaf.memo.storage !== undefined) return leaf.memo.storage.values;
  throw new GraphError(
    leaf.op.name,
    `a traced value (${leaf.dtype} ${shapeText(leaf.shape)}) is used outside the function that was traced; return it from there`,
  );
}

/** Lowers, orders and lays out a graph. The result holds shapes and attributes, no tensors. */
function plan({ inputs, outputs }: Graph): ReferenceProgram {
  const given = new Set(inputs);
  const results = lowerGraph(outputs, given, hasKernel);
  const order = topologicalOrder(results, (node) => given.has(node));
  const lastUse = new Map<AnyTensor, number>();
  order.forEach((node, i) => {
    if (!given.has(node)) for (const input of node.inputs) lastUse.set(input, i);
  });
  const returned = new Set(results);
  const free = new Map<string, number[]>();
  const buffers: BufferType[] = [];
  const slots: Slot[] = [];
  const slotOf = new Map<AnyTensor, number>();
  const place = (node: AnyTensor, where: Partial<Pick<Slot, "constant" | "buffer">>): number => {
    slotOf.set(node, slots.length);
    const { shape, dtype } = node;
    return slots.push({ shape, dtype, constant: where.constant, buffer: where.buffer }) - 1;
  };
  const bufferFor = ({ dtype, size }: AnyTensor): number => {
    const kind = `${dtype} ${size}`;
    return free.get(kind)?.pop() ?? buffers.push({ dtype, size, kind }) - 1;
  };
  for (const input of inputs) place(input, {});
  const steps: Step[] = [];
  order.forEach((node, i) => {
    if (given.has(node)) return;
    if (node.op.kind === "leaf") {
      place(node, { constant: constantOf(node) });
      return;
    }
    const from = node.inputs.map((input) => slotOf.get(input) as number);
    const output = place(node, returned.has(node) ? {} : { buffer: bufferFor(node) });
    steps.push({ op: node.op, inputs: from, output, attributes: node.attributes });
    for (const input of new Set(node.inputs)) {
      const { buffer } = slots[slotOf.get(input) as number];
      if (lastUse.get(input) !== i || buffer === undefined) continue;
      const { kind } = buffers[buffer];
      const others = free.get(kind);
      if (others === undefined) free.set(kind, [buffer]);
      else others.push(buffer);
    }
  });
  return new ReferenceProgram(
    inputs.length,
    buffers,
    slots,
    steps,
    results.map((result) => slotOf.get(result) as number),
  );
}

class ReferenceProgram implements Program {
  readonly #inputs: number;
  readonly #buffers: readonly BufferType[];
  readonly #slots: readonly Slot[];
  readonly #steps: readonly Step[];
  readonly #outputs: readonly number[];

  constructor(
    inputs: number,
    buffers: readonly BufferType[],
    slots: readonly Slot[],
    steps: readonly Step[],
    outputs: readonly number[],
  ) {
    this.#inputs = inputs;
    this.#buffers = buffers;
    this.#slots = slots;
    this.#steps = steps;
    this.#outputs = outputs;
  }

  run(inputs: readonly Storage[]): Storage[] {
    const buffers = this.#buffers.map((buffer) => pool.take(buffer));
    try {
      return this.#runIn(buffers, inputs);
    } finally {
      this.#buffers.forEach((type, i) => {
        pool.give(type, buffers[i]);
      });
    }
  }

  #runIn(buffers: readonly TypedArray[], inputs: readonly Storage[]): Storage[] {
    const values = this.#slots.map(({ shape, dtype, constant, buffer }, i): Values => {
      const held = constant ?? (buffer === undefined ? undefined : buffers[buffer]);
      return {
        shape,
        dtype,
        values: i < this.#inputs ? inputs[i].values : (held ?? allocate(dtype, sizeOf(shape))),
      };
    });
    for (const { op, inputs: from, output, attributes } of this.#steps) {
      const read = from.map((slot) => values[slot]);
      if (op.reference) op.reference(read, values[output], attributes);
      else runElementwise(op, read, values[output]);
    }
    // A constant that is returned is copied: its array belongs to the program.
    return this.#outputs.map((slot) =>
      slot < this.#inputs
        ? inputs[slot]
        : Storage.of(this.#slots[slot].constant?.slice() ?? values[slot].values),
    );
  }

  toString(): string {
    const name = (slot: number): string => `%${slot}`;
    const type = ({ shape, dtype }: Slot): string => `${dtype}${shapeText(shape)}`;
    const bytes = this.#buffers.reduce((sum, { dtype, size }) => sum + size * bytesPerElement(dtype), 0);
    const lines = this.#steps.map(
      ({ op, inputs, output }) =>
        `${name(output)}: ${type(this.#slots[output])} = ${op.name}(${inputs.map(name).join(", ")})`,
    );
    const given = this.#slots.slice(0, this.#inputs).map((slot, i) => `${name(i)}: ${type(slot)}`);
    return [
      `program(${given.join(", ")}), ${this.#steps.length} kernels, ${bytes} bytes of buffers`,
      ...lines.map((line) => `  ${line}`),
      `  return ${this.#outputs.map(name).join(", ")}`,
    ].join("\n");
  }
}

/**
 * The reference interpreter: one plain loop for each op, float64 arithmetic rounded once to the dtype. It defines what
 * is right; other backends are compared with it.
 */
export const referenceBackend: Backend = { name: "reference", prepare: plan };
