/**
 * A shape that does not fit an op: the message names the op, the shapes, the axis and the way out.
 * The type parameter lets a type rule carry the same sentence, which the compiler then prints.
 */
export class ShapeError<Message extends string = string> extends Error {
  override readonly name = "ShapeError";
  declare readonly message: Message;

  constructor(op: string, message: string) {
    super(`${op}: ${message}`);
  }
}

/** A dtype that an op does not take, or a value that a dtype cannot hold. */
export class DTypeError extends Error {
  override readonly name = "DTypeError";

  constructor(op: string, message: string) {
    super(`${op}: ${message}`);
  }
}

/** An index or label outside its range. */
export class IndexError extends Error {
  override readonly name = "IndexError";

  constructor(op: string, message: string) {
    super(`${op}: ${message}`);
  }
}

/** An option that does not exist or has an impossible value. */
export class OptionError extends Error {
  override readonly name = "OptionError";

  constructor(op: string, message: string) {
    super(`${op}: ${message}`);
  }
}

/** Something that cannot be done with the graph as it stands: reading a traced value, differentiating a dropped history. */
export class GraphError extends Error {
  override readonly name = "GraphError";

  constructor(op: string, message: string) {
    super(`${op}: ${message}`);
  }
}

/** What a {@link NumericsError} tells of, beside its sentence. */
export interface NumericsDetails {
  /** The NaN, ±∞ or denormal number. */
  readonly value: number;
  /** Where it stands in the op's result, or in the argument or parameter that holds it. */
  readonly index: readonly number[];
  /** Where the user called the op: `file:line:column`. */
  readonly at: string | undefined;
}

/** A NaN, ∞ or denormal number that `debugNumerics` or `checkFinite` has found. */
export class NumericsError extends Error {
  override readonly name = "NumericsError";
  /** The op that made the number; `"debugNumerics"` when it was given, `"checkFinite"` when that found it. */
  readonly op: string;
  readonly value: number;
  readonly index: readonly number[];
  readonly at: string | undefined;

  constructor(op: string, message: string, { value, index, at }: NumericsDetails) {
    super(`${op}: ${message}`);
    this.op = op;
    this.value = value;
    this.index = index;
    this.at = at;
  }
}
