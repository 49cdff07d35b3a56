import { dataNode, literal } from "../graph/apply.ts";
import { allocate, checkDType, checkRepresentable, isFloat, type TypedArray } from "../graph/dtype.ts";
import { DTypeError, OptionError, ShapeError } from "../graph/errors.ts";
import { checkShape, sameShape, shapeText, sizeOf } from "../graph/shape.ts";
import type {
  ArangeDType,
  Checked,
  DefaultDType,
  DType,
  NestedDType,
  NestedShape,
  NestedValue,
  Normalise,
  NumberArray,
  Shape,
} from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { add } from "../primitives/add.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { cast } from "../primitives/cast.ts";
import { equal } from "../primitives/equal.ts";
import { iota } from "../primitives/iota.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { valuesOf } from "../runtime/evaluate.ts";

// Results say NoInfer<D>: as an element of `concat([zeros([2]), …])` D would else be guessed from the place, as any dtype.

/** Options of everything that makes a tensor. */
export interface CreateOptions<D extends DType> {
  /** Default: float32, or what the values say (booleans are bool, a typed array has its own dtype). */
  readonly dtype?: D;
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function dtypeOfArray(values: TypedArray): DType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Uint8Array) return "uint8";
  const name = Object.prototype.toString.call(values).slice(8, -1);
  throw new DTypeError(
    "tensor",
    `a ${name} has no dtype here; expected Float32Array, Float64Array, Int32Array or Uint8Array`,
  );
}

/** The shape of nested arrays. Ragged ones throw, naming the first place that differs. */
function nestedShape(value: unknown): number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

function flatten(
  value: unknown,
  shape: Shape,
  depth: number,
  path: string,
  into: (number | boolean)[],
): void {
  if (depth === shape.length) {
    if (typeof value === "number" || typeof value === "boolean") into.push(value);
    else
      throw new DTypeError(
        "tensor",
        `element ${path || "0"} is ${describe(value)}; expected a number or a boolean`,
      );
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) {
    const got = Array.isArray(value) ? `${value.length} elements` : describe(value);
    throw new ShapeError(
      "tensor",
      `ragged array: ${path || "the array"} has ${got} where its neighbour has ${shape[depth]} elements`,
    );
  }
  for (let i = 0; i < value.length; i++) flatten(value[i], shape, depth + 1, `${path}[${i}]`, into);
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : typeof value === "object"
        ? "an object"
        : `${typeof value} ${String(value)}`;
}

function collect(
  value: unknown,
  dtype: DType | undefined,
): { values: TypedArray; shape: Shape; dtype: DType } {
  if (isTypedArray(value)) {
    const own = dtypeOfArray(value);
    const chosen = dtype ?? own;
    if (chosen === own) return { values: value.slice(), shape: [value.length], dtype: own };
    const values = allocate(chosen, value.length);
    for (let i = 0; i < value.length; i++) checkRepresentable("tensor", value[i], chosen, true);
    values.set(value);
    return { values, shape: [value.length], dtype: chosen };
  }
  const shape = nestedShape(value);
  const flat: (number | boolean)[] = [];
  flatten(value, shape, 0, "", flat);
  const isBool = flat.length > 0 && flat.every((one) => typeof one === "boolean");
  const chosen = dtype ?? (isBool ? "bool" : "float32");
  for (const one of flat) checkRepresentable("tensor", one, chosen, true);
  const values = allocate(chosen, flat.length);
  for (let i = 0; i < flat.length; i++) values[i] = Number(flat[i]);
  return { values, shape, dtype: chosen };
}

/** Makes tensors of values; see {@link tensor}. */
export interface TensorFunction {
  <const V extends NestedValue | NumberArray, const S extends Shape, D extends DType = NestedDType<V>>(
    values: V,
    shape: S,
    options?: CreateOptions<D>,
  ): Tensor<Normalise<S>, NoInfer<D>>;
  <const V extends NestedValue | NumberArray, D extends DType = NestedDType<V>>(
    values: V & Checked<NestedShape<V>>,
    options?: CreateOptions<D>,
  ): NestedShape<V> extends infer S extends Shape ? Tensor<S, NoInfer<D>> : Tensor<Shape, NoInfer<D>>;
}

/**
 * A tensor of the given values: a number or boolean, nested arrays, or a typed array, which is copied. With a `shape` the
 * values are laid out in row-major order. Throws {@link ShapeError} for ragged arrays or a shape of another size,
 * {@link DTypeError} for a value that the dtype cannot hold.
 */
export const tensor: TensorFunction = makeTensor as never;

