import type { Operand } from "../graph/apply.ts";
import type { TypedArray, TypedArrays } from "../graph/dtype.ts";
import { GraphError, ShapeError } from "../graph/errors.ts";
import { shapeText } from "../graph/shape.ts";
import type {
  AlongOptions,
  AxisOption,
  BinaryDType,
  BinaryShape,
  BroadcastTo,
  Checked,
  DType,
  DTypeOf,
  FloatOf,
  HasAxis,
  ItemOf,
  MatMul,
  NestedArray,
  Normalise,
  NumberOf,
  OptionOf,
  Pad,
  ReduceBy,
  ReduceOptions,
  Reshape,
  Result,
  Shape,
  ShapeOf,
  Slice,
  SliceOption,
  SumOf,
  Take,
  Transpose,
} from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { abs } from "../primitives/abs.ts";
import { add } from "../primitives/add.ts";
import { argmax } from "../primitives/argmax.ts";
import { argsort } from "../primitives/argsort.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { cast } from "../primitives/cast.ts";
import { cos } from "../primitives/cos.ts";
import { cumsum } from "../primitives/cumsum.ts";
import { div } from "../primitives/div.ts";
import { equal } from "../primitives/equal.ts";
import { erf } from "../primitives/erf.ts";
import { erfc } from "../primitives/erfc.ts";
import { exp } from "../primitives/exp.ts";
import { expm1 } from "../primitives/expm1.ts";
import { floor } from "../primitives/floor.ts";
import { less } from "../primitives/less.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { matmul } from "../primitives/matmul.ts";
import { max } from "../primitives/max.ts";
import { maximum } from "../primitives/maximum.ts";
import { minimum } from "../primitives/minimum.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { pad } from "../primitives/pad.ts";
import { pow } from "../primitives/pow.ts";
import { reshape } from "../primitives/reshape.ts";
import { sin } from "../primitives/sin.ts";
import { slice } from "../primitives/slice.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import { sum } from "../primitives/sum.ts";
import { take } from "../primitives/take.ts";
import { transpose } from "../primitives/transpose.ts";
import { valuesOf } from "../runtime/evaluate.ts";
import { backward } from "./backward.ts";
import { nested } from "./create.ts";
import { format } from "./format.ts";

