import { checkRepresentable, floatOf, isFloat, promote, type TypedArray } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import { recordHistory } from "./history.ts";
import { type Accepts, type Attributes, acceptedDType, leaves, type Op, primitive } from "./op.ts";
import type { DType, Shape } from "./shape-types.ts";
import { Storage } from "./storage.ts";
import { type AnyTensor, Tensor } from "./tensor.ts";

/** What an op takes: a tensor (or parameter), or a JavaScript number, which adopts the other operands' dtype. */
export type Operand = AnyTensor | number;

const none: Attributes = Object.freeze({});
const noInputs: readonly AnyTensor[] = Object.freeze([]) as readonly AnyTensor[];
const scalarShape: Shape = Object.freeze([]) as readonly number[];

/**
 * Value converted to another dtype. Float to integer rounds towards zero and saturates, NaN gives 0; anything to bool
 * is "not equal to 0"; to float32 rounds to nearest.
 */
export const castPrimitive: Op = primitive<{ dtype: DType }>("cast", {
  passesZeros: true,
  accepts: "any",
  elementwise: true,
  dtype: (_, { dtype }) => dtype,
  vjp: ({ inputs: [x], cotangent }) => [
    isFloat(cotangent.dtype) && isFloat(x.dtype) ? convert(cotangent, x.dtype) : undefined,
  ],
  reference([x], output, { dtype }) {
    const convertOne = converter(dtype);
    for (let i = 0; i < output.values.length; i++) output.values[i] = convertOne(x.values[i]);
  },
});

function converter(dtype: DType): (x: number) => number {
  switch (dtype) {
    case "bool":
      return (x) => (x !== 0 ? 1 : 0);
    case "uint8":
      return (x) => Math.max(0, Math.min(255, x)) | 0;
    case "int32":
      return (x) => Math.max(-2147483648, Math.min(2147483647, x)) | 0;
    default:
      return (x) => x;
  }
}

/** Makes a node whose operands, shape and dtype are settled. */
export function node(
  op: Op,
  inputs: readonly AnyTensor[],
  attributes: Attributes,
  shape: Shape,
  dtype: DType,
  weak = false,
): AnyTensor {
  const made = new Tensor<Shape, DType>(op, inputs, attributes, shape, dtype, weak);
  recordHistory(made);
  return made;
}

/** The node itself when it has the dtype already, else a cast of it. */
export function convert(x: AnyTensor, dtype: DType): AnyTensor {
  return x.dtype === dtype ? x : node(castPrimitive, [x], { dtype }, x.shape, dtype);
}

/** A scalar node of a JavaScript number. */
export function literal(value: number, dtype: DType, weak: boolean = false): AnyTensor {
  return new Tensor<Shape, DType>(leaves.literal, noInputs, { value }, scalarShape, dtype, weak);
}

/** A leaf that holds `values`, which nobody writes to from here on. */
export function dataNode(values: TypedArray, shape: Shape, dtype: DType, weak: boolean = false): AnyTensor {
  return storageNode(Storage.of(values), shape, dtype, weak);
}

/** A leaf of numbers that are stored already. */
export function storageNode(storage: Storage, shape: Shape, dtype: DType, weak: boolean = false): AnyTensor {
  const made = new Tensor<Shape, DType>(leaves.data, noInputs, none, shape, dtype, weak);
  made.memo.storage = storage.hold();
  recordHistory(made);
  return made;
}

/** A leaf that stands for a tensor whose numbers are not known. */
export function standInFor({ shape, dtype, weak }: AnyTensor): AnyTensor {
  return new Tensor<Shape, DType>(leaves.input, noInputs, none, shape, dtype, weak);
}

/** An integer dtype that a number argument of a traced function took of what it met, and the op in which it did. */
export interface Adoption {
  readonly op: string;
  readonly dtype: DType;
}

/** What the stand-ins of number arguments have adopted. */
const adoptions = new WeakMap<AnyTensor, Adoption[]>();

/** A leaf that stands for a JavaScript number: it adopts an integer dtype as that does, which is noted, since calls tell whether the number fits. */
export function numberStandIn(number: AnyTensor): AnyTensor {
  const made = standInFor(number);
  adoptions.set(made, []);
  return made;
}

