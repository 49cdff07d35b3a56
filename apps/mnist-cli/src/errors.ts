/** The way a command ended badly: one sentence for people, and the exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: 1 | 2 | 130;

  constructor(message: string, exitCode: 1 | 2 | 130) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Options that contradict each other or cannot be: exit code 2. */
export function usageError(message: string): CommandError {
  return new CommandError(message, 2);
}