/** The primitives as methods, and what reads a tensor. Each primitive's function documents it. */
export interface PrimitiveMethods {
  /** The value of a tensor with one element. Throws {@link ShapeError} when there are more. */
  item<A extends AnyTensor>(this: A): ItemOf<DTypeOf<A>>;
  /** The values as nested arrays; a scalar gives its value. */
  toArray<A extends AnyTensor>(this: A): NestedArray<ShapeOf<A>, DTypeOf<A>>;
  /** A copy of the values, flat and row-major. */
  toTypedArray<A extends AnyTensor>(this: A): TypedArrays[DTypeOf<A>];
  /** A copy of the values, flat and row-major, once they are computed. */
  data<A extends AnyTensor>(this: A): Promise<TypedArrays[DTypeOf<A>]>;
  /** The values as NumPy prints them, shortened when large, with dtype and shape. */
  toString(): string;
  /** Adds the gradient of this scalar to `grad` of every trainable parameter it was computed from. */
  backward(): void;
  /** The same tensor with its shape checked now and known to the type checker from here on. */
  as<A extends AnyTensor, const S extends Shape>(this: A, shape: S): Tensor<Normalise<S>, DTypeOf<A>>;
  cast<A extends AnyTensor, D extends DType>(this: A, dtype: D): Tensor<ShapeOf<A>, D>;
  neg<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
  abs<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
  floor<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
  exp<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  expm1<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  log<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  log1p<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  sqrt<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  sin<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  cos<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  erf<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  erfc<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
  add<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"add", A, B>>,
  ): Tensor<Result<BinaryShape<"add", A, B>>, NumberOf<BinaryDType<A, B>>>;
  sub<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"sub", A, B>>,
  ): Tensor<Result<BinaryShape<"sub", A, B>>, NumberOf<BinaryDType<A, B>>>;
  mul<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"mul", A, B>>,
  ): Tensor<Result<BinaryShape<"mul", A, B>>, NumberOf<BinaryDType<A, B>>>;
  div<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"div", A, B>>,
  ): Tensor<Result<BinaryShape<"div", A, B>>, FloatOf<BinaryDType<A, B>>>;
  pow<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"pow", A, B>>,
  ): Tensor<Result<BinaryShape<"pow", A, B>>, FloatOf<BinaryDType<A, B>>>;
  maximum<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"maximum", A, B>>,
  ): Tensor<Result<BinaryShape<"maximum", A, B>>, BinaryDType<A, B>>;
  minimum<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"minimum", A, B>>,
  ): Tensor<Result<BinaryShape<"minimum", A, B>>, BinaryDType<A, B>>;
  equal<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"equal", A, B>>,
  ): Tensor<Result<BinaryShape<"equal", A, B>>, "bool">;
  less<A extends AnyTensor, B extends Operand>(
    this: A,
    other: B & Checked<BinaryShape<"less", A, B>>,
  ): Tensor<Result<BinaryShape<"less", A, B>>, "bool">;
  sum<
    A extends AnyTensor,
    const Axis extends AxisOption = undefined,
    KeepDims extends boolean | undefined = false,
    Given = object,
  >(
    this: A,
    options?: ReduceOptions<Axis, KeepDims, Given> &
      Checked<ReduceBy<"sum", ShapeOf<A>, Axis, KeepDims, Given>>,
  ): Tensor<Result<ReduceBy<"sum", ShapeOf<A>, Axis, KeepDims, Given>>, SumOf<DTypeOf<A>>>;
  max<
    A extends AnyTensor,
    const Axis extends AxisOption = undefined,
    KeepDims extends boolean | undefined = false,
    Given = object,
  >(
    this: A,
    options?: ReduceOptions<Axis, KeepDims, Given> &
      Checked<ReduceBy<"max", ShapeOf<A>, Axis, KeepDims, Given>>,
  ): Tensor<Result<ReduceBy<"max", ShapeOf<A>, Axis, KeepDims, Given>>, DTypeOf<A>>;
  argmax<
    A extends AnyTensor,
    const Axis extends number | undefined = undefined,
    KeepDims extends boolean | undefined = false,
    Given = object,
  >(
    this: A,
    options?: ReduceOptions<Axis, KeepDims, Given> &
      Checked<ReduceBy<"argmax", ShapeOf<A>, Axis, KeepDims, Given>>,
  ): Tensor<Result<ReduceBy<"argmax", ShapeOf<A>, Axis, KeepDims, Given>>, "int32">;
  cumsum<A extends AnyTensor, const Axis extends number = -1>(
    this: A,
    options?: { axis?: Axis } & Checked<HasAxis<"cumsum", ShapeOf<A>, Axis>>,
  ): Tensor<ShapeOf<A>, SumOf<DTypeOf<A>>>;
  argsort<A extends AnyTensor, const Axis extends number = -1>(
    this: A,
    options?: { axis?: Axis } & Checked<HasAxis<"argsort", ShapeOf<A>, Axis>>,
  ): Tensor<ShapeOf<A>, "int32">;
  matmul<A extends AnyTensor, B extends AnyTensor>(
    this: A,
    other: B & Checked<MatMul<ShapeOf<A>, ShapeOf<B>>>,
  ): Tensor<Result<MatMul<ShapeOf<A>, ShapeOf<B>>>, NumberOf<BinaryDType<A, B>>>;
  reshape<A extends AnyTensor, const Target extends Shape>(
    this: A,
    shape: Target & Checked<Reshape<ShapeOf<A>, Target>>,
  ): Tensor<Result<Reshape<ShapeOf<A>, Target>>, DTypeOf<A>>;
  broadcastTo<A extends AnyTensor, const Target extends Shape>(
    this: A,
    shape: Target & Checked<BroadcastTo<ShapeOf<A>, Target>>,
  ): Tensor<Result<BroadcastTo<ShapeOf<A>, Target>>, DTypeOf<A>>;
  transpose<A extends AnyTensor, const Axes extends Shape | undefined>(
    this: A,
    axes: Axes & Checked<Transpose<ShapeOf<A>, Axes>>,
  ): Tensor<Result<Transpose<ShapeOf<A>, Axes>>, DTypeOf<A>>;
  transpose<A extends AnyTensor>(this: A): Tensor<Transpose<ShapeOf<A>>, DTypeOf<A>>;
  slice<
    A extends AnyTensor,
    const Begin extends SliceOption,
    const End extends SliceOption,
    const Steps extends SliceOption,
  >(
    this: A,
    begin: Begin & Checked<Slice<ShapeOf<A>, Begin, End, Steps>>,
    end: End,
    steps: Steps,
  ): Tensor<Result<Slice<ShapeOf<A>, Begin, End, Steps>>, DTypeOf<A>>;
  slice<A extends AnyTensor, const Begin extends SliceOption, const End extends SliceOption>(
    this: A,
    begin: Begin & Checked<Slice<ShapeOf<A>, Begin, End>>,
    end: End,
  ): Tensor<Result<Slice<ShapeOf<A>, Begin, End>>, DTypeOf<A>>;
  slice<A extends AnyTensor, const Begin extends SliceOption = undefined>(
    this: A,
    begin?: Begin & Checked<Slice<ShapeOf<A>, Begin>>,
  ): Tensor<Result<Slice<ShapeOf<A>, Begin>>, DTypeOf<A>>;
  pad<
    A extends AnyTensor,
    const Paddings extends readonly (readonly [number, number])[],
    const Interior extends Shape | undefined = undefined,
  >(
    this: A,
    paddings: Paddings & Checked<Pad<ShapeOf<A>, Paddings, Interior>>,
    options?: { value?: number; interior?: Interior },
  ): Tensor<Result<Pad<ShapeOf<A>, Paddings, Interior>>, DTypeOf<A>>;
  take<A extends AnyTensor, I extends AnyTensor, const Axis extends number | undefined = 0, Given = object>(
    this: A,
    indices: I,
    options?: AlongOptions<Axis, Given> &
      Checked<Take<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>,
  ): Tensor<Result<Take<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>, DTypeOf<A>>;
}

