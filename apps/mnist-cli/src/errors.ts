/** The exit code that a shell gives a program which SIGPIPE ended: nobody reads what it prints. */
export const closedPipe = 141;

type ExitCode = 1 | 2 | 130 | typeof closedPipe;

/** The way a command ended badly: one sentence for people, and the exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Options that contradict each other or cannot be: exit code 2. */
export function usageError(message: string): CommandError {
  return new CommandError(message, 2);
}
