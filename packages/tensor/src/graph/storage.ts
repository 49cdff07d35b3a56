import type { TypedArray } from "./dtype.ts";

/** A backend's own copy of the numbers of a tensor. */
export interface DeviceCopy {
  /** The backend that holds it: another one cannot use it. */
  readonly owner: object;
  /** The numbers as a JavaScript array of their own. */
  read(): TypedArray;
}

/**
 * The numbers of a tensor, wherever they are: in a JavaScript array, in a backend's memory, or in both. They never change:
 * a backend writes only to storages that it was given to keep ({@link Program.run}).
 */
export class Storage {
  readonly byteLength: number;
  #values: TypedArray | undefined;
  /** The backend's copy, if there is one. While there is no array it is the only one. */
  device: DeviceCopy | undefined;
  #holders = 0;

  private constructor(byteLength: number, values: TypedArray | undefined, device: DeviceCopy | undefined) {
    this.byteLength = byteLength;
    this.#values = values;
    this.device = device;
  }

  /** Of an array, which nobody writes to from here on. */
  static of(values: TypedArray): Storage {
    return new Storage(values.byteLength, values, undefined);
  }

  /** Of a backend's memory. */
  static on(device: DeviceCopy, byteLength: number): Storage {
    return new Storage(byteLength, undefined, device);
  }

  /** The numbers as an array, which is fetched when they are needed for the first time. Do not write to it. */
  get values(): TypedArray {
    this.#values ??= (this.device as DeviceCopy).read();
    return this.#values;
  }

  /** For one more node or parameter, whose numbers these are. */
  hold(): this {
    this.#holders++;
    return this;
  }

  /** Are these the numbers of one alone, and have never been another's? Then they may be written over when it gets others. */
  get hasOneHolder(): boolean {
    return this.#holders === 1;
  }

  /** Is there an array already? */
  get isFetched(): boolean {
    return this.#values !== undefined;
  }
}
