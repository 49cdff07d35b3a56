/** A derivative that is wrong, and by how much. */
export interface Mismatch {
  /** Which derivative: `the derivative of the output [0, 1] by argument 0 [1, 2]`. */
  readonly derivative: string;
  /** Its value by the gradient rules. */
  readonly analytic: number;
  /** Its value by central differences. */
  readonly numeric: number;
  /** The value of the input there; none for a derivative along a line. */
  readonly input: number | undefined;
}

/**
 * A derivative that does not agree: the message has the worst element, with its place in the result and in the argument,
 * both values, and the input there.
 */
export class GradcheckError extends Error {
  override readonly name = "GradcheckError";
  /** The worst element, when one element is to blame. */
  readonly mismatch: Mismatch | undefined;

  constructor(check: string, message: string, mismatch?: Mismatch) {
    super(`${check}: ${message}`);
    this.mismatch = mismatch;
  }
}
