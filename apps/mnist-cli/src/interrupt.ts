import { CommandError } from "./errors.ts";
import type { Output } from "./output.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/** Notices Ctrl-C (SIGINT) and SIGTERM, so that a run ends between two steps. A second one ends the process at once. */
export class Interrupt {
  #isAsked = false;
  readonly #listener = (): void => {
    if (this.#isAsked) process.exit(130);
    this.#isAsked = true;
  };

  readonly #output: Output | undefined;

  /** Looks at `output` too whenever it looks for a signal. */
  constructor(output?: Output) {
    this.#output = output;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  /** Lets signals and output through, then throws {@link CommandError} (130), or what {@link Output.check} throws, if the run should end. */
  async check(where: () => string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isAsked) throw new CommandError(`interrupted ${where()}`, 130);
    this.#output?.check();
  }

  /** Stops listening. */
  stop(): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}
