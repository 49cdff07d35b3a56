import {
  type AnyTensor,
  type AxisOption,
  type BinaryDType,
  type BinaryShape,
  type Checked,
  type Conv2d,
  type DefaultDType,
  type DType,
  type DTypeOf,
  type ExpandDims,
  type Flatten,
  type FloatOf,
  type HasAxis,
  type ImageLayout,
  installMethods,
  type NumberOf,
  type Operand,
  type Pool2d,
  type Reduce,
  type Result,
  type ShapeOf,
  type Squeeze,
  type SumOf,
  type Tensor,
} from "@adjoint/tensor";
import { all } from "./all.ts";
import { any } from "./any.ts";
import { argmin } from "./argmin.ts";
import { type AvgPoolOptions, avgPool2d } from "./avgPool2d.ts";
import { type BatchNormOptions, batchNorm } from "./batchNorm.ts";
import { ceil } from "./ceil.ts";
import { clip } from "./clip.ts";
import { conv2d } from "./conv2d.ts";
import { cosh } from "./cosh.ts";
import { countNonZero } from "./countNonZero.ts";
import { type DiagonalShape, diagonal } from "./diagonal.ts";
import { type DotShape, dot } from "./dot.ts";
import { elu } from "./elu.ts";
import { exp2 } from "./exp2.ts";
import { expandDims } from "./expandDims.ts";
import { expDifference } from "./expDifference.ts";
import { flip } from "./flip.ts";
import { gelu } from "./gelu.ts";
import { geluTanh } from "./geluTanh.ts";
import { geluTanhGate } from "./geluTanhGate.ts";
import { greater } from "./greater.ts";
import { greaterEqual } from "./greaterEqual.ts";
import { isFinite as isFiniteOf } from "./isFinite.ts";
import { isInfinite } from "./isInfinite.ts";
import { isNaN as isNaNOf } from "./isNaN.ts";
import { type LayerNormOptions, layerNorm } from "./layerNorm.ts";
import { leakyRelu } from "./leakyRelu.ts";
import { lessEqual } from "./lessEqual.ts";
import { log2 } from "./log2.ts";
import { log10 } from "./log10.ts";
import { logicalAnd } from "./logicalAnd.ts";
import { logicalNot } from "./logicalNot.ts";
import { logicalOr } from "./logicalOr.ts";
import { logicalXor } from "./logicalXor.ts";
import { logisticPdf } from "./logisticPdf.ts";
import { logSigmoid } from "./logSigmoid.ts";
import { logSoftmax } from "./logSoftmax.ts";
import { logSoftmaxDifference } from "./logSoftmaxDifference.ts";
import { logsumexp } from "./logsumexp.ts";
import { logWeightedSum } from "./logWeightedSum.ts";
import type { Mask } from "./mask.ts";
import { maxPool2d } from "./maxPool2d.ts";
import { mean } from "./mean.ts";
import { min } from "./min.ts";
import { norm } from "./norm.ts";
import { normalCdf } from "./normalCdf.ts";
import { normalize } from "./normalize.ts";
import { normalPdf } from "./normalPdf.ts";
import { notEqual } from "./notEqual.ts";
import { type OneHotShape, oneHot } from "./oneHot.ts";
import { type OuterShape, outer } from "./outer.ts";
import type { PoolingOptions } from "./pooling.ts";
import { prod } from "./prod.ts";
import { ravel } from "./ravel.ts";
import { reciprocal } from "./reciprocal.ts";
import { relu } from "./relu.ts";
import { remainder } from "./remainder.ts";
import { round } from "./round.ts";
import { rsqrt } from "./rsqrt.ts";
import { selu } from "./selu.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { silu } from "./silu.ts";
import { sinh } from "./sinh.ts";
import type { Padding2d, Pair } from "./slidingWindow.ts";
import { softmax } from "./softmax.ts";
import { softplus } from "./softplus.ts";
import { sort } from "./sort.ts";
import { type OfRank, split } from "./split.ts";
import { square } from "./square.ts";
import { squeeze } from "./squeeze.ts";
import { std } from "./std.ts";
import { takeAlongAxis } from "./takeAlongAxis.ts";
import { tan } from "./tan.ts";
import { tanh } from "./tanh.ts";
import { tile } from "./tile.ts";
import { type TraceShape, trace } from "./trace.ts";
import { tril } from "./tril.ts";
import { triu } from "./triu.ts";
import { trunc } from "./trunc.ts";
import { variance } from "./variance.ts";

