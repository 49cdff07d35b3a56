/**
 * A shape that does not fit an op: the message names the op, the shapes, the axis and the way out.
 * The type parameter lets a type rule carry the same sentence, which the compiler then prints.
 */
export class ShapeError extends Error {
    name = "ShapeError";
    constructor(op, message) {
        super(`${op}: ${message}`);
    }
}
/** A dtype that an op does not take, or a value that a dtype cannot hold. */
export class DTypeError extends Error {
    name = "DTypeError";
    constructor(op, message) {
        super(`${op}: ${message}`);
    }
}
/** An index or label outside its range. */
export class IndexError extends Error {
    name = "IndexError";
    constructor(op, message) {
        super(`${op}: ${message}`);
    }
}
/** An option that does not exist or has an impossible value. */
export class OptionError extends Error {
    name = "OptionError";
    constructor(op, message) {
        super(`${op}: ${message}`);
    }
}
/** Something that cannot be done with the graph as it stands: reading a traced value, differentiating a dropped history. */
export class GraphError extends Error {
    name = "GraphError";
    constructor(op, message) {
        super(`${op}: ${message}`);
    }
}
