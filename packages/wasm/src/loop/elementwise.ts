import { type Attributes, type DType, isFloat, type Op, primitives } from "@adjoint/tensor";
import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import type { Part } from "../math/index.ts";
import type { IntegerOp, Machine } from "./machine.ts";
import { mathFunctionOf } from "./mathFunctions.ts";

/** An argument, in a local so that it can be used more than once. */
export interface Argument {
  readonly value: Local;
  readonly dtype: DType;
}

/** Code for one elementwise op; the dtype is that of its result. */
type Emit = (machine: Machine, args: readonly Argument[], dtype: DType, attributes: Attributes) => Expression;

/** By the arguments' dtype: arithmetic on floats, or on integers and bool. */
function arithmetic(
  float: (lanes: Lanes, a: Expression, b: Expression) => Expression,
  integer: IntegerOp,
  bool: IntegerOp = integer,
): Emit {
  return (machine, [a, b]) => {
    if (isFloat(a.dtype)) return float(machine.lanes(a.dtype), a.value, b.value);
    return machine.integer(a.dtype === "bool" ? bool : integer, a.value, b.value, a.dtype);
  };
}

function onFloats(
  float: (lanes: Lanes, a: Expression) => Expression,
  integer: Emit = (_, [a]) => a.value,
): Emit {
  return (machine, args, dtype, attributes) =>
    isFloat(args[0].dtype)
      ? float(machine.lanes(args[0].dtype), args[0].value)
      : integer(machine, args, dtype, attributes);
}

const zeroOf = (machine: Machine, dtype: DType): Expression => machine.number(0, dtype);

const emitters: ReadonlyMap<Op, Emit> = new Map<Op, Emit>([
  [primitives.add, arithmetic((lanes, a, b) => lanes.add(a, b), "add")],
  [primitives.sub, arithmetic((lanes, a, b) => lanes.sub(a, b), "sub")],
  [primitives.mul, arithmetic((lanes, a, b) => lanes.mul(a, b), "mul")],
  [primitives.div, arithmetic((lanes, a, b) => lanes.div(a, b), "sub")],
  [primitives.maximum, arithmetic((lanes, a, b) => lanes.max(a, b), "max", "or")],
  [primitives.minimum, arithmetic((lanes, a, b) => lanes.min(a, b), "min", "and")],
  [
    primitives.equal,
    (machine, [a, b]) => {
      if (isFloat(a.dtype)) return machine.lanes(a.dtype).eq(a.value, b.value);
      return machine.integer("eq", a.value, b.value, a.dtype);
    },
  ],
  [
    primitives.less,
    (machine, [a, b]) => {
      if (isFloat(a.dtype)) return machine.lanes(a.dtype).lt(a.value, b.value);
      // Of masks, all ones is −1: the larger bool is the smaller number.
      const isMask = a.dtype === "bool" && machine.width > 1;
      return machine.integer(
        "lt",
        ...(isMask ? ([b.value, a.value] as const) : ([a.value, b.value] as const)),
        a.dtype,
      );
    },
  ],
  [
    primitives.neg,
    onFloats(
      (lanes, x) => lanes.neg(x),
      (machine, [x]) => machine.integer("sub", zeroOf(machine, x.dtype), x.value, x.dtype),
    ),
  ],
  [
    primitives.abs,
    onFloats(
      (lanes, x) => lanes.abs(x),
      (machine, [x]) => {
        if (x.dtype !== "int32") return x.value;
        const negated = machine.integer("sub", zeroOf(machine, "int32"), x.value, "int32");
        return machine.select(
          machine.integer("lt", x.value, zeroOf(machine, "int32"), "int32"),
          negated,
          x.value,
        );
      },
    ),
  ],
  [primitives.floor, onFloats((lanes, x) => lanes.floor(x))],
  [primitives.sqrt, onFloats((lanes, x) => lanes.sqrt(x))],
  [primitives.where, (machine, [condition, a, b]) => machine.select(condition.value, a.value, b.value)],
  [
    primitives.cast,
    (machine, [x], dtype) => (x.dtype === dtype ? x.value : machine.cast(x.value, x.dtype, dtype)),
  ],
]);

function isPart(op: Op | Part): op is Part {
  return "emit" in op;
}

/** Does the op call its definition outside of WebAssembly? */
export function callsHost(op: Op | Part, dtype: DType): boolean {
  return !isPart(op) && !emitters.has(op) && mathFunctionOf(op, dtype) === undefined;
}

/** Roughly how many instructions the op takes. */
export function costOfOp(op: Op | Part, dtype: DType): number {
  if (isPart(op)) return op.cost;
  if (emitters.has(op)) return op === primitives.div || op === primitives.sqrt ? 4 : 1;
  return mathFunctionOf(op, dtype)?.cost ?? 100;
}

/**
 * About how many of its instructions wait for each other. Parts are most of them chains; of a function in one piece, half is: the terms
 * of its polynomials go side by side.
 */
export function chainOfOp(op: Op | Part, dtype: DType): number {
  const cost = costOfOp(op, dtype);
  return isPart(op) || emitters.has(op) ? cost : cost / 2;
}

/** The code of an elementwise op, or of a part of one. */
export function emitElementwise(
  machine: Machine,
  op: Op | Part,
  args: readonly Argument[],
  dtype: DType,
  attributes: Attributes,
): Expression {
  if (isPart(op)) return op.emit(machine.lanes(dtype), ...args.map(({ value }) => value));
  const emit = emitters.get(op);
  if (emit !== undefined) return emit(machine, args, dtype, attributes);
  const math = mathFunctionOf(op, dtype);
  if (math === undefined) return machine.host(op, args, dtype);
  return math.emit(machine.lanes(dtype), ...args.map(({ value }) => value));
}