function item(x: AnyTensor): number | boolean {
  if (x.size !== 1)
    throw new ShapeError(
      "item",
      `a tensor of shape ${shapeText(x.shape)} has ${x.size} elements; expected one, or use toArray()`,
    );
  const [value] = valuesOf(x);
  return x.dtype === "bool" ? value !== 0 : value;
}

const reading = {
  item,
  toArray: nested,
  toTypedArray: (x: AnyTensor): TypedArray => valuesOf(x).slice(),
  data: async (x: AnyTensor): Promise<TypedArray> => valuesOf(x).slice(),
  toString: format,
  backward,
  as(x: AnyTensor, shape: Shape): AnyTensor {
    const fits = shape.length === x.rank && shape.every((dimension, axis) => dimension === x.shape[axis]);
    if (!fits)
      throw new ShapeError("as", `the tensor has shape ${shapeText(x.shape)}; expected ${shapeText(shape)}`);
    return x;
  },
};

const computing = {
  abs,
  add,
  argmax,
  argsort,
  broadcastTo,
  cast,
  cos,
  cumsum,
  div,
  equal,
  erf,
  erfc,
  exp,
  expm1,
  floor,
  less,
  log,
  log1p,
  matmul,
  max,
  maximum,
  minimum,
  mul,
  neg,
  pad,
  pow,
  reshape,
  sin,
  slice,
  sqrt,
  sub,
  sum,
  take,
  transpose,
};

/** Makes functions of a tensor methods of every tensor: `install({ relu })` gives `x.relu()`. */
export function installMethods(
  functions: Readonly<Record<string, (x: never, ...rest: never[]) => unknown>>,
): void {
  for (const [name, fn] of Object.entries(functions)) {
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value: function method(this: never, ...rest: never[]): unknown {
        return fn(this, ...rest);
      },
    });
  }
}

installMethods(reading as never);
installMethods(computing as never);

Object.defineProperties(Tensor.prototype, {
  [Symbol.toPrimitive]: {
    value(this: AnyTensor, hint: string): string | number {
      if (hint === "string") return format(this);
      if (this.rank !== 0) {
        throw new GraphError(
          "arithmetic",
          `a tensor of shape ${shapeText(this.shape)} is used as a number; use add, less and the other ops`,
        );
      }
      return Number(item(this));
    },
  },
  [Symbol.for("nodejs.util.inspect.custom")]: {
    value(this: AnyTensor): string {
      return format(this);
    },
  },
});
