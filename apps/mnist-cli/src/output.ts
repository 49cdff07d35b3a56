import { CommandError, closedPipe } from "./errors.ts";
import { FileError, hasCode, reasonOf } from "./file-error.ts";

/**
 * Notices that standard output takes no more: its reader is gone, as after `| head -1`, or its disk is full. A run that
 * only prints ends then; one that writes a file too goes on to that.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #error: Error | undefined;
  #file: string | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on("error", (error: Error) => {
      this.#error ??= error;
    });
  }

  /** Says that the run writes this file too. */
  goOnFor(file: string | undefined): void {
    this.#file = file;
  }

  /** Throws if a run should end that nobody can read: {@link CommandError} without a reader, else {@link FileError}. */
  check(): void {
    if (this.#file === undefined) this.#throwIfFailed();
  }

  /** Waits until all is written, and throws as {@link check} does if it was not; a file is a result without a reader. */
  async finish(): Promise<void> {
    if (this.#error === undefined) {
      await new Promise<void>((resolve) => {
        this.#stream.write("", () => setImmediate(resolve)); // the event of an error comes after the call
      });
    }
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#error === undefined) return;
    const written = this.#file === undefined ? "" : `; ${this.#file} is complete`;
    if (!hasCode(this.#error, "EPIPE")) {
      throw new FileError("standard output", `it cannot be written: ${reasonOf(this.#error)}${written}`);
    }
    if (this.#file === undefined) throw new CommandError("nobody reads standard output", closedPipe);
  }
}
