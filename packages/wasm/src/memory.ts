import { type DeviceCopy, type DType, Storage, type TypedArray } from "@adjoint/tensor";
import { allocate, bytesPerElement } from "@adjoint/tensor/engine";
import { Blocks, blockBytes } from "./blocks.ts";
import { type Collector, garbageCollector } from "./collector.ts";

const pageBytes = 65536;
const largestMemory = 65536 * pageBytes;
/** Bytes of regions that one run alone has used, beyond which the older ones go. A second use keeps a region. */
const freshBudget = 2 ** 20;
/** Runs after which a region that was used once counts as old. */
const recentRuns = 8;
/**
 * About how many bytes move to a new JavaScript array in a millisecond, half of which it takes to get its pages, and a quarter to collect
 * the array when it is garbage in its turn.
 */
const bytesMovedPerMillisecond = 2 ** 20;
/** The most evictions that pass without asking a garbage collector that had little to give. */
const longestWait = 64;

/** From so many bytes on a JavaScript array gets pages of its own, which takes longer than the copying. */
export const largeBytes = 2 ** 17;

/** From so many bytes on a result waits for the garbage collector also when one run alone has used it: to copy it takes longer. */
const waitingBytes = 2 ** 14;

/** The part of the budget of results that small ones may have, which do not take so long to move out. */
const smallShare = 1 / 4;

/** Bytes of former values in new arrays, of which most are garbage after a step, before the collector is asked to free those. */
const formerBudget = 2 ** 21;

/** Regions that are kept, and let go, for the same reasons. */
class Group {
  budget: number;
  /** The whole of them may be so many times as large as those that the present run uses, whatever the budget. */
  readonly headroom: number;
  held = 0;
  /** Bytes that the present run uses, all of which stay. */
  inUse = 0;

  constructor(budget: number, headroom: number) {
    this.budget = budget;
    this.headroom = headroom;
  }

  get limit(): number {
    return Math.max(this.budget, this.headroom * this.inUse);
  }
}

/** Room in WebAssembly memory that holds the numbers of one storage. */
export class Region implements DeviceCopy {
  readonly owner: WasmMemory;
  readonly address: number;
  readonly bytes: number;
  readonly dtype: DType;
  readonly size: number;
  /** Whose numbers these are. Undefined while a program is about to fill it. */
  storage: Storage | undefined;
  /** The run that used it last. */
  tick = 0;
  /** What it is kept with. Undefined as long as it belongs to no storage. */
  group: Group | undefined;

  constructor(owner: WasmMemory, address: number, bytes: number, dtype: DType, size: number) {
    this.owner = owner;
    this.address = address;
    this.bytes = bytes;
    this.dtype = dtype;
    this.size = size;
  }

  read(): TypedArray {
    const values = allocate(this.dtype, this.size);
    values.set(this.owner.view(this.address, this.dtype, this.size));
    this.owner.noteCopy(this);
    return values;
  }
}

/** How much of the memory may be held by what is not in use. */
export interface MemoryOptions {
  /** Bytes of copies of JavaScript arrays: the data set, say. Forgetting one costs its copying again. Default 1 GiB. */
  readonly copies?: number;
  /**
   * Bytes of results that are nowhere else, of which small ones, under 128 KiB, may have a quarter. Beyond it, those go that are garbage, and
   * others move to JavaScript arrays. Default 256 MiB: to look for garbage takes some 7 ms each time.
   */
  readonly results?: number;
  /** @internal The most bytes that there may be, which a test makes fewer. Default 4 GiB. */
  readonly limit?: number;
  /** @internal May threads share it, where the engine can? Without, it is as where it cannot. Default true. */
  readonly shared?: boolean;
  /** @internal May the garbage collector be asked, where it can? Without, it is as where it cannot. Default true. */
  readonly collecting?: boolean;
}

