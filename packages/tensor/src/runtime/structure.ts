import { rankOf } from "../graph/dtype.ts";
import type { Attributes, AttributeValue } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import { BoundedCache } from "./cache.ts";

/** Stands before a number that is no int32 of its own, which follows as the two halves of a float64. */
const wide = -(2 ** 31);
const halves = new Int32Array(2);
const double = new Float64Array(halves.buffer);

/** What stands before an attribute's value. */
const kinds = { undefined: 0, false: 1, true: 2, number: 3, string: 4, array: 5 } as const;

/** Words that have a number. When there are too many they are forgotten, and get other numbers. */
const mostWords = 4096;
const words = new Map<string, number>();
let numbered = 0;

function numberOf(word: string): number {
  let number = words.get(word);
  if (number === undefined) {
    if (words.size === mostWords) words.clear();
    number = numbered++;
    words.set(word, number);
  }
  return number;
}

/** The structure of a graph as a row of whole numbers: equal rows, equal structures. Text took ten times as long to make. */
export class Structure {
  #row = new Int32Array(1024);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  /** Adds an int32 that is not the least one. */
  add(number: number): void {
    if (this.#length === this.#row.length) {
      const longer = new Int32Array(2 * this.#length);
      longer.set(this.#row);
      this.#row = longer;
    }
    this.#row[this.#length++] = number;
  }

  /** Adds any number, −0 and NaN too. */
  addNumber(number: number): void {
    if (Object.is(number | 0, number) && number !== wide) {
      this.add(number);
      return;
    }
    double[0] = number;
    this.add(wide);
    this.add(halves[0]);
    this.add(halves[1]);
  }

  /** Adds a text. It has a number of its own, so that long ones are quick too. */
  addWord(word: string): void {
    this.add(numberOf(word));
  }

  addType(dtype: DType, shape: Shape): void {
    this.add(rankOf(dtype));
    this.add(shape.length);
    for (const dimension of shape) this.addNumber(dimension);
  }

  addAttributes(attributes: Attributes): void {
    for (const name in attributes) {
      this.addWord(name);
      this.#addValue(attributes[name]);
    }
    this.add(-1);
  }

  #addValue(value: AttributeValue): void {
    if (typeof value === "number") {
      this.add(kinds.number);
      this.addNumber(value);
    } else if (typeof value === "string") {
      this.add(kinds.string);
      this.addWord(value);
    } else if (typeof value === "object") {
      this.add(kinds.array);
      this.add(value.length);
      for (const item of value) this.#addValue(item);
    } else this.add(value === undefined ? kinds.undefined : value ? kinds.true : kinds.false);
  }

  /** A copy that stays. */
  copy(): Int32Array {
    return this.#row.slice(0, this.#length);
  }

  /** A number that equal rows have in common, and others hardly ever. Source: FNV-1a, over whole numbers, with a final mix. */
  hash(): number {
    let hash = 0x811c9dc5 | 0;
    for (let i = 0; i < this.#length; i++) {
      hash = Math.imul(hash ^ this.#row[i], 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  equals(row: Int32Array): boolean {
    if (row.length !== this.#length) return false;
    for (let i = 0; i < row.length; i++) if (row[i] !== this.#row[i]) return false;
    return true;
  }
}

/** Programs that are kept of one function, and of all that is evaluated: sequences of every length up to this may be learnt from in turn. */
export const mostPrograms = 256;

/** A bounded map from structures. Of two with the same hash it holds the later one. */
export class StructureCache<V> {
  readonly #entries: BoundedCache<number, { readonly row: Int32Array; readonly value: V }>;

  constructor(capacity: number) {
    this.#entries = new BoundedCache(capacity);
  }

  get(structure: Structure, hash: number): V | undefined {
    const entry = this.#entries.get(hash);
    return entry !== undefined && structure.equals(entry.row) ? entry.value : undefined;
  }

  set(row: Int32Array, hash: number, value: V): void {
    this.#entries.set(hash, { row, value });
  }

  values(): V[] {
    return this.#entries.values().map(({ value }) => value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
