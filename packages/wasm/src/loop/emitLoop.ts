import { type Access, countOf, type LoopKernel as PlannedLoop } from "@adjoint/compiler";
import { type DType, isFloat, primitives } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Expression,
  FunctionBuilder,
  i32,
  i32x4,
  type Local,
  type Statement,
  select,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";
import { isBetterAcross } from "./direction.ts";
import { type Argument, callsHost, costOfOp, emitElementwise } from "./elementwise.ts";
import { type CallHost, type LanePlace, type Machine, scalarMachine, vectorMachine } from "./machine.ts";
import { inParts, type LoopKernel, type LoopNode } from "./parts.ts";
import { type Accumulator, accumulatorOf } from "./reduce.ts";
import { blockLength, type Stage, slotCount, stagesOf } from "./stages.ts";

/** A loop ready to be written: its buffers are parameters, numbered in the order in which they are met. */
export interface LoopSpec {
  readonly loop: LoopKernel;
  /** Program buffers by parameter. */
  readonly buffers: readonly number[];
  /** Equal for loops with equal code. */
  readonly key: string;
  /** One row without an end of its own: the range is of elements, not of rows. */
  readonly isFlat: boolean;
  readonly width: 1 | 4;
  /** Calls JavaScript, which workers do not. */
  readonly usesHost: boolean;
  /** Pieces of work that threads may share: rows, blocks of columns, or elements of a flat loop. */
  readonly units: number;
  /** A range begins at multiples of this. */
  readonly unitStep: number;
  /** Bytes of scratch that each thread needs for a row. */
  readonly scratchBytes: number;
  /** Roughly how many instructions the whole loop takes. */
  readonly cost: number;
  /** What is kept of one pass over a row for the next, by node. */
  readonly saved: readonly number[];
}

const recomputeLimit = 12;

/** Turns of the inner loops that are written out instead, if their body is of no more than so many values. */
const mostTurns = 8;
const shortBody = 8;

/** Decides how a loop is run; writes nothing yet. */
export function loopSpec(
  planned: PlannedLoop,
  buffers: readonly { readonly dtype: DType; readonly size: number }[],
  target: Target,
): LoopSpec {
  const written = inParts(planned);
  const width = target.hasVectors && isVectorizable(written) ? 4 : 1;
  const saved = savedNodes(written);
  const loop = width === 4 ? directed(written, saved) : written;
  const used: number[] = [];
  const parameterOf = (buffer: number): number => {
    const known = used.indexOf(buffer);
    return known === -1 ? used.push(buffer) - 1 : known;
  };
  const renumbered: LoopKernel = {
    ...loop,
    nodes: loop.nodes.map((node) =>
      node.kind === "load"
        ? { ...node, access: { ...node.access, buffer: parameterOf(node.access.buffer) } }
        : node,
    ),
    stores: loop.stores.map(({ node, access }) => ({
      node,
      access: { ...access, buffer: parameterOf(access.buffer) },
    })),
  };
  // The end of a flat loop's stores is the end of their buffers, so that writing beyond it hurts nobody.
  const isFlat =
    loop.outer.length === 0 &&
    loop.inner.length === 1 &&
    loop.phases === 1 &&
    loop.stores.every(({ access }) => {
      const [step] = access.inner;
      return step === 1 && access.offset + loop.inner[0] === buffers[access.buffer].size;
    }) &&
    loop.nodes.every(
      (node) =>
        node.kind !== "load" ||
        (node.at === undefined && (node.access.inner[0] === 0 || node.access.inner[0] === 1)),
    );
  const [outer, inner] = [countOf(loop.outer), countOf(loop.inner)];
  const columns = loop.isVectorOuter ? (loop.outer.at(-1) ?? 1) : 1;
  const blocks = loop.isVectorOuter ? (outer / Math.max(1, columns)) * Math.ceil(columns / width) : outer;
  const turnCost = { uniform: 0, outer: outer, full: outer * inner };
  let cost = 0;
  for (const node of loop.nodes) {
    if (node.kind === "apply") cost += (turnCost[node.extent] * costOfOp(node.op, node.dtype)) / width;
    else if (node.kind !== "number") cost += turnCost[node.extent] / width;
  }
  const shape = isFlat ? "flat" : `${loop.outer} of ${loop.inner}`;
  const names = used.map((buffer) => buffers[buffer].dtype);
  const key = `loop ${width} ${shape} ${loop.isVectorOuter} ${names} ${JSON.stringify(renumbered.nodes.map(nodeKey))} ${JSON.stringify(renumbered.stores)}`;
  return {
    loop: renumbered,
    buffers: used,
    key,
    isFlat,
    width,
    usesHost: loop.nodes.some((node) => node.kind === "apply" && callsHost(node.op, node.dtype)),
    units: isFlat ? inner : blocks,
    unitStep: isFlat ? 16 : 1,
    scratchBytes:
      saved.length * rowBytes(loop, width) + (isStaged(loop, width) ? mostSlots(loop, saved) * slotBytes : 0),
    cost,
    saved,
  };
}