function makeTensor(
  value: unknown,
  shapeOrOptions: Shape | CreateOptions<DType> = {},
  options: CreateOptions<DType> = {},
): AnyTensor {
  if (value instanceof Tensor)
    throw new DTypeError("tensor", "the value is a tensor already; use it as it is, or cast it");
  const target = Array.isArray(shapeOrOptions) ? (shapeOrOptions as Shape) : undefined;
  const chosen = target === undefined ? (shapeOrOptions as CreateOptions<DType>) : options;
  if (chosen.dtype !== undefined) checkDType("tensor", chosen.dtype);
  const { values, shape, dtype } = collect(value, chosen.dtype);
  if (target !== undefined) {
    checkShape("tensor", target);
    if (sizeOf(target) !== values.length) {
      throw new ShapeError(
        "tensor",
        `${values.length} values do not fill ${shapeText(target)}, which has ${sizeOf(target)} elements`,
      );
    }
  }
  return dataNode(values, target === undefined || sameShape(target, shape) ? shape : [...target], dtype);
}

/** A tensor of `shape` whose every element is `value`. Throws {@link DTypeError} when the dtype cannot hold it. */
export function full<const S extends Shape, V extends number | boolean, D extends DType = NestedDType<V>>(
  shape: S,
  value: V,
  { dtype = (typeof value === "boolean" ? "bool" : "float32") as D }: CreateOptions<D> = {},
): Tensor<Normalise<S>, NoInfer<D>> {
  checkShape("full", shape);
  checkDType("full", dtype);
  checkRepresentable("full", value, dtype, true);
  const scalar = literal(Number(value), dtype);
  return (shape.length === 0 ? scalar : broadcastTo(scalar, [...shape])) as never;
}

/** A tensor of zeros. */
export function zeros<const S extends Shape, D extends DType = DefaultDType>(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Normalise<S>, NoInfer<D>> {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones<const S extends Shape, D extends DType = DefaultDType>(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Normalise<S>, NoInfer<D>> {
  return full(shape, 1, options);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return full(x.shape, 0, { dtype: x.dtype }) as never;
}

/** Ones of the shape and dtype of `x`. */
export function onesLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return full(x.shape, 1, { dtype: x.dtype }) as never;
}

/**
 * Evenly spaced numbers: `arange(n)` is `0, 1, …, n − 1`; `arange(start, stop, step)` goes from `start` in steps of
 * `step` (1) and stops before `stop`. int32 unless a number is not whole, then float32; or the given dtype.
 * Throws {@link OptionError} on a step 0, {@link DTypeError} when the dtype cannot hold a number.
 */
export function arange<D extends DType = "int32">(
  stop: number,
  options?: CreateOptions<D>,
): Tensor<[number], NoInfer<D>>;
export function arange<
  Start extends number,
  Step extends number = 1,
  D extends DType = ArangeDType<Start, Step>,
>(start: Start, stop: number, step?: Step, options?: CreateOptions<D>): Tensor<[number], NoInfer<D>>;
export function arange(
  first: number,
  second?: number | CreateOptions<DType>,
  step = 1,
  options: CreateOptions<DType> = {},
): AnyTensor {
  const [start, stop] = typeof second === "number" ? [first, second] : [0, first];
  const chosen = typeof second === "object" ? second : options;
  if (step === 0 || ![start, stop, step].every(Number.isFinite)) {
    throw new OptionError(
      "arange",
      `from ${start} to ${stop} in steps of ${step}; expected finite numbers and a step that is not 0`,
    );
  }
  const dtype = chosen.dtype ?? ([start, step].every(Number.isInteger) ? "int32" : "float32");
  checkDType("arange", dtype);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  for (const i of [0, 1, count - 1]) {
    if (i >= 0 && i < count) checkRepresentable("arange", start + i * step, dtype, true);
  }
  const steps = iota(count);
  if (start === 0 && step === 1) return cast(steps, dtype);
  const wide = isFloat(dtype) ? cast(steps, "float64") : steps;
  return cast(add(mul(wide, step), start) as AnyTensor, dtype);
}

/** The identity matrix `[n, n]`. */
export function eye<N extends number, D extends DType = DefaultDType>(
  n: N,
  { dtype = "float32" as D }: CreateOptions<D> = {},
): Tensor<[N, N], NoInfer<D>> {
  checkShape("eye", [n, n]);
  const index = iota(n);
  return cast(equal(reshape(index, [n, 1]), index) as AnyTensor, dtype) as never;
}

/** The values as nested arrays, the way `tensor` takes them; bool as booleans. */
export function nested(x: AnyTensor): unknown {
  const values = valuesOf(x);
  const read = (i: number): number | boolean => (x.dtype === "bool" ? values[i] !== 0 : values[i]);
  let next = 0;
  const build = (axis: number): unknown =>
    axis === x.rank ? read(next++) : Array.from({ length: x.shape[axis] }, () => build(axis + 1));
  return build(0);
}
