import { floatOf, type TypedArray } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import { broadcastShapes } from "./shape.ts";
import type { DType, Shape } from "./shape-types.ts";
import type { AnyTensor } from "./tensor.ts";

/** A value that an op is given beside its tensors: plain data, compared by structure. */
export type AttributeValue = number | string | boolean | undefined | readonly AttributeValue[];

/** The attributes of a node: plain data, part of a program's key. */
export type Attributes = { readonly [name: string]: AttributeValue };

/** Flat row-major values with their shape and dtype: what a kernel reads and fills. */
export interface Values {
  readonly values: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a gradient rule is given. */
export interface VjpContext<A extends Attributes = Attributes> {
  readonly inputs: readonly AnyTensor[];
  readonly output: AnyTensor;
  /** Derivative of the final result by this node's output, of the output's shape. */
  readonly cotangent: AnyTensor;
  readonly attributes: A;
}

/**
 * Vector-Jacobian product, written in ops: the cotangent of each input, `undefined` where it is always zero.
 * A cotangent of a broadcast shape is summed to its input's shape by the engine.
 */
export type VjpRule<A extends Attributes = Attributes> = (
  context: VjpContext<A>,
) => readonly (AnyTensor | undefined)[];

/**
 * How operands are promoted before the node is made: `"float"` to their common float dtype, `"number"` to their
 * common dtype but at least int32 for bool, `"any"` to their common dtype; a function gives each its own.
 */
export type Accepts = "float" | "number" | "any" | ((dtypes: readonly DType[]) => readonly DType[]);

/** A place in a graph where the pattern of a {@link Replacement} fits. */
export interface Match {
  /** What stands at each placeholder, in the order of the pattern's parameters. */
  readonly operands: readonly AnyTensor[];
  /** The node that the whole pattern describes. */
  readonly node: AnyTensor;
  /** The node at the pattern's first use of `op`, whose attributes and optional inputs the pattern leaves open. */
  found(op: Op): AnyTensor;
  /** Is the node given, so that a rule may use it but not look at what it was made of? */
  isGiven(node: AnyTensor): boolean;
  /** What the rules make of a node that is made of matched ones; undefined when none fits. */
  rewritten(node: AnyTensor): AnyTensor | undefined;
}

/** A naive way to write an op, for the stabilising pass. */
export interface Replacement {
  /**
   * The formula as an ordinary function of tensors. Every parameter is a placeholder for any tensor, the same one wherever it
   * occurs; numbers match by value; sums and products match either way round; attributes and optional inputs match any.
   */
  readonly written: (...operands: AnyTensor[]) => AnyTensor;
  /**
   * The ops that alone may have made each operand, in the order of the parameters; undefined for any. Where `becomes` looks at
   * them, this spares it nearly all calls. Default: any.
   */
  readonly madeBy?: readonly (ReadonlySet<Op> | undefined)[];
  /**
   * Ops that the formula has, that of the whole first. It is then written out only once a graph has them, and may have small whole
   * numbers and halves alone. A getter can name the op that is being defined. Default: it is written out when its rule is installed.
   */
  readonly ops?: readonly Op[];
  /** Ops of which a graph has at least one, anywhere, if there is anything for this rule in it. Default: any graph is tried. */
  readonly needs?: ReadonlySet<Op>;
  /** What computes the same; undefined where this match is not it. Default: this op of the operands. */
  readonly becomes?: (match: Match) => AnyTensor | undefined;
  /** What is wrong with the formula as written: one clause, for `explain`. */
  readonly because: string;
}

/** What every op says of itself; passes read these fields and never an op's name. */
export interface OpDefinition<A extends Attributes = Attributes> {
  /** Promotion of the operands. Default `"float"`. */
  readonly accepts?: Accepts;
  /** Each output element depends on the elements at its own place: inputs broadcast, and the shape rule is given. */
  readonly elementwise?: boolean;
  /** The output's shape. Default: the inputs' broadcast shape when elementwise, else the first input's. */
  readonly shape?: (shapes: readonly Shape[], attributes: A) => Shape;
  /** The output's dtype, from the promoted ones. Default: the first input's. */
  readonly dtype?: (dtypes: readonly DType[], attributes: A) => DType;
  /** False when the derivative is zero wherever it exists: comparisons, indices, random bits. Default true. */
  readonly differentiable?: boolean;
  readonly vjp?: VjpRule<A>;
  /** The order of the two inputs does not matter. Default false. */
  readonly commutative?: boolean;
  /** The value is that of the only input: passes see through the node. Default false. */
  readonly transparent?: boolean;
  /** The value is that of the first input, or the program ends: the data is not as it must be. Default false. */
  readonly checks?: boolean;
  /**
   * The output is some elements of the first input, and cheap to compute: an argument of a compiled function that is such a node is computed
   * in the function's own program. Default false.
   */
  readonly gathers?: boolean;
  /** Its gradient rule is a user's own, which may go by what it finds outside of the graph: it is asked each time that something is differentiated. Default false. */
  readonly userRule?: boolean;
  /** The gradient rule gives 0 where the cotangent is 0, whatever the inputs are: it moves, adds or negates. Default false. */
  readonly passesZeros?: boolean | ((inputs: readonly AnyTensor[]) => boolean);
  /** For each input where the output depends on it at all, as a bool tensor; undefined for everywhere. */
  readonly selects?: (inputs: readonly AnyTensor[]) => readonly (AnyTensor | undefined)[];
  /** Naive formulas that the stabilising pass replaces by this op. */
  readonly replaces?: readonly Replacement[];
  /** Elementwise kernel: float64 in, float64 out, rounded once to the dtype. */
  readonly scalar?: (...x: number[]) => number;
  /** Floating-point operations of an op that is not elementwise, for reports. Default 0: it moves numbers. */
  readonly flops?: (shapes: readonly Shape[], attributes: A) => number;
  /** Kernel of ops that are not elementwise: fills every element of the output. */
  readonly reference?: (inputs: readonly Values[], output: Values, attributes: A) => void;
}

/** An op: a definition with a name, and a number that no other op of this process has. */
export interface Op
  extends Required<
    Pick<
      OpDefinition,
      | "accepts"
      | "elementwise"
      | "differentiable"
      | "commutative"
      | "transparent"
      | "checks"
      | "gathers"
      | "userRule"
      | "passesZeros"
      | "replaces"
      | "flops"
    >
  > {
  readonly name: string;
  readonly id: number;
  readonly kind: "leaf" | "primitive" | "composite";
  readonly shape: (shapes: readonly Shape[], attributes: Attributes) => Shape;
  readonly dtype: (dtypes: readonly DType[], attributes: Attributes) => DType;
  readonly vjp: VjpRule | undefined;
  readonly selects: OpDefinition["selects"];
  readonly scalar: OpDefinition["scalar"];
  readonly reference:
    | ((inputs: readonly Values[], output: Values, attributes: Attributes) => void)
    | undefined;
  /** A composite in terms of other ops. */
  readonly lower: ((inputs: readonly AnyTensor[], attributes: Attributes) => AnyTensor) | undefined;
}

/** A composite's definition: an op that is lowered to others, but keeps its name in the graph. */
export interface CompositeDefinition<A extends Attributes = Attributes> extends OpDefinition<A> {
  /** The same value in terms of other ops. */
  readonly lower: (inputs: readonly AnyTensor[], attributes: A) => AnyTensor;
}

let defined = 0;

function define(
  kind: Op["kind"],
  name: string,
  definition: OpDefinition<Attributes>,
  lower?: Op["lower"],
): Op {
  const elementwise = definition.elementwise ?? definition.scalar !== undefined;
  return {
    name,
    id: defined++,
    kind,
    elementwise,
    accepts: definition.accepts ?? "float",
    differentiable: definition.differentiable ?? true,
    shape: definition.shape ?? (elementwise ? (shapes) => broadcastShapes(name, shapes) : ([first]) => first),
    dtype: definition.dtype ?? (([first]) => first),
    vjp: definition.vjp,
    commutative: definition.commutative ?? false,
    transparent: definition.transparent ?? false,
    checks: definition.checks ?? false,
    gathers: definition.gathers ?? false,
    userRule: definition.userRule ?? false,
    passesZeros: definition.passesZeros ?? false,
    selects: definition.selects,
    replaces: definition.replaces ?? [],
    flops: definition.flops ?? (() => 0),
    scalar: definition.scalar,
    reference: definition.reference,
    lower,
  };
}

/** Defines a primitive: one of the closed set that every backend implements. */
export function primitive<A extends Attributes = Attributes>(name: string, definition: OpDefinition<A>): Op {
  return define("primitive", name, definition as unknown as OpDefinition);
}

/**
 * Defines a composite: an op with a lowering to other ops, whose name survives in the graph until the compiler lowers
 * it. Without a `vjp` its gradient is that of the lowering; without `scalar` or `reference` so is its value.
 */
export function composite<A extends Attributes = Attributes>(
  name: string,
  definition: CompositeDefinition<A>,
): Op {
  return define("composite", name, definition as unknown as OpDefinition, definition.lower as Op["lower"]);
}

function leaf(name: string): Op {
  return define("leaf", name, {});
}

/** The leaves of a graph: what a node is when no op made it. */
export const leaves: Readonly<Record<"data" | "literal" | "input" | "parameter", Op>> = {
  /** Values held by the node itself. */
  data: leaf("data"),
  /** A JavaScript number, with `value` as attribute. */
  literal: leaf("literal"),
  /** An argument of a traced function. */
  input: leaf("input"),
  /** One version of a parameter. */
  parameter: leaf("parameter"),
};

/**
 * What a parameter is after an assignment in a traced function: the value, as a version of its own. Derivatives are taken
 * of it, and go no further back, as outside a trace.
 */
export const assignedOp: Op = composite("assigned", {
  accepts: (dtypes) => dtypes,
  elementwise: true,
  differentiable: false,
  lower: ([value]) => value,
});

/** Is the node one version of a parameter? */
export function isParameterVersion({ op }: AnyTensor): boolean {
  return op === leaves.parameter || op === assignedOp;
}

/** The dtype that operands whose common one is `common` are cast to. */
export function acceptedDType(accepts: Exclude<Accepts, (...args: never) => unknown>, common: DType): DType {
  if (accepts === "float") return floatOf(common);
  return accepts === "number" && common === "bool" ? "int32" : common;
}

/** Throws {@link DTypeError} unless `dtype` can index: int32 or uint8. */
export function checkIndexDType(op: string, dtype: DType): DType {
  if (dtype === "int32" || dtype === "uint8") return dtype;
  throw new DTypeError(op, `indices are ${dtype}; expected int32 or uint8, as cast(indices, "int32") gives`);
}