/** Can four values be computed at a time: is none a float64, and are there more than one? */
function isVectorizable(loop: LoopKernel): boolean {
  const isNarrow = loop.nodes.every((node) => node.dtype !== "float64" || isWideSum(loop, node));
  const isScalar = loop.inner.length === 0 && loop.outer.length === 0;
  const isHostExact = loop.nodes.every(
    (node) =>
      node.kind !== "apply" ||
      !callsHost(node.op, node.dtype) ||
      node.args.every((arg) => loop.nodes[arg].dtype !== "int32"),
  );
  return isNarrow && !isScalar && isHostExact;
}

/** The loop with its vectors across rows where that is better. A sum that stays float64 is one of a row. */
function directed(loop: LoopKernel, saved: readonly number[]): LoopKernel {
  if (loop.isVectorOuter || loop.nodes.some((node) => isWideSum(loop, node))) return loop;
  const isSaved = new Set(saved);
  const passes = Array.from({ length: loop.phases }, (_, phase) => passNodes(loop, phase, isSaved));
  const isLoaded = (i: number, phase: number): boolean => isSaved.has(i) && loop.nodes[i].phase < phase;
  return isBetterAcross(loop, passes, isLoaded) ? { ...loop, isVectorOuter: true } : loop;
}

/** Is the node a float64 sum of float32? It is stored as it is, and used in no other way. */
function isWideSum(loop: LoopKernel, node: LoopNode): boolean {
  return node.kind === "reduce" && node.dtype === "float64" && loop.nodes[node.arg].dtype === "float32";
}

function nodeKey(node: LoopNode): unknown {
  const { dtype, extent, phase } = node;
  switch (node.kind) {
    case "apply":
      return [dtype, extent, phase, node.op.id, node.args, node.attributes];
    case "reduce":
      return [dtype, extent, phase, "reduce", node.op.id, node.arg];
    case "number":
      return [dtype, Object.is(node.value, -0) ? "-0" : String(node.value)];
    default:
      return node;
  }
}

/** Bytes of a stage's slot. */
const slotBytes = 4 * blockLength + 64;

/** Are passes divided into stages? Where the vectors run along the inner loop, and there is one. */
function isStaged(loop: LoopKernel, width: 1 | 4): boolean {
  return width === 4 && !loop.isVectorOuter && loop.inner.length === 1;
}

/** The stages of the pass of `phase`. */
function passStages(loop: LoopKernel, phase: number, saved: ReadonlySet<number>): Stage[] {
  return stagesOf(loop, passNodes(loop, phase, saved), (i) => saved.has(i) && loop.nodes[i].phase < phase);
}

/** The most slots that a pass needs. */
function mostSlots(loop: LoopKernel, saved: readonly number[]): number {
  const isSaved = new Set(saved);
  return Math.max(
    ...Array.from({ length: loop.phases }, (_, phase) => slotCount(passStages(loop, phase, isSaved))),
  );
}

/** Bytes of one saved value along a row. */
function rowBytes(loop: LoopKernel, width: 1 | 4): number {
  const each = loop.isVectorOuter ? 4 * width : 4;
  return Math.ceil((countOf(loop.inner) * Math.max(each, width === 1 ? 8 : 4) + 32) / 64) * 64;
}

/** The nodes that the pass of `phase` computes on the way to its targets: those that are neither saved before nor of another extent. */
function passNodes(loop: LoopKernel, phase: number, saved: ReadonlySet<number>): Set<number> {
  const needed = new Set<number>();
  const visit = (i: number): void => {
    const node = loop.nodes[i];
    if (node.extent !== "full" || needed.has(i)) return;
    needed.add(i);
    if (saved.has(i) && node.phase < phase) return;
    if (node.kind === "apply") for (const arg of node.args) visit(arg);
  };
  for (const i of passTargets(loop, phase, saved)) visit(i);
  return needed;
}

/** What the pass of `phase` is for: reductions' arguments, stores, and values saved for later passes. */
function passTargets(loop: LoopKernel, phase: number, saved: ReadonlySet<number>): number[] {
  const targets: number[] = [];
  for (const node of loop.nodes)
    if (node.kind === "reduce" && node.phase === phase + 1) targets.push(addendOf(loop, node));
  for (const { node, access } of loop.stores) {
    if (loop.nodes[node].phase === phase && isFullStore(loop, node, access)) targets.push(node);
  }
  for (const i of saved) if (loop.nodes[i].phase === phase) targets.push(i);
  return targets;
}