/** A memory that cannot hold what a program needs. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
}

/**
 * WebAssembly memory as a cache of storages. Once more is held than the budget, results that nobody refers to are found by the
 * garbage collector, where it can be asked; then what has not been used for longest is dropped, or moved to a JavaScript array when it is
 * nowhere else; never what the program that runs next uses. It holds storages, not tensors, and its bound depends on no finalizer.
 */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  readonly #regions = new Set<Region>();
  /** Regions that one run alone has used so far, the oldest first: mostly a batch, or a tiny result that nobody asks for again. */
  readonly #fresh = new Set<Region>();
  #freshBytes = 0;
  readonly #blocks = new Blocks(1024); // below are the signals that threads meet at, and nothing is at 0
  /** What is in a JavaScript array too. What one run uses stays whatever the budget: else weights beyond it would come and go. */
  readonly #copies: Group;
  readonly #smallResults: Group;
  /** Collections are rare enough where what is held is several times what a run makes. */
  readonly #largeResults: Group;
  readonly #limit: number;
  #scratch = 0;
  #scratchBytes = 0;
  #tick = 0;
  #isCollecting: boolean;
  /** Bytes of former values in arrays since new garbage was freed. */
  #formerBytes = 0;
  /** Evictions that pass before the garbage collector is asked, and how many passed the last time. */
  #wait = 0;
  #lastWait = 0;
  #bytes: Uint8Array;
  #words: Int32Array;

  constructor({
    copies = 2 ** 30,
    results = 256 * 2 ** 20,
    limit = largestMemory,
    shared = true,
    collecting = true,
  }: MemoryOptions = {}) {
    this.#copies = new Group(copies, 1);
    this.#smallResults = new Group(smallShare * results, 2);
    this.#largeResults = new Group(results, 4);
    this.#limit = limit;
    this.#isCollecting = collecting;
    this.isShared = shared && typeof SharedArrayBuffer === "function";
    const initial = 16;
    this.memory = this.isShared
      ? new WebAssembly.Memory({ initial, maximum: largestMemory / pageBytes, shared: true })
      : new WebAssembly.Memory({ initial });
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
  }

  get #groups(): readonly Group[] {
    return [this.#copies, this.#smallResults, this.#largeResults];
  }

  /** Bytes of the memory, used and free. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** Bytes that storages hold in it. */
  get heldBytes(): number {
    return this.#groups.reduce((sum, { held }) => sum + held, 0);
  }

  setBudget({ copies = this.#copies.budget, results = this.#largeResults.budget }: MemoryOptions): void {
    this.#copies.budget = copies;
    this.#smallResults.budget = smallShare * results;
    this.#largeResults.budget = results;
    this.#evict(({ budget }) => budget);
  }

  /** The whole memory as int32. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Part of the memory as an array. It is good until the memory grows. */
  view(address: number, dtype: DType, size: number): TypedArray {
    const { buffer } = this.memory;
    switch (dtype) {
      case "float32":
        return new Float32Array(buffer, address, size);
      case "float64":
        return new Float64Array(buffer, address, size);
      case "int32":
        return new Int32Array(buffer, address, size);
      default:
        return new Uint8Array(buffer, address, size);
    }
  }

  /** Begins a run: what is used from here on stays till the next. */
  begin(): void {
    if (this.#freshBytes > freshBudget) this.#sweep();
    // Before a new run is counted: what the last one used is mostly used again.
    const groups = this.#groups;
    if (groups.some(({ held, limit }) => held > limit)) this.#evict(({ limit }) => limit);
    if (this.#formerBytes > formerBudget) this.#collectYoung();
    this.#tick++;
    for (const group of groups) group.inUse = 0;
  }

  /** The region that holds a storage, filled if it is not there. */
  regionOf(storage: Storage, dtype: DType, size: number): Region {
    let region = storage.device as Region | undefined;
    if (region === undefined || region.owner !== this) {
      const { values } = storage;
      region = this.newRegion(dtype, size);
      this.view(region.address, dtype, size).set(values);
      this.#add(region, storage, this.#copies);
      storage.device = region;
    } else if (region.tick !== this.#tick) {
      this.#removeFresh(region);
      region.tick = this.#tick;
      (region.group as Group).inUse += region.bytes;
    }
    return region;
  }

  /** Room for a result; {@link keep} makes a storage of it, {@link free} gives it back. */
  newRegion(dtype: DType, size: number): Region {
    const bytes = blockBytes(size * bytesPerElement(dtype));
    return new Region(this, this.#take(bytes, size, dtype), bytes, dtype, size);
  }

  /** A storage of what a program has put into a region. */
  keep(region: Region): Storage {
    const storage = Storage.on(region, region.size * bytesPerElement(region.dtype));
    this.#add(region, storage, region.bytes < largeBytes ? this.#smallResults : this.#largeResults);
    return storage;
  }

  #add(region: Region, storage: Storage, group: Group): void {
    region.storage = storage;
    region.tick = this.#tick;
    group.inUse += region.bytes;
    this.#regions.add(region);
    this.#join(region, group);
  }

  #join(region: Region, group: Group): void {
    region.group = group;
    group.held += region.bytes;
    const waits = group !== this.#copies && region.bytes >= waitingBytes;
    if (waits || this.#fresh.has(region)) return;
    this.#fresh.add(region);
    this.#freshBytes += region.bytes;
  }

  #removeFresh(region: Region): void {
    if (this.#fresh.delete(region)) this.#freshBytes -= region.bytes;
  }

  /** @internal The numbers of a result have been read: from here on the region is a copy. */
  noteCopy(region: Region): void {
    const { group } = region;
    if (group === undefined || group === this.#copies) return;
    group.held -= region.bytes;
    this.#join(region, this.#copies);
  }

  /** Takes a region from its storage, which nobody reads any more: to be written over, or given back. */
  forget(region: Region): void {
    const { storage } = region;
    if (storage === undefined) return;
    // Another memory may have taken the storage over.
    if (storage.device === region) storage.device = undefined;
    this.#remove(region);
  }

  #remove(region: Region): void {
    (region.group as Group).held -= region.bytes;
    region.group = undefined;
    region.storage = undefined;
    this.#regions.delete(region);
    this.#removeFresh(region);
  }

  /** Room for a result where a storage is, whose numbers move to an array. They stay where they are too until something else is written there. */
  vacate(storage: Storage): Region {
    const region = storage.device as Region;
    if (!storage.isFetched) this.#formerBytes += storage.byteLength;
    void storage.values;
    this.forget(region);
    return region;
  }

  /** Gives back the room of a region that belongs to no storage. */
  free({ address, bytes }: Region): void {
    this.#blocks.give(address, bytes);
  }

  /** Memory for intermediate values, which programs use in turn. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratchBytes > 0) this.#blocks.give(this.#scratch, this.#scratchBytes);
      const size = blockBytes(bytes);
      this.#scratchBytes = 0;
      this.#scratch = this.#take(size, size, "uint8");
      this.#scratchBytes = size;
    }
    return this.#scratch;
  }

  #take(bytes: number, size: number, dtype: DType): number {
    const blocks = this.#blocks;
    const address = blocks.take(bytes, this.byteLength) ?? blocks.takePart(bytes, this.byteLength);
    if (address !== undefined) return address;
    if (!this.#grow(bytes)) this.#evictAll();
    const found =
      blocks.take(bytes, this.byteLength) ??
      blocks.takePart(bytes, this.byteLength) ??
      this.#takeGrown(bytes);
    if (found === undefined) throw new MemoryError(this.#shortage(size, dtype));
    return found;
  }

  /** The last resort: the memory may be made so much larger, beginning with what is free at its end. */
  #takeGrown(bytes: number): number | undefined {
    this.#blocks.join();
    if (this.#blocks.top + bytes > this.byteLength) this.#grow(bytes);
    return this.#blocks.take(bytes, this.byteLength);
  }

  /** Makes the memory larger: by a quarter at least, so that it is rare, where there is room. */
  #grow(bytes: number): boolean {
    const needed = this.#blocks.top + bytes - this.byteLength;
    const generous = Math.max(needed, Math.min(this.byteLength / 4, 64 * 2 ** 20));
    for (const wanted of [generous, needed]) {
      if (this.byteLength + wanted > this.#limit) continue;
      try {
        this.memory.grow(Math.ceil(wanted / pageBytes));
        this.#bytes = new Uint8Array(this.memory.buffer);
        this.#words = new Int32Array(this.memory.buffer);
        return true;
      } catch {
        // The engine has no more; a smaller step may do.
      }
    }
    return false;
  }

  #shortage(size: number, dtype: DType): string {
    const largest = [...this.#regions].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    const list = largest.map(
      (region) => `${region.dtype} of ${region.size} elements (${mebibytes(region.bytes)})`,
    );
    const held = list.length === 0 ? "" : `; the largest tensors in it are ${list.join(", ")}`;
    return (
      `memory: no room for ${dtype} of ${size} elements (${mebibytes(size * bytesPerElement(dtype))}) in the ${mebibytes(this.#limit)} of WebAssembly memory, ` +
      `of which ${mebibytes(this.heldBytes)} are held by tensors${held}; make batches smaller, or use checkpoint() so that fewer values are kept`
    );
  }

  /** Clears away what one run has used and none since: the same few places then hold one batch after the other. */
  #sweep(): void {
    for (const region of this.#fresh) {
      if (region.tick > this.#tick - recentRuns || this.#freshBytes <= freshBudget / 2) break;
      this.#moveOut(region);
    }
  }

  /** Drops copies and moves results out until each group is a quarter below what it may hold. */
  #evict(limitOf: (group: Group) => number): void {
    const isCrowded = (group: Group): boolean => group.held > limitOf(group);
    if (isCrowded(this.#smallResults) || isCrowded(this.#largeResults)) this.#reclaim();
    const limits = new Map(this.#groups.map((group) => [group, 0.75 * limitOf(group)]));
    const isOver = (group: Group): boolean => group.held > (limits.get(group) as number);
    if (!this.#groups.some(isOver)) return;
    const byAge = [...this.#regions].sort((a, b) => a.tick - b.tick);
    for (const region of byAge) {
      if (region.tick >= this.#tick) break;
      if (isOver(region.group as Group)) this.#moveOut(region);
    }
  }

  #evictAll(): void {
    this.#wait = 0;
    this.#reclaim();
    for (const region of [...this.#regions]) if (region.tick < this.#tick) this.#moveOut(region);
  }

  /** Gives back the room of garbage. A collection that takes as long as moving results out would have is put off the next time. */
  #reclaim(): void {
    const collector = this.#isCollecting ? garbageCollector() : undefined;
    if (collector === undefined || this.#wait-- > 0) return;
    const before = this.heldBytes;
    const start = performance.now();
    // An engine in which garbage does not show, for one that has changed, is not asked again.
    this.#isCollecting = this.#forgetGarbage(collector);
    const freed = before - this.heldBytes;
    const isWorthwhile = freed > bytesMovedPerMillisecond * (performance.now() - start);
    this.#lastWait = isWorthwhile ? 0 : Math.min(2 * this.#lastWait + 1, longestWait);
    this.#wait = this.#lastWait;
  }

  /**
   * Has arrays freed that are garbage. The engine would do so too, but late, as it goes by small objects: by then a plain step of a small net has gone through
   * more memory than the processor's caches hold, which takes longer. What is new and in use is looked at twice at most.
   */
  #collectYoung(): void {
    this.#formerBytes = 0;
    if (this.#isCollecting) garbageCollector()?.young();
  }

  #forgetGarbage(collector: Collector): boolean {
    const held = this.#weaken();
    const isCleared = collector.all();
    for (const [region, reference] of held) {
      region.storage = reference.deref();
      if (region.storage !== undefined) continue;
      this.#remove(region);
      this.free(region);
    }
    return isCleared;
  }

  /** Leaves nothing but weak references to the storages that the present run does not use. */
  #weaken(): [Region, WeakRef<Storage>][] {
    const held: [Region, WeakRef<Storage>][] = [];
    for (const region of this.#regions) {
      if (region.tick >= this.#tick || region.storage === undefined) continue;
      held.push([region, new WeakRef(region.storage)]);
      region.storage = undefined;
    }
    return held;
  }

  #moveOut(region: Region): void {
    void region.storage?.values;
    this.forget(region);
    this.free(region);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
