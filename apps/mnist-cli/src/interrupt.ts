import { CommandError } from "./errors.ts";

/** Notices Ctrl-C (SIGINT) and SIGTERM, so that a run ends between two steps. A second one ends the process at once. */
export class Interrupt {
  #isAsked = false;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (this.#isAsked) process.exit(130);
        this.#isAsked = true;
      });
    }
  }

  /** Lets signals and output through, then throws {@link CommandError} (130) if the run should end. */
  async check(where: () => string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isAsked) throw new CommandError(`interrupted ${where()}`, 130);
  }
}
