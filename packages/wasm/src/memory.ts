import { paddedBytes } from "@adjoint/compiler";
import { type DeviceCopy, type DType, Storage, type TypedArray } from "@adjoint/tensor";
import { allocate, bytesPerElement } from "@adjoint/tensor/engine";

const pageBytes = 65536;
const largestMemory = 65536 * pageBytes;
/** Bytes of regions that one run alone has used, beyond which the older ones go. A second use keeps a region. */
const freshBudget = 4 * 2 ** 20;
/** Runs after which a region that was used once counts as old. */
const recentRuns = 8;

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
  /** The numbers are in a JavaScript array too. */
  isCopy = false;

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
  /** Bytes of results that are nowhere else, and move to JavaScript arrays beyond it. Default 8 MiB. */
  readonly results?: number;
  /** @internal The most bytes that there may be, which a test makes fewer. Default 4 GiB. */
  readonly limit?: number;
  /** @internal May threads share it, where the engine can? Without, it is as where it cannot. Default true. */
  readonly shared?: boolean;
}

/** A memory that cannot hold what a program needs. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
}

/**
 * WebAssembly memory as a cache of storages. What has not been used for longest is dropped, or moved to a JavaScript array when it is
 * nowhere else, once more is held than the budget; never what the program that runs next uses. It holds storages, not tensors, and its
 * bound depends on no finalizer.
 */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  readonly #regions = new Set<Region>();
  /** Regions that one run alone has used so far, the oldest first: mostly a batch, or a result that nobody asks for again. */
  readonly #fresh = new Set<Region>();
  #freshBytes = 0;
  /** Free blocks by size. */
  readonly #bins = new Map<number, number[]>();
  #freeBytes = 0;
  /** Everything from here on has never been used. */
  #top: number;
  #copyBytes = 0;
  #resultBytes = 0;
  #copyBudget: number;
  #resultBudget: number;
  readonly #limit: number;
  #scratch = 0;
  #scratchBytes = 0;
  #tick = 0;
  /** Bytes that the present run uses, all of which stay. */
  #copiesInUse = 0;
  #resultsInUse = 0;
  #bytes: Uint8Array;
  #words: Int32Array;

  constructor({
    copies = 2 ** 30,
    results = 8 * 2 ** 20,
    limit = largestMemory,
    shared = true,
  }: MemoryOptions = {}) {
    this.#copyBudget = copies;
    this.#resultBudget = results;
    this.#limit = limit;
    this.isShared = shared && typeof SharedArrayBuffer === "function";
    const initial = 16;
    this.memory = this.isShared
      ? new WebAssembly.Memory({ initial, maximum: largestMemory / pageBytes, shared: true })
      : new WebAssembly.Memory({ initial });
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
    this.#top = 1024; // below are the signals that threads meet at, and nothing is at 0
  }

  /** Bytes of the memory, used and free. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** Bytes that storages hold in it. */
  get heldBytes(): number {
    return this.#copyBytes + this.#resultBytes;
  }

  setBudget({ copies = this.#copyBudget, results = this.#resultBudget }: MemoryOptions): void {
    this.#copyBudget = copies;
    this.#resultBudget = results;
    this.#evict(copies, results);
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
    // What one run uses stays whatever the budget: else weights beyond it would come and go.
    const copies = Math.max(this.#copyBudget, this.#copiesInUse);
    const results = Math.max(this.#resultBudget, 2 * this.#resultsInUse);
    if (this.#copyBytes > copies || this.#resultBytes > results) this.#evict(copies, results);
    this.#tick++;
    this.#copiesInUse = 0;
    this.#resultsInUse = 0;
  }

  /** The region that holds a storage, filled if it is not there. */
  regionOf(storage: Storage, dtype: DType, size: number): Region {
    let region = storage.device as Region | undefined;
    if (region === undefined || region.owner !== this) {
      const { values } = storage;
      region = this.newRegion(dtype, size);
      this.view(region.address, dtype, size).set(values);
      region.storage = storage;
      region.isCopy = true;
      storage.device = region;
      this.#copyBytes += region.bytes;
      this.#add(region);
    } else if (region.tick !== this.#tick && this.#fresh.delete(region)) this.#freshBytes -= region.bytes;
    if (region.tick !== this.#tick) {
      region.tick = this.#tick;
      if (region.isCopy) this.#copiesInUse += region.bytes;
      else this.#resultsInUse += region.bytes;
    }
    return region;
  }

  /** Room for a result; {@link keep} makes a storage of it, {@link free} gives it back. */
  newRegion(dtype: DType, size: number): Region {
    const bytes = roundedBytes(size * bytesPerElement(dtype));
    const region = new Region(this, this.#take(bytes, size, dtype), bytes, dtype, size);
    region.tick = this.#tick;
    this.#resultsInUse += bytes;
    return region;
  }

  /** A storage of what a program has put into a region. */
  keep(region: Region): Storage {
    const storage = Storage.on(region, region.size * bytesPerElement(region.dtype));
    region.storage = storage;
    region.isCopy = false;
    this.#resultBytes += region.bytes;
    this.#add(region);
    return storage;
  }

  #add(region: Region): void {
    this.#regions.add(region);
    this.#fresh.add(region);
    this.#freshBytes += region.bytes;
  }

  /** @internal The numbers of a result have been read: from here on the region is a copy. */
  noteCopy(region: Region): void {
    if (region.isCopy || region.storage === undefined) return;
    region.isCopy = true;
    this.#resultBytes -= region.bytes;
    this.#copyBytes += region.bytes;
  }

  /** Takes a region from its storage, which nobody reads any more: to be written over, or given back. */
  forget(region: Region): void {
    const { storage } = region;
    if (storage === undefined) return;
    if (region.isCopy) this.#copyBytes -= region.bytes;
    else this.#resultBytes -= region.bytes;
    // Another memory may have taken the storage over.
    if (storage.device === region) storage.device = undefined;
    region.storage = undefined;
    this.#regions.delete(region);
    if (this.#fresh.delete(region)) this.#freshBytes -= region.bytes;
  }

  /** Gives back the room of a region that belongs to no storage. */
  free({ address, bytes }: Region): void {
    this.#give(address, bytes);
  }

  /** Memory for intermediate values, which programs use in turn. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratchBytes > 0) this.#give(this.#scratch, this.#scratchBytes);
      const size = roundedBytes(bytes);
      this.#scratchBytes = 0;
      this.#scratch = this.#take(size, size, "uint8");
      this.#scratchBytes = size;
    }
    return this.#scratch;
  }

  #take(bytes: number, size: number, dtype: DType): number {
    const binned = this.#bins.get(bytes)?.pop();
    if (binned !== undefined) {
      this.#freeBytes -= bytes;
      return binned;
    }
    const address = this.#takeTop(bytes) ?? this.#takeJoined(bytes);
    if (address !== undefined) return address;
    if (!this.#grow(bytes)) this.#evictAll();
    const found = this.#takeTop(bytes) ?? this.#takeJoined(bytes) ?? this.#takeGrown(bytes);
    if (found === undefined) throw new MemoryError(this.#shortage(size, dtype));
    return found;
  }

  /** Room that has never been used. */
  #takeTop(bytes: number): number | undefined {
    if (this.#top + bytes > this.#bytes.byteLength) return undefined;
    const start = this.#top;
    this.#top += bytes;
    return start;
  }

  /** The last resort: the memory may be made so much larger, beginning with what is free at its end. */
  #takeGrown(bytes: number): number | undefined {
    this.#join();
    return this.#takeTop(bytes) ?? (this.#grow(bytes) ? this.#takeTop(bytes) : undefined);
  }

  #give(address: number, bytes: number): void {
    const bin = this.#bins.get(bytes);
    if (bin === undefined) this.#bins.set(bytes, [address]);
    else bin.push(address);
    this.#freeBytes += bytes;
  }

  /** Joins free blocks, if there can be room in them and at the top, and takes the first that is large enough. */
  #takeJoined(bytes: number): number | undefined {
    if (this.#freeBytes + this.#bytes.byteLength - this.#top < bytes) return undefined;
    const fit = this.#join().find(({ size }) => size >= bytes);
    if (fit === undefined) return this.#takeTop(bytes);
    const bin = this.#bins.get(fit.size) as number[];
    bin.splice(bin.indexOf(fit.address), 1);
    this.#freeBytes -= fit.size;
    if (fit.size > bytes) this.#give(fit.address + bytes, fit.size - bytes);
    return fit.address;
  }

  /** Joins free neighbours, and with what has never been used those that it comes after; gives the blocks that are left. */
  #join(): readonly { readonly address: number; readonly size: number }[] {
    const blocks = [...this.#bins].flatMap(([size, addresses]) =>
      addresses.map((address) => ({ address, size })),
    );
    blocks.sort((a, b) => a.address - b.address);
    this.#bins.clear();
    this.#freeBytes = 0;
    const joined: { address: number; size: number }[] = [];
    for (const { address, size } of blocks) {
      const before = joined.at(-1);
      if (before !== undefined && before.address + before.size === address) before.size += size;
      else joined.push({ address, size });
    }
    const last = joined.at(-1);
    if (last !== undefined && last.address + last.size === this.#top) {
      this.#top = last.address;
      joined.pop();
    }
    for (const { address, size } of joined) this.#give(address, size);
    return joined;
  }

  /** Makes the memory larger: by a quarter at least, so that it is rare, where there is room. */
  #grow(bytes: number): boolean {
    const needed = this.#top + bytes - this.#bytes.byteLength;
    const generous = Math.max(needed, Math.min(this.#bytes.byteLength / 4, 64 * 2 ** 20));
    for (const wanted of [generous, needed]) {
      if (this.#bytes.byteLength + wanted > this.#limit) continue;
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

  /** Drops copies and moves results out until both are a quarter below their budgets. */
  #evict(copies: number, results: number): void {
    const byAge = [...this.#regions].sort((a, b) => a.tick - b.tick);
    for (const region of byAge) {
      if (region.tick >= this.#tick) break;
      if (region.isCopy ? this.#copyBytes > 0.75 * copies : this.#resultBytes > 0.75 * results)
        this.#moveOut(region);
    }
  }

  #evictAll(): void {
    for (const region of [...this.#regions]) if (region.tick < this.#tick) this.#moveOut(region);
  }

  #moveOut(region: Region): void {
    void region.storage?.values;
    this.forget(region);
    this.free(region);
  }
}

/** Sizes are rounded, so that freed room is found again: to an eighth of the power of two below. */
function roundedBytes(bytes: number): number {
  const padded = paddedBytes(bytes);
  if (padded <= 1024) return padded;
  const step = 2 ** (Math.floor(Math.log2(padded)) - 3);
  return Math.ceil(padded / step) * step;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