/** What a reduction takes of each element: its argument, but the bool itself where that is 0 or 1 for a bool, which are counted. */
function addendOf(loop: LoopKernel, { op, arg }: LoopNode & { kind: "reduce" }): number {
  const node = loop.nodes[arg];
  const isCount =
    op === primitives.sum &&
    node.kind === "apply" &&
    node.op === primitives.cast &&
    node.dtype !== "uint8" &&
    loop.nodes[node.args[0]].dtype === "bool";
  return isCount ? node.args[0] : arg;
}

/** Is there something to store for each turn of the inner loop? */
function isFullStore(loop: LoopKernel, node: number, access: Access): boolean {
  return loop.nodes[node].extent === "full" || access.inner.some((stride) => stride !== 0);
}

/** Values that later passes need and that are dear to compute again. */
function savedNodes(loop: LoopKernel): number[] {
  if (loop.phases < 2 || loop.inner.length !== 1) return [];
  const saved = new Set<number>();
  const dearness = new Map<number, number>();
  const dear = (i: number): number => {
    const node = loop.nodes[i];
    if (node.extent !== "full" || node.kind !== "apply") return 0;
    let cost = dearness.get(i);
    if (cost === undefined) {
      cost = costOfOp(node.op, node.dtype) + node.args.reduce((sum, arg) => sum + dear(arg), 0);
      dearness.set(i, cost);
    }
    return cost;
  };
  const visit = (i: number, phase: number, seen: Set<number>): void => {
    const node = loop.nodes[i];
    if (node.extent !== "full" || node.kind !== "apply" || seen.has(i) || saved.has(i)) return;
    seen.add(i);
    if (node.phase < phase && dear(i) > recomputeLimit) saved.add(i);
    else for (const arg of node.args) visit(arg, phase, seen);
  };
  for (let phase = loop.phases - 1; phase > 0; phase--) {
    const seen = new Set<number>();
    for (const target of passTargets(loop, phase, saved)) visit(target, phase, seen);
  }
  return [...saved].sort((a, b) => a - b);
}

/**
 * Writes the loop as a function of its buffers' addresses, a scratch address, and a range `[begin, end)` of {@link LoopSpec.units}.
 * `callHost` writes a call of an op's definition.
 */
export function emitLoop(spec: LoopSpec, target: Target, callHost: CallHost): FunctionBuilder {
  const parameters = [
    ...spec.buffers.map(() => "i32" as const),
    "i32" as const,
    "i32" as const,
    "i32" as const,
  ];
  const f = new FunctionBuilder(parameters);
  const machine = spec.width === 4 ? vectorMachine(f, target, callHost) : scalarMachine(f, callHost);
  const body = f.capture(() => new LoopWriter(f, machine, spec).write());
  f.emit(machine.prologue(), body);
  return f;
}

/** A stage, and where the slots would be for the row's first element, if the block began there. */
interface StagePlace {
  readonly stage: Stage;
  readonly isFirst: boolean;
  readonly slots: Local<"i32">;
}

class LoopWriter {
  readonly #f: FunctionBuilder;
  readonly #machine: Machine;
  readonly #spec: LoopSpec;
  readonly #loop: LoopKernel;
  readonly #saved: ReadonlySet<number>;
  readonly #begin: Local<"i32">;
  readonly #end: Local<"i32">;
  readonly #scratch: Local<"i32">;
  /** Values of the extents that are computed already, by node. */
  readonly #values = new Map<number, Local>();
  /** Nodes that a pass computes, by phase. */
  readonly #passes = new Map<number, ReadonlySet<number>>();
  /** The first column of the present block. */
  #block: Local<"i32"> | undefined;
  /** How far ahead of it the block's other columns are read. */
  #blockAhead: readonly Local<"i32">[] = [];
  /** Addresses of the present row, by access. */
  readonly #rows = new Map<Access, Local<"i32">>();

  constructor(f: FunctionBuilder, machine: Machine, spec: LoopSpec) {
    this.#f = f;
    this.#machine = machine;
    this.#spec = spec;
    this.#loop = spec.loop;
    this.#saved = new Set(spec.saved);
    const count = spec.buffers.length;
    this.#scratch = f.parameter(count);
    this.#begin = f.parameter(count + 1);
    this.#end = f.parameter(count + 2);
  }

