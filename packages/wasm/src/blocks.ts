import { paddedBytes } from "@adjoint/compiler";

/** Which bytes of an address space are free. Sizes are rounded by {@link blockBytes}. */
export class Blocks {
  /** Free blocks by size. */
  readonly #bins = new Map<number, number[]>();
  #freeBytes = 0;
  /** Everything from here on has never been used. */
  #top: number;

  constructor(start: number) {
    this.#top = start;
  }

  /** Where the part begins that has never been used. */
  get top(): number {
    return this.#top;
  }

  /** A free block, if there is one below `end` without joining any. */
  take(bytes: number, end: number): number | undefined {
    const binned = this.#bins.get(bytes)?.pop();
    if (binned === undefined) return this.#takeTop(bytes, end);
    this.#freeBytes -= bytes;
    return binned;
  }

  /**
   * The beginning of the largest free block: the usual sizes stay whole, to be taken as they are. Free neighbours are joined first if no
   * block is large enough, and all of them with the top might be.
   */
  takePart(bytes: number, end: number): number | undefined {
    if (this.#freeBytes + end - this.#top < bytes) return undefined;
    if (this.#largest < bytes) this.join();
    const size = this.#largest;
    if (size < bytes) return this.#takeTop(bytes, end);
    const address = this.#bins.get(size)?.pop() as number;
    this.#freeBytes -= size;
    if (size > bytes) this.give(address + bytes, size - bytes);
    return address;
  }

  /** The size of the largest free block, 0 if there is none. */
  get #largest(): number {
    let largest = 0;
    for (const [size, addresses] of this.#bins) if (size > largest && addresses.length > 0) largest = size;
    return largest;
  }

  #takeTop(bytes: number, end: number): number | undefined {
    if (this.#top + bytes > end) return undefined;
    const start = this.#top;
    this.#top += bytes;
    return start;
  }

  give(address: number, bytes: number): void {
    const bin = this.#bins.get(bytes);
    if (bin === undefined) this.#bins.set(bytes, [address]);
    else bin.push(address);
    this.#freeBytes += bytes;
  }

  /** Joins free neighbours, and with what has never been used those that it comes after. */
  join(): void {
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
    for (const { address, size } of joined) this.give(address, size);
  }
}

/** Sizes are rounded, so that freed room is found again: to an eighth of the power of two below. */
export function blockBytes(bytes: number): number {
  const padded = paddedBytes(bytes);
  if (padded <= 1024) return padded;
  const step = 2 ** (Math.floor(Math.log2(padded)) - 3);
  return Math.ceil(padded / step) * step;
}
