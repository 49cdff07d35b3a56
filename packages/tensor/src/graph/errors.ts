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
