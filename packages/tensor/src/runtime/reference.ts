import { allocate, type TypedArray } from "../graph/dtype.ts";
import { type Attributes, leaves, type Op, type Values } from "../graph/op.ts";
import { shapeText, sizeOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
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

/** A value during a run. Slots of inputs and outputs get their arrays per run; the others share the program's buffers. */
interface Slot {
  readonly shape: Shape;
  readonly dtype: DType;
  /** A constant, or the buffer of an intermediate value; undefined for what is given or newly made at each run. */
  readonly values: TypedArray | undefined;
}

function hasKernel(op: Op): boolean {
  return op.scalar !== undefined || op.reference !== undefined;
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
  const free = new Map<string, TypedArray[]>();
  const slots: Slot[] = [];
  const slotOf = new Map<AnyTensor, number>();
  const place = (node: AnyTensor, values: TypedArray | undefined): number => {
    slotOf.set(node, slots.length);
    return slots.push({ shape: node.shape, dtype: node.dtype, values }) - 1;
  };
  for (const input of inputs) place(input, undefined);
  const steps: Step[] = [];
  order.forEach((node, i) => {
    if (given.has(node)) return;
    if (node.op === leaves.literal) {
      place(node, allocate(node.dtype, 1).fill(node.attributes.value as number));
      return;
    }
    const kind = `${node.dtype} ${node.size}`;
    const buffer = returned.has(node)
      ? undefined
      : (free.get(kind)?.pop() ?? allocate(node.dtype, node.size));
    const from = node.inputs.map((input) => slotOf.get(input) as number);
    steps.push({ op: node.op, inputs: from, output: place(node, buffer), attributes: node.attributes });
    for (const input of new Set(node.inputs)) {
      const values = slots[slotOf.get(input) as number].values;
      if (lastUse.get(input) !== i || values === undefined || input.op === leaves.literal) continue;
      const freed = `${input.dtype} ${input.size}`;
      const others = free.get(freed);
      if (others === undefined) free.set(freed, [values]);
      else others.push(values);
    }
  });
  return new ReferenceProgram(
    inputs.length,
    slots,
    steps,
    results.map((result) => slotOf.get(result) as number),
  );
}

class ReferenceProgram implements Program {
  readonly #inputs: number;
  readonly #slots: readonly Slot[];
  readonly #steps: readonly Step[];
  readonly #outputs: readonly number[];

  constructor(inputs: number, slots: readonly Slot[], steps: readonly Step[], outputs: readonly number[]) {
    this.#inputs = inputs;
    this.#slots = slots;
    this.#steps = steps;
    this.#outputs = outputs;
  }

  run(inputs: readonly TypedArray[]): TypedArray[] {
    const values: Values[] = this.#slots.map(({ shape, dtype, values }, i) => ({
      shape,
      dtype,
      values: i < this.#inputs ? inputs[i] : (values ?? allocate(dtype, sizeOf(shape))),
    }));
    for (const { op, inputs: from, output, attributes } of this.#steps) {
      const read = from.map((slot) => values[slot]);
      if (op.reference) op.reference(read, values[output], attributes);
      else runElementwise(op, read, values[output]);
    }
    return this.#outputs.map((slot) => {
      // A literal that is returned is copied: its array belongs to the program.
      const result = values[slot].values;
      return this.#slots[slot].values === undefined ? result : result.slice();
    });
  }

  toString(): string {
    const name = (slot: number): string => `%${slot}`;
    const type = ({ shape, dtype }: Slot): string => `${dtype}${shapeText(shape)}`;
    const buffers = new Set(this.#slots.map(({ values }) => values));
    buffers.delete(undefined);
    const bytes = [...buffers].reduce((sum, array) => sum + (array as TypedArray).byteLength, 0);
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
