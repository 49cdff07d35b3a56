/**
 * A shape that does not fit an op: the message names the op, the shapes, the axis and the way out.
 * The type parameter lets a type rule carry the same sentence, which the compiler then prints.
 */
export declare class ShapeError<Message extends string = string> extends Error {
    readonly name = "ShapeError";
    readonly message: Message;
    constructor(op: string, message: string);
}
/** A dtype that an op does not take, or a value that a dtype cannot hold. */
export declare class DTypeError extends Error {
    readonly name = "DTypeError";
    constructor(op: string, message: string);
}
/** An index or label outside its range. */
export declare class IndexError extends Error {
    readonly name = "IndexError";
    constructor(op: string, message: string);
}
/** An option that does not exist or has an impossible value. */
export declare class OptionError extends Error {
    readonly name = "OptionError";
    constructor(op: string, message: string);
}
/** Something that cannot be done with the graph as it stands: reading a traced value, differentiating a dropped history. */
export declare class GraphError extends Error {
    readonly name = "GraphError";
    constructor(op: string, message: string);
}