/** Does the node stand for a JavaScript number, and was not computed of one? */
export function isNumberStandIn(node: AnyTensor): boolean {
  return node.weak && adoptions.has(node);
}

/** The integer dtypes that the number, if the node stands for one, must be of. */
export function adoptionsOf(node: AnyTensor): readonly Adoption[] {
  return adoptions.get(node) ?? [];
}

/** The node in a dtype that it takes of another, as {@link convert} makes it. */
export function adopt(op: string, x: AnyTensor, dtype: DType): AnyTensor {
  if (x.weak && !isFloat(dtype)) adoptions.get(x)?.push({ op, dtype });
  return convert(x, dtype);
}

function resolve(op: string, operand: Operand): AnyTensor | number {
  if (typeof operand === "number") return operand;
  if (operand instanceof Tensor) return operand.current();
  const given = operand === null ? "null" : Array.isArray(operand) ? "an array" : typeof operand;
  throw new DTypeError(
    op,
    `an operand is ${given}; expected a tensor or a number, as tensor(…) makes of an array`,
  );
}

/**
 * The operands as nodes of the dtypes that an op accepts. JavaScript numbers and weak tensors, which stand for traced ones or
 * were made of them, take the dtype of the others, those that were made a float dtype, as what ops make of numbers alone is;
 * by themselves numbers are float32, and float64 beside weak tensors, which stay weak.
 */
export function promoteOperands(op: string, accepts: Accepts, operands: readonly Operand[]): AnyTensor[] {
  // A copy, of just that length: an array that grows begins with room for 17, at every node of a graph.
  const inputs = operands.slice() as (AnyTensor | number)[];
  let strong: DType | undefined;
  let hasWeak = false;
  let hasWeakResult = false;
  for (let i = 0; i < operands.length; i++) {
    const one = resolve(op, operands[i]);
    inputs[i] = one;
    if (typeof one === "number") continue;
    if (one.weak) {
      hasWeak = true;
      hasWeakResult ||= !isNumberStandIn(one);
    } else strong = strong === undefined || strong === one.dtype ? one.dtype : promote(strong, one.dtype);
  }
  const isWeak = strong === undefined && hasWeak;
  const adopted = strong ?? (isWeak ? "float64" : "float32");
  const accepted =
    typeof accepts === "function"
      ? accepts(inputs.map((operand) => (typeof operand === "number" ? adopted : operand.dtype)))
      : acceptedDType(accepts, hasWeakResult ? floatOf(adopted) : adopted);
  for (let i = 0; i < inputs.length; i++) {
    const operand = inputs[i];
    const dtype = typeof accepted === "string" ? accepted : accepted[i];
    if (typeof operand === "number") {
      checkRepresentable(op, operand, dtype);
      inputs[i] = literal(operand, dtype, isWeak);
    } else inputs[i] = typeof accepted === "string" ? adopt(op, operand, dtype) : convert(operand, dtype);
  }
  return inputs as AnyTensor[];
}

/** Made of weak floats alone, perhaps chosen by indices or conditions: as free in its dtype as they are. */
function isWeakResult(inputs: readonly AnyTensor[], dtype: DType): boolean {
  let hasFloat = false;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (!isFloat(input.dtype)) continue;
    if (!input.weak) return false;
    hasFloat = true;
  }
  return hasFloat && isFloat(dtype);
}

const shapeOf = ({ shape }: AnyTensor): Shape => shape;
const dtypeOf = ({ dtype }: AnyTensor): DType => dtype;

/**
 * Makes the node `op(operands)`: promotes the operands as the op accepts them, checks the shapes, computes nothing.
 * Throws {@link ShapeError} or {@link DTypeError} at the call.
 */
export function apply(op: Op, operands: readonly Operand[], attributes: Attributes = none): AnyTensor {
  const inputs = promoteOperands(op.name, op.accepts, operands);
  const shape = op.shape(inputs.map(shapeOf), attributes);
  const dtype = op.dtype(inputs.map(dtypeOf), attributes);
  return node(op, inputs, attributes, shape, dtype, isWeakResult(inputs, dtype));
}
