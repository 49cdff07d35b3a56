import type { FunctionBuilder } from "../ir/index.ts";
import type { CallHost } from "../loop/machine.ts";

/** Part of a buffer that a kernel is given the address of. */
export interface Pointer {
  /** Its number in the program; or what the steps of one kernel share, and threads with each other. */
  readonly buffer: number | "shared";
  /** Bytes from the buffer's start. */
  readonly offset: number;
}

/** One call of a program. */
export type Step =
  | {
      readonly kind: "kernel";
      readonly key: string;
      readonly write: (callHost: CallHost) => FunctionBuilder;
      readonly pointers: readonly Pointer[];
      readonly units: number;
      readonly unitStep: number;
      readonly scratchBytes: number;
      /** Bytes of what it shares with other steps of its kernel. */
      readonly sharedBytes?: number;
      /** Roughly how many instructions it takes, all units together. */
      readonly cost: number;
      /** Workers cannot run it. */
      readonly isSerial: boolean;
      /** The program's kernel that it is made of. */
      readonly kernel: number;
    }
  | {
      /** Gives 1 when data is out of range: the program ends. */
      readonly kind: "check";
      readonly key: string;
      readonly write: () => FunctionBuilder;
      readonly pointers: readonly Pointer[];
      readonly kernel: number;
    }
  /** The op's own reference, run in JavaScript over the memory. */
  | { readonly kind: "host"; readonly kernel: number; readonly units: number };