declare module "@adjoint/tensor/methods" {
  /** The derived ops as methods; each op's function documents it. */
  interface TensorMethods {
    all<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"all", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"all", ShapeOf<A>, Axis, KeepDims>>, "bool">;
    any<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"any", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"any", ShapeOf<A>, Axis, KeepDims>>, "bool">;
    argmin<
      A extends AnyTensor,
      const Axis extends number | undefined = undefined,
      KeepDims extends boolean = false,
    >(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"argmin", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"argmin", ShapeOf<A>, Axis, KeepDims>>, "int32">;
    avgPool2d<A extends AnyTensor, const Layout extends ImageLayout = "NCHW">(
      this: A,
      options?: AvgPoolOptions & { layout?: Layout },
    ): Tensor<Result<Pool2d<ShapeOf<A>, Layout>>, FloatOf<DTypeOf<A>>>;
    batchNorm<
      A extends AnyTensor,
      Scale extends AnyTensor | undefined = undefined,
      Offset extends AnyTensor | undefined = undefined,
      const Axis extends number = 1,
    >(
      this: A,
      scale?: Scale,
      offset?: Offset,
      options?: BatchNormOptions & { axis?: Axis } & Checked<HasAxis<"batchNorm", ShapeOf<A>, Axis>>,
    ): Tensor<
      Result<HasAxis<"batchNorm", ShapeOf<A>, Axis>>,
      FloatOf<BinaryDType<Tensor<[], BinaryDType<A, Scale>>, Offset>>
    >;
    ceil<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    clip<A extends AnyTensor>(
      this: A,
      options: { min?: number; max?: number },
    ): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    conv2d<
      A extends AnyTensor,
      K extends AnyTensor,
      const Layout extends ImageLayout = "NCHW",
      const Groups extends number = 1,
      const Stride extends Pair = 1,
      const Padding extends Padding2d = 0,
      const Dilation extends Pair = 1,
      Bias extends AnyTensor | undefined = undefined,
    >(
      this: A,
      kernel: K & Checked<Conv2d<ShapeOf<A>, ShapeOf<K>, Layout, Groups, Stride, Padding, Dilation>>,
      options?: {
        bias?: Bias;
        stride?: Stride;
        padding?: Padding;
        dilation?: Dilation;
        groups?: Groups;
        layout?: Layout;
      },
    ): Tensor<
      Result<Conv2d<ShapeOf<A>, ShapeOf<K>, Layout, Groups, Stride, Padding, Dilation>>,
      NumberOf<BinaryDType<Tensor<[], BinaryDType<A, K>>, Bias>>
    >;
    cosh<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    countNonZero<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean = false,
    >(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<
        Reduce<"countNonZero", ShapeOf<A>, Axis, KeepDims>
      >,
    ): Tensor<Result<Reduce<"countNonZero", ShapeOf<A>, Axis, KeepDims>>, "int32">;
    diagonal<A extends AnyTensor>(this: A): Tensor<DiagonalShape<ShapeOf<A>>, DTypeOf<A>>;
    dot<A extends AnyTensor, B extends AnyTensor>(
      this: A,
      other: B & Checked<DotShape<ShapeOf<A>, ShapeOf<B>>>,
    ): Tensor<[], NumberOf<BinaryDType<A, B>>>;
    elu<A extends AnyTensor>(this: A, options?: { alpha?: number }): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    exp2<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    expDifference<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"expDifference", A, B>>,
    ): Tensor<Result<BinaryShape<"expDifference", A, B>>, FloatOf<BinaryDType<A, B>>>;
    expandDims<A extends AnyTensor, const Axis extends number>(
      this: A,
      axis: Axis & Checked<ExpandDims<ShapeOf<A>, Axis>>,
    ): Tensor<Result<ExpandDims<ShapeOf<A>, Axis>>, DTypeOf<A>>;
    flip<A extends AnyTensor, const Axis extends AxisOption = undefined>(
      this: A,
      options?: { axis?: Axis } & Checked<HasAxis<"flip", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<A>, DTypeOf<A>>;
    gelu<A extends AnyTensor>(
      this: A,
      options?: { approximate?: "none" | "tanh" },
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    geluTanh<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    geluTanhGate<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    greater<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"greater", A, B>>,
    ): Tensor<Result<BinaryShape<"greater", A, B>>, "bool">;
    greaterEqual<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"greaterEqual", A, B>>,
    ): Tensor<Result<BinaryShape<"greaterEqual", A, B>>, "bool">;
    isFinite<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, "bool">;
    isInfinite<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, "bool">;
    isNaN<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, "bool">;
    layerNorm<
      A extends AnyTensor,
      Scale extends AnyTensor | undefined = undefined,
      Offset extends AnyTensor | undefined = undefined,
      const Axis extends AxisOption = -1,
    >(
      this: A,
      scale?: Scale,
      offset?: Offset,
      options?: LayerNormOptions & { axis?: Axis } & Checked<HasAxis<"layerNorm", ShapeOf<A>, Axis>>,
    ): Tensor<
      Result<HasAxis<"layerNorm", ShapeOf<A>, Axis>>,
      FloatOf<BinaryDType<Tensor<[], BinaryDType<A, Scale>>, Offset>>
    >;
    leakyRelu<A extends AnyTensor>(
      this: A,
      options?: { slope?: number },
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    lessEqual<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"lessEqual", A, B>>,
    ): Tensor<Result<BinaryShape<"lessEqual", A, B>>, "bool">;
    log10<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    log2<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logicalAnd<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"logicalAnd", A, B>>,
    ): Tensor<Result<BinaryShape<"logicalAnd", A, B>>, "bool">;
    logicalNot<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, "bool">;
    logicalOr<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"logicalOr", A, B>>,
    ): Tensor<Result<BinaryShape<"logicalOr", A, B>>, "bool">;
    logicalXor<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"logicalXor", A, B>>,
    ): Tensor<Result<BinaryShape<"logicalXor", A, B>>, "bool">;
    logisticPdf<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logSigmoid<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logSoftmax<A extends AnyTensor, const Axis extends number = -1>(
      this: A,
      options?: { axis?: Axis; mask?: Mask } & Checked<HasAxis<"logSoftmax", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logSoftmaxDifference<A extends AnyTensor, const Axis extends number = -1>(
      this: A,
      b: AnyTensor,
      options?: { axis?: Axis } & Checked<HasAxis<"logSoftmaxDifference", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logWeightedSum<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean = false,
    >(
      this: A,
      w: AnyTensor,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<
        Reduce<"logWeightedSum", ShapeOf<A>, Axis, KeepDims>
      >,
    ): Tensor<Result<Reduce<"logWeightedSum", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    normalize<A extends AnyTensor, const Axis extends AxisOption = undefined>(
      this: A,
      options?: { axis?: Axis } & Checked<Reduce<"normalize", ShapeOf<A>, Axis, true>>,
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logsumexp<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean = false,
    >(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims; mask?: Mask } & Checked<
        Reduce<"logsumexp", ShapeOf<A>, Axis, KeepDims>
      >,
    ): Tensor<Result<Reduce<"logsumexp", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    maxPool2d<A extends AnyTensor, const Layout extends ImageLayout = "NCHW">(
      this: A,
      options?: PoolingOptions & { layout?: Layout },
    ): Tensor<Result<Pool2d<ShapeOf<A>, Layout>>, DTypeOf<A>>;
    mean<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"mean", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"mean", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    min<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"min", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"min", ShapeOf<A>, Axis, KeepDims>>, DTypeOf<A>>;
    norm<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"norm", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"norm", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    normalCdf<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    normalPdf<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    notEqual<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"notEqual", A, B>>,
    ): Tensor<Result<BinaryShape<"notEqual", A, B>>, "bool">;
    oneHot<A extends AnyTensor, const Depth extends number, D extends DType = DefaultDType>(
      this: A,
      depth: Depth,
      options?: { dtype?: D },
    ): Tensor<OneHotShape<ShapeOf<A>, Depth>, D>;
    outer<A extends AnyTensor, B extends AnyTensor>(
      this: A,
      other: B,
    ): Tensor<OuterShape<ShapeOf<A>, ShapeOf<B>>, NumberOf<BinaryDType<A, B>>>;
    prod<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims } & Checked<Reduce<"prod", ShapeOf<A>, Axis, KeepDims>>,
    ): Tensor<Result<Reduce<"prod", ShapeOf<A>, Axis, KeepDims>>, SumOf<DTypeOf<A>>>;
    ravel<A extends AnyTensor>(this: A): Tensor<Flatten<ShapeOf<A>>, DTypeOf<A>>;
    reciprocal<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    relu<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    remainder<A extends AnyTensor, B extends Operand>(
      this: A,
      other: B & Checked<BinaryShape<"remainder", A, B>>,
    ): Tensor<Result<BinaryShape<"remainder", A, B>>, NumberOf<BinaryDType<A, B>>>;
    round<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    rsqrt<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    selu<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    sigmoid<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    sign<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    silu<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    sinh<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    softmax<A extends AnyTensor, const Axis extends number = -1>(
      this: A,
      options?: { axis?: Axis; mask?: Mask } & Checked<HasAxis<"softmax", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    softplus<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    sort<A extends AnyTensor, const Axis extends number = -1>(
      this: A,
      options?: { axis?: Axis; descending?: boolean } & Checked<HasAxis<"sort", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<A>, DTypeOf<A>>;
    split<A extends AnyTensor, const Axis extends number = 0>(
      this: A,
      sections: number | readonly number[],
      options?: { axis?: Axis } & Checked<HasAxis<"split", ShapeOf<A>, Axis>>,
    ): Tensor<OfRank<ShapeOf<A>>, DTypeOf<A>>[];
    square<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    squeeze<A extends AnyTensor, const Axis extends AxisOption = undefined>(
      this: A,
      options?: { axis?: Axis } & Checked<Squeeze<ShapeOf<A>, Axis>>,
    ): Tensor<Result<Squeeze<ShapeOf<A>, Axis>>, DTypeOf<A>>;
    std<A extends AnyTensor, const Axis extends AxisOption = undefined, KeepDims extends boolean = false>(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims; correction?: number } & Checked<
        Reduce<"std", ShapeOf<A>, Axis, KeepDims>
      >,
    ): Tensor<Result<Reduce<"std", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    takeAlongAxis<A extends AnyTensor, I extends AnyTensor, const Axis extends number = -1>(
      this: A,
      indices: I,
      options?: { axis?: Axis } & Checked<HasAxis<"takeAlongAxis", ShapeOf<A>, Axis>>,
    ): Tensor<ShapeOf<I>, DTypeOf<A>>;
    tan<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    tanh<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    tile<A extends AnyTensor>(this: A, repeats: readonly number[]): Tensor<OfRank<ShapeOf<A>>, DTypeOf<A>>;
    trace<A extends AnyTensor>(this: A): Tensor<TraceShape<ShapeOf<A>>, SumOf<DTypeOf<A>>>;
    tril<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, DTypeOf<A>>;
    triu<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, DTypeOf<A>>;
    trunc<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, NumberOf<DTypeOf<A>>>;
    variance<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean = false,
    >(
      this: A,
      options?: { axis?: Axis; keepDims?: KeepDims; correction?: number } & Checked<
        Reduce<"variance", ShapeOf<A>, Axis, KeepDims>
      >,
    ): Tensor<Result<Reduce<"variance", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
  }
}

installMethods({
  all,
  any,
  argmin,
  avgPool2d,
  batchNorm,
  ceil,
  clip,
  conv2d,
  cosh,
  countNonZero,
  diagonal,
  dot,
  elu,
  exp2,
  expDifference,
  expandDims,
  flip,
  gelu,
  geluTanh,
  geluTanhGate,
  greater,
  greaterEqual,
  isFinite: isFiniteOf,
  isInfinite,
  isNaN: isNaNOf,
  layerNorm,
  leakyRelu,
  lessEqual,
  log10,
  log2,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logisticPdf,
  logSigmoid,
  logSoftmax,
  logSoftmaxDifference,
  logsumexp,
  logWeightedSum,
  maxPool2d,
  mean,
  min,
  norm,
  normalize,
  normalCdf,
  normalPdf,
  notEqual,
  oneHot,
  outer,
  prod,
  ravel,
  reciprocal,
  relu,
  remainder,
  round,
  rsqrt,
  selu,
  sigmoid,
  sign,
  silu,
  sinh,
  softmax,
  softplus,
  sort,
  split,
  square,
  squeeze,
  std,
  takeAlongAxis,
  tan,
  tanh,
  tile,
  trace,
  tril,
  triu,
  trunc,
  variance,
});