  write(): void {
    const { outer, inner } = this.#loop;
    this.#loop.nodes.forEach((node, i) => {
      if (node.extent === "uniform") this.#values.set(i, this.#uniform(node));
    });
    if (this.#spec.isFlat) {
      for (const access of this.#accesses()) this.#rows.set(access, this.#f.keep(this.#address(access, [])));
      this.#stagedLoop(0, this.#begin, this.#end, (index, stage) =>
        this.#turn(0, { at: index, steps: [index] }, 0, stage),
      );
      return;
    }
    const unit = this.#f.local("i32");
    this.#f.forRange(unit, this.#begin, this.#end, 1, () => this.#row(unit, outer, inner));
  }

  #accesses(): Access[] {
    return [
      ...this.#loop.nodes.flatMap((node) => (node.kind === "load" ? [node.access] : [])),
      ...this.#loop.stores.map(({ access }) => access),
    ];
  }

  #dtypeOf(access: Access): DType {
    const load = this.#loop.nodes.find((node) => node.kind === "load" && node.access === access);
    if (load !== undefined) return load.dtype;
    const store = this.#loop.stores.find((one) => one.access === access);
    return this.#loop.nodes[(store as { node: number }).node].dtype;
  }

  /** The address of an access at indices of the outer axes. */
  #address(access: Access, indices: readonly Local<"i32">[]): Expression<"i32"> {
    const bytes = bytesPerElement(this.#dtypeOf(access));
    let address: Expression<"i32"> = this.#f.parameter<"i32">(access.buffer);
    if (access.offset !== 0) address = i32.add(address, i32.const(access.offset * bytes));
    indices.forEach((index, axis) => {
      const step = access.outer[axis] * bytes;
      if (step !== 0) address = i32.add(address, times(index, step));
    });
    return address;
  }

  #uniform(node: LoopNode): Local {
    const machine = this.#machine;
    switch (node.kind) {
      case "number":
        return machine.keep(machine.number(node.value, node.dtype));
      case "load":
        return machine.keep(machine.loadOne(this.#address(node.access, []), node.dtype));
      case "index":
        return machine.keep(machine.number(node.offset, node.dtype));
      case "apply":
        return machine.keep(this.#apply(node));
      case "reduce":
        throw new Error("a reduction is no uniform value");
    }
  }

  #apply(node: LoopNode & { kind: "apply" }): Expression {
    const args = node.args.map(
      (arg): Argument => ({ value: this.#values.get(arg) as Local, dtype: this.#loop.nodes[arg].dtype }),
    );
    return emitElementwise(this.#machine, node.op, args, node.dtype, node.attributes);
  }

  /** One row: its addresses, what is the same along it, then a pass for each phase. */
  #row(unit: Local<"i32">, outer: readonly number[], inner: readonly number[]): void {
    const f = this.#f;
    const indices = this.#indicesOf(unit, outer);
    for (const access of this.#accesses()) this.#rows.set(access, f.keep(this.#address(access, indices)));
    const last = indices.at(-1);
    const isVector = this.#loop.isVectorOuter && this.#machine.width > 1;
    this.#block = last;
    const columns = outer.at(-1) ?? 1;
    if (isVector && last !== undefined && columns % this.#machine.width !== 0)
      this.#blockAhead = this.#ahead(last, columns);
    this.#outerNodes(0, indices, isVector ? last : undefined);
    for (let phase = 0; phase < this.#loop.phases; phase++) {
      const accumulators = new Map<number, Accumulator>();
      this.#loop.nodes.forEach((node, i) => {
        if (node.kind === "reduce" && node.phase === phase + 1)
          accumulators.set(
            i,
            accumulatorOf(
              this.#machine,
              node.op === primitives.max,
              this.#loop.nodes[node.arg].dtype,
              this.#loop.nodes[addendOf(this.#loop, node)].dtype,
            ),
          );
      });
      if (passTargets(this.#loop, phase, this.#saved).length > 0) {
        this.#pass(phase, inner, accumulators, indices);
        // Another pass for one must add nothing to the others.
        for (const [i, accumulator] of accumulators)
          accumulator.repeat?.(() => this.#pass(phase, inner, new Map([[i, accumulator]]), indices));
      }
      for (const [i, accumulator] of accumulators)
        this.#values.set(
          i,
          accumulator.result({
            isSpread: !this.#loop.isVectorOuter,
            isWide: isWideSum(this.#loop, this.#loop.nodes[i]),
          }),
        );
      this.#outerNodes(phase + 1, indices, isVector ? last : undefined);
    }
    for (const { node, access } of this.#loop.stores) {
      if (isFullStore(this.#loop, node, access)) continue;
      this.#storeOuter(node, access, isVector ? last : undefined);
    }
  }

  #indicesOf(unit: Local<"i32">, outer: readonly number[]): Local<"i32">[] {
    const f = this.#f;
    const { width } = this.#machine;
    const isBlocked = this.#loop.isVectorOuter;
    const indices: Local<"i32">[] = new Array(outer.length);
    let rest: Local<"i32"> = unit;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const isLast = axis === outer.length - 1;
      const extent = isLast && isBlocked ? Math.ceil(outer[axis] / width) : outer[axis];
      const index: Expression<"i32"> = axis === 0 ? rest : i32.remu(rest, i32.const(extent));
      indices[axis] = f.keep(isLast && isBlocked && width > 1 ? i32.mul(index, i32.const(width)) : index);
      if (axis > 0) rest = f.keep(i32.divu(rest, i32.const(extent)));
    }
    return indices;
  }

  /** Values of the whole row that can be computed once `phase` passes are done. In blocks of columns they are vectors. */
  #outerNodes(phase: number, indices: readonly Local<"i32">[], block: Local<"i32"> | undefined): void {
    const machine = this.#machine;
    this.#loop.nodes.forEach((node, i) => {
      if (node.extent !== "outer" || node.phase !== phase || node.kind === "reduce") return;
      let value: Expression;
      if (node.kind === "load" && node.at !== undefined) value = this.#loadAt(node, node.at, block);
      else if (node.kind === "load") value = this.#loadOuter(node.access, node.dtype, block);
      else if (node.kind === "index")
        value = this.#indexValue(node, indices, [], block === undefined ? 0 : (node.outer.at(-1) ?? 0));
      else value = this.#apply(node as LoopNode & { kind: "apply" });
      this.#values.set(i, machine.keep(value));
    });
  }

  #loadOuter(access: Access, dtype: DType, block: Local<"i32"> | undefined): Expression {
    const address = this.#rows.get(access) as Local<"i32">;
    const step = access.outer.at(-1) ?? 0;
    if (block === undefined || step === 0) return this.#machine.loadOne(address, dtype);
    if (step === 1) return this.#machine.loadMany(address, dtype);
    return this.#loadStrided(address, step, dtype, block, this.#loop.outer.at(-1) ?? 1);
  }

  /** One element of the row, or of each row of the block. */
  #loadAt(
    { access, dtype }: LoopNode & { kind: "load" },
    at: number,
    block: Local<"i32"> | undefined,
  ): Expression {
    const machine = this.#machine;
    const row = this.#rows.get(access) as Local<"i32">;
    const place = this.#values.get(at) as Local;
    const bytes = access.inner[0] * bytesPerElement(dtype);
    const along = (lane: number): Expression<"i32"> =>
      times(
        machine.width === 1 ? (place as Local<"i32">) : i32x4.extractLane(place as Local<"v128">, lane),
        bytes,
      );
    if (block === undefined) return machine.loadOne(i32.add(row, along(0)), dtype);
    const rows = this.#lanePlaces(row, access.outer.at(-1) ?? 0, dtype, block, this.#loop.outer.at(-1) ?? 1);
    return machine.loadEach(
      rows.map(({ address, offset }, lane) => ({ address: i32.add(address, along(lane)), offset })),
      dtype,
    );
  }

  /** Neighbours `step` elements apart, none beyond the last one of the axis. */
  #loadStrided(
    address: Local<"i32">,
    step: number,
    dtype: DType,
    index: Local<"i32">,
    extent: number,
  ): Expression {
    const { loadAlternate, width, loadEach } = this.#machine;
    const rest = extent % width;
    if (step !== 2 || loadAlternate === undefined || bytesPerElement(dtype) !== 4)
      return loadEach(this.#lanePlaces(address, step, dtype, index, extent), dtype);
    // Where only one or two lanes count, the first vector has them, and the second may not be read.
    const second = i32.add(address, i32.const(12));
    const isWhole = i32.le(index, i32.const(extent - width));
    return loadAlternate(address, rest === 1 || rest === 2 ? select(second, address, isWhole) : second);
  }

  /** Places of neighbours `step` elements apart, none beyond the last one of the axis. */
  #lanePlaces(
    address: Local<"i32">,
    step: number,
    dtype: DType,
    index: Local<"i32">,
    extent: number,
  ): LanePlace[] {
    const bytes = step * bytesPerElement(dtype);
    const { width } = this.#machine;
    if (extent % width === 0) return neighbours(address, bytes, width);
    const ahead = index === this.#block ? this.#blockAhead : this.#ahead(index, extent);
    return [
      { address, offset: 0 },
      ...ahead.map((lane) => ({ address: i32.add(address, i32.mul(lane, i32.const(bytes))), offset: 0 })),
    ];
  }

  /** How far ahead of the first lane the others are read: those past the end where the last one is. */
  #ahead(index: Local<"i32">, extent: number): Local<"i32">[] {
    const left = this.#f.keep(i32.sub(i32.const(extent - 1), index));
    return Array.from({ length: this.#machine.width - 1 }, (_, i) => {
      const lane = this.#f.keep(i32.const(i + 1));
      return this.#f.keep(select(lane, left, i32.lt(lane, left)));
    });
  }

  #indexValue(
    node: LoopNode & { kind: "index" },
    outer: readonly Local<"i32">[],
    inner: readonly Local<"i32">[],
    laneStep: number,
  ): Expression {
    let first: Expression<"i32"> = i32.const(node.offset);
    outer.forEach((index, axis) => {
      if (node.outer[axis] !== 0) first = i32.add(first, times(index, node.outer[axis]));
    });
    inner.forEach((index, axis) => {
      if (node.inner[axis] !== 0) first = i32.add(first, times(index, node.inner[axis]));
    });
    return this.#machine.ramp(first, laneStep);
  }

  #storeOuter(node: number, access: Access, block: Local<"i32"> | undefined): void {
    const machine = this.#machine;
    const value = this.#values.get(node) as Local;
    const { dtype } = this.#loop.nodes[node];
    const address = this.#rows.get(access) as Local<"i32">;
    if (block === undefined) {
      this.#f.emit(machine.storeOne(address, value, dtype));
      return;
    }
    this.#storeLanes(value, dtype, address, access.outer.at(-1) ?? 0, block, this.#loop.outer.at(-1) ?? 1);
  }

  /** Stores lanes `step` elements apart, none beyond the last one of the axis. */
  #storeLanes(
    value: Expression,
    dtype: DType,
    address: Local<"i32">,
    step: number,
    index: Local<"i32">,
    extent: number,
  ): void {
    const machine = this.#machine;
    const f = this.#f;
    const { width } = machine;
    const kept = machine.keep(value);
    const all = (count: number): Statement => {
      if (step === 1) return f.capture(() => f.emit(machine.storeMany(address, kept, dtype, count)));
      const places = neighbours(address, step * bytesPerElement(dtype), count);
      return f.capture(() => f.emit(machine.storeEach(places, kept, dtype)));
    };
    const rest = extent % width;
    if (rest === 0) f.emit(all(width));
    else {
      const full = all(width);
      const part = all(rest);
      f.emit(when(i32.le(i32.add(index, i32.const(width)), i32.const(extent)), full, part));
    }
  }

  /** A pass over the inner axes: all but the last one by one, the last in vectors where neighbours are neighbours along it. */
  #pass(
    phase: number,
    inner: readonly number[],
    accumulators: ReadonlyMap<number, Accumulator>,
    outerIndices: readonly Local<"i32">[],
  ): void {
    const f = this.#f;
    const step = this.#loop.isVectorOuter ? 1 : this.#machine.width;
    const isShort = passNodes(this.#loop, phase, this.#saved).size <= shortBody;
    let turns = 1;
    // From the last axis on, what makes few turns is written out.
    const isWrittenOut = inner.map(() => false);
    for (let axis = inner.length - 1; axis >= 0 && isShort; axis--) {
      turns *= axis === inner.length - 1 ? Math.ceil(inner[axis] / step) : inner[axis];
      if (turns > mostTurns) break;
      isWrittenOut[axis] = true;
    }
    const repeat = (axis: number, end: number, by: number, write: (index: Local<"i32">) => void): void => {
      const index = f.local("i32");
      if (!isWrittenOut[axis]) f.forRange(index, i32.const(0), i32.const(end), by, () => write(index));
      else {
        for (let at = 0; at < end; at += by) {
          f.emit(index.set(i32.const(at)));
          write(index);
        }
      }
    };
    const nest = (axis: number, indices: readonly Local<"i32">[]): void => {
      if (axis < inner.length - 1) {
        repeat(axis, inner[axis], 1, (index) => nest(axis + 1, [...indices, index]));
        return;
      }
      const [extent] = inner.slice(-1);
      const turn = (at: Local<"i32"> | undefined, rest: number, stage?: StagePlace): void => {
        const steps = at === undefined ? [] : [...indices, at];
        this.#turn(phase, { at, steps }, rest, stage, accumulators, outerIndices);
      };
      if (extent === undefined) {
        turn(undefined, 0);
        return;
      }
      const whole = extent - (extent % step);
      if (whole > 0 && isWrittenOut[axis]) repeat(axis, whole, step, (index) => turn(index, 0));
      else if (whole > 0)
        this.#stagedLoop(
          phase,
          i32.const(0),
          i32.const(whole),
          (index, stage) => turn(index, 0, stage),
          step,
        );
      if (whole < extent) turn(f.keep(i32.const(whole)), extent - whole);
    };
    nest(0, []);
  }

  /** A loop over the elements `from` to `to` of a row: as one, or a block at a time in stages. */
  #stagedLoop(
    phase: number,
    from: Expression<"i32">,
    to: Expression<"i32">,
    turn: (index: Local<"i32">, stage: StagePlace | undefined) => void,
    step: number = this.#machine.width,
  ): void {
    const f = this.#f;
    const stages = isStaged(this.#loop, this.#machine.width)
      ? passStages(this.#loop, phase, this.#saved)
      : [];
    const index = f.local("i32");
    if (stages.length < 2) {
      f.forRange(index, from, to, step, () => turn(index, undefined));
      return;
    }
    const block = f.local("i32");
    f.forRange(block, from, to, blockLength, () => {
      const end = f.keep(i32.add(block, i32.const(blockLength)));
      const slots = f.keep(i32.sub(this.#scratch, i32.shl(block, i32.const(2))));
      f.emit(when(i32.gt(end, to), end.set(to)));
      stages.forEach((stage, i) => {
        f.forRange(index, block, end, step, () => turn(index, { stage, slots, isFirst: i === 0 }));
      });
    });
  }

  /** What the turns of a pass compute: the same in each that is written out. */
  #nodesOf(phase: number): ReadonlySet<number> {
    let nodes = this.#passes.get(phase);
    if (nodes === undefined) {
      nodes = passNodes(this.#loop, phase, this.#saved);
      this.#passes.set(phase, nodes);
    }
    return nodes;
  }

  /** One turn of the inner loop; `rest` is the number of lanes that count, 0 for all. */
  #turn(
    phase: number,
    { at, steps }: { at: Local<"i32"> | undefined; steps: readonly Local<"i32">[] },
    rest: number,
    place?: StagePlace,
    accumulators: ReadonlyMap<number, Accumulator> = new Map(),
    outerIndices: readonly Local<"i32">[] = [],
  ): void {
    const f = this.#f;
    const machine = this.#machine;
    this.#scaled.clear();
    const stage = place?.stage;
    const all = this.#nodesOf(phase);
    const needed = stage === undefined ? all : new Set(stage.nodes);
    // What is the same for the whole row belongs to the first stage.
    const isOwn = (i: number): boolean =>
      stage === undefined || stage.own.has(i) || (place?.isFirst === true && !all.has(i));
    const values = new Map<number, Local>();
    const isVector = !this.#loop.isVectorOuter && machine.width > 1;
    const valueAt = (i: number): Local => (values.get(i) ?? this.#values.get(i)) as Local;
    for (const [i, slot] of stage?.given ?? []) {
      values.set(
        i,
        f.keep(v128.load(this.#slotsAt(place as StagePlace, at as Local<"i32">), this.#slotOffset(slot))),
      );
    }
    this.#loop.nodes.forEach((node, i) => {
      if (!needed.has(i)) return;
      let value: Expression;
      if (this.#saved.has(i) && node.phase < phase)
        value = this.#loadSaved(i, node.dtype, at as Local<"i32">);
      else if (node.kind === "load") value = this.#loadFull(node.access, node.dtype, steps, isVector);
      else if (node.kind === "index")
        value = this.#indexValue(
          node,
          outerIndices,
          steps,
          isVector ? (node.inner.at(-1) ?? 0) : this.#loop.isVectorOuter ? (node.outer.at(-1) ?? 0) : 0,
        );
      else {
        const { op, args, dtype, attributes } = node as LoopNode & { kind: "apply" };
        const given = args.map(
          (arg): Argument => ({ value: valueAt(arg), dtype: this.#loop.nodes[arg].dtype }),
        );
        value = emitElementwise(machine, op, given, dtype, attributes);
      }
      values.set(i, machine.keep(value));
    });
    for (const [i, slot] of stage?.kept ?? []) {
      f.emit(
        v128.store(
          this.#slotsAt(place as StagePlace, at as Local<"i32">),
          valueAt(i) as Local<"v128">,
          this.#slotOffset(slot),
        ),
      );
    }
    for (const i of this.#saved) {
      if (this.#loop.nodes[i].phase === phase && isOwn(i))
        f.emit(this.#storeSaved(i, valueAt(i), at as Local<"i32">));
    }
    for (const [i, accumulator] of accumulators) {
      const addend = addendOf(this.#loop, this.#loop.nodes[i] as LoopNode & { kind: "reduce" });
      if (!isOwn(addend)) continue;
      accumulator.add(valueAt(addend), isVector ? rest : 0);
    }
    for (const { node, access } of this.#loop.stores) {
      if (this.#loop.nodes[node].phase !== phase || !isFullStore(this.#loop, node, access)) continue;
      if (!isOwn(node)) continue;
      this.#storeFull(valueAt(node), this.#loop.nodes[node].dtype, access, {
        steps,
        rest,
        isVector,
        outerIndices,
      });
    }
  }

  /** Indices times a step, computed once in a turn: by local and step. */
  readonly #scaled = new Map<string, Local<"i32">>();

  /** Where a turn of the inner loop finds an access: the row's address, and steps along the inner axes. */
  #turnAddress(access: Access, dtype: DType, steps: readonly Local<"i32">[]): Expression<"i32"> {
    const bytes = bytesPerElement(dtype);
    let address: Expression<"i32"> = this.#rows.get(access) as Local<"i32">;
    steps.forEach((index, axis) => {
      const step = access.inner[axis] * bytes;
      if (step === 0) return;
      address = i32.add(address, this.#scaledIndex(index, step));
    });
    return address;
  }

  #scaledIndex(index: Local<"i32">, step: number): Local<"i32"> {
    if (step === 1) return index;
    const key = `${index.index} ${step}`;
    const scaled = this.#scaled.get(key) ?? this.#f.keep(times(index, step));
    this.#scaled.set(key, scaled);
    return scaled;
  }

  #loadFull(access: Access, dtype: DType, steps: readonly Local<"i32">[], isVector: boolean): Expression {
    const machine = this.#machine;
    const address = this.#turnAddress(access, dtype, steps);
    const isBlock = this.#loop.isVectorOuter && machine.width > 1;
    const step = (isBlock ? access.outer : access.inner).at(-1) ?? 0;
    if ((!isVector && !isBlock) || step === 0) return machine.loadOne(address, dtype);
    if (step === 1) return machine.loadMany(address, dtype);
    const index = isBlock ? (this.#block as Local<"i32">) : (steps.at(-1) as Local<"i32">);
    const extent = (isBlock ? this.#loop.outer : this.#loop.inner).at(-1) ?? 1;
    return this.#loadStrided(this.#f.keep(address), step, dtype, index, extent);
  }

  #storeFull(
    value: Local,
    dtype: DType,
    access: Access,
    place: {
      steps: readonly Local<"i32">[];
      rest: number;
      isVector: boolean;
      outerIndices: readonly Local<"i32">[];
    },
  ): void {
    const machine = this.#machine;
    const f = this.#f;
    const address = this.#turnAddress(access, dtype, place.steps);
    const isBlock = this.#loop.isVectorOuter && machine.width > 1;
    if (isBlock) {
      const index = place.outerIndices.at(-1) as Local<"i32">;
      this.#storeLanes(
        value,
        dtype,
        f.keep(address),
        access.outer.at(-1) ?? 0,
        index,
        this.#loop.outer.at(-1) ?? 1,
      );
      return;
    }
    if (!place.isVector) {
      f.emit(machine.storeOne(address, value, dtype));
      return;
    }
    const step = access.inner.at(-1) ?? 0;
    const count = place.rest === 0 ? machine.width : place.rest;
    if (step === 1) {
      f.emit(machine.storeMany(address, value, dtype, count));
      return;
    }
    const places = neighbours(f.keep(address), step * bytesPerElement(dtype), count);
    f.emit(machine.storeEach(places, value, dtype));
  }

  #savedAddress(i: number, at: Local<"i32">): Expression<"i32"> {
    const { width } = this.#machine;
    const each = this.#loop.isVectorOuter ? 4 * width : width === 1 ? 8 : 4;
    const start = this.#spec.saved.indexOf(i) * rowBytes(this.#loop, width);
    return i32.add(i32.add(this.#scratch, i32.const(start)), times(at, width === 1 ? 8 : each));
  }

  /** Where a turn finds the first slot's vector, less {@link LoopWriter.#slotOffset}, which is part of the instruction. */
  #slotsAt({ slots }: StagePlace, at: Local<"i32">): Expression<"i32"> {
    return i32.add(slots, this.#scaledIndex(at, 4));
  }

  #slotOffset(slot: number): number {
    return this.#spec.saved.length * rowBytes(this.#loop, this.#machine.width) + slot * slotBytes;
  }

  #savedDType(dtype: DType): DType {
    // A mask is saved as it is in its lanes.
    return isFloat(dtype) ? dtype : "int32";
  }

  #storeSaved(i: number, value: Local, at: Local<"i32">): Statement {
    const dtype = this.#savedDType(this.#loop.nodes[i].dtype);
    return this.#machine.storeMany(this.#savedAddress(i, at), value, dtype);
  }

  #loadSaved(i: number, dtype: DType, at: Local<"i32">): Expression {
    return this.#machine.loadMany(this.#savedAddress(i, at), this.#savedDType(dtype));
  }
}

/** Places of so many lanes, some bytes apart. */
function neighbours(address: Local<"i32">, bytes: number, count: number): LanePlace[] {
  return Array.from({ length: count }, (_, lane) =>
    bytes >= 0
      ? { address, offset: lane * bytes }
      : { address: i32.add(address, i32.const(lane * bytes)), offset: 0 },
  );
}

/** `index · factor`, without a multiplication where none is needed. */
function times(index: Expression<"i32">, factor: number): Expression<"i32"> {
  if (factor === 1) return index;
  const shift = Math.log2(factor);
  return Number.isInteger(shift) ? i32.shl(index, i32.const(shift)) : i32.mul(index, i32.const(factor));
}
