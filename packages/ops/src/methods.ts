import {
  type AvgPoolOptions,
  all,
  any,
  argmin,
  avgPool2d,
  type BatchNormOptions,
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
  expandDims,
  expDifference,
  flip,
  gelu,
  geluTanh,
  geluTanhGate,
  greater,
  greaterEqual,
  isFinite as isFiniteOf,
  isInfinite,
  isNaN as isNaNOf,
  type LayerNormOptions,
  layerNorm,
  leakyRelu,
  lessEqual,
  log2,
  log10,
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
  normalCdf,
  normalize,
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
} from "@adjoint/ops";
import {
  type AlongOptions,
  type AnyTensor,
  type AxisOption,
  type Beside,
  type BinaryDType,
  type BinaryShape,
  type Checked,
  type DefaultDType,
  type DimensionsAt,
  type DType,
  type DTypeOf,
  type ExpandDims,
  type Flatten,
  type FloatOf,
  type HasAxis,
  type ImageLayout,
  type Inferred,
  installMethods,
  type NumberOf,
  type Operand,
  type OptionOf,
  type Pool2d,
  type Reduce,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  type Squeeze,
  type SumOf,
  type TakeAlong,
  type Tensor,
} from "@adjoint/tensor";
import type { BiasOf, Conv2dBy } from "./conv2d.ts";
import type { DiagonalShape } from "./diagonal.ts";
import type { DotShape } from "./dot.ts";
import type { Mask } from "./mask.ts";
import type { OneHotShape } from "./oneHot.ts";
import type { OuterShape } from "./outer.ts";
import type { PoolingOptions } from "./pooling.ts";
import type { Padding2d, Pair } from "./slidingWindow.ts";
import type { OfRank } from "./split.ts";
import type { TraceShape } from "./trace.ts";

declare module "@adjoint/tensor/methods" {
  /** The derived ops as methods; each op's function documents it. */
  interface TensorMethods {
    all<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"all", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"all", ShapeOf<A>, Axis, KeepDims, Given>>, "bool">;
    any<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"any", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"any", ShapeOf<A>, Axis, KeepDims, Given>>, "bool">;
    argmin<
      A extends AnyTensor,
      const Axis extends number | undefined = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"argmin", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"argmin", ShapeOf<A>, Axis, KeepDims, Given>>, "int32">;
    avgPool2d<A extends AnyTensor, const Layout extends ImageLayout | undefined = "NCHW", Given = object>(
      this: A,
      options?: AvgPoolOptions & { layout?: Layout } & Inferred<Given>,
    ): Tensor<Result<Pool2d<ShapeOf<A>, OptionOf<Given, "layout", Layout>>>, FloatOf<DTypeOf<A>>>;
    batchNorm<
      A extends AnyTensor,
      Scale extends AnyTensor | undefined = undefined,
      Offset extends AnyTensor | undefined = undefined,
      const Axis extends number | undefined = 1,
      Given = object,
    >(
      this: A,
      scale?: Scale &
        Checked<
          Beside<
            "batchNorm",
            "scale",
            Scale,
            DimensionsAt<"batchNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>, 1>
          >
        >,
      offset?: Offset &
        Checked<
          Beside<
            "batchNorm",
            "offset",
            Offset,
            DimensionsAt<"batchNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>, 1>
          >
        >,
      options?: BatchNormOptions &
        AlongOptions<Axis, Given> &
        Checked<HasAxis<"batchNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
    ): Tensor<
      Result<HasAxis<"batchNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
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
      const Layout extends ImageLayout | undefined = "NCHW",
      const Groups extends number | undefined = 1,
      const Stride extends Pair | undefined = 1,
      const Padding extends Padding2d | undefined = 0,
      const Dilation extends Pair | undefined = 1,
      Bias extends AnyTensor | undefined = undefined,
      Given = object,
    >(
      this: A,
      kernel: K & Checked<Conv2dBy<A, K, Layout, Groups, Stride, Padding, Dilation, Given>>,
      options?: {
        bias?: Bias;
        stride?: Stride;
        padding?: Padding;
        dilation?: Dilation;
        groups?: Groups;
        layout?: Layout;
      } & Inferred<Given> &
        Checked<BiasOf<K, OptionOf<Given, "layout", Layout>, OptionOf<Given, "bias", Bias>>>,
    ): Tensor<
      Result<Conv2dBy<A, K, Layout, Groups, Stride, Padding, Dilation, Given>>,
      NumberOf<BinaryDType<Tensor<[], BinaryDType<A, K>>, Bias>>
    >;
    cosh<A extends AnyTensor>(this: A): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    countNonZero<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"countNonZero", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"countNonZero", ShapeOf<A>, Axis, KeepDims, Given>>, "int32">;
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
      Given = object,
    >(
      this: A,
      scale?: Scale &
        Checked<
          Beside<
            "layerNorm",
            "scale",
            Scale,
            DimensionsAt<"layerNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>, -1>
          >
        >,
      offset?: Offset &
        Checked<
          Beside<
            "layerNorm",
            "offset",
            Offset,
            DimensionsAt<"layerNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>, -1>
          >
        >,
      options?: LayerNormOptions &
        AlongOptions<Axis, Given> &
        Checked<HasAxis<"layerNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
    ): Tensor<
      Result<HasAxis<"layerNorm", ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
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
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      w: AnyTensor,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"logWeightedSum", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"logWeightedSum", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>>;
    normalize<A extends AnyTensor, const Axis extends AxisOption = undefined>(
      this: A,
      options?: { axis?: Axis } & Checked<Reduce<"normalize", ShapeOf<A>, Axis, true>>,
    ): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>>;
    logsumexp<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> & { mask?: Mask } & Checked<
          Reduce<"logsumexp", ShapeOf<A>, Axis, KeepDims>
        >,
    ): Tensor<Result<Reduce<"logsumexp", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    maxPool2d<A extends AnyTensor, const Layout extends ImageLayout | undefined = "NCHW", Given = object>(
      this: A,
      options?: PoolingOptions & { layout?: Layout } & Inferred<Given>,
    ): Tensor<Result<Pool2d<ShapeOf<A>, OptionOf<Given, "layout", Layout>>>, DTypeOf<A>>;
    mean<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"mean", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"mean", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>>;
    min<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"min", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"min", ShapeOf<A>, Axis, KeepDims, Given>>, DTypeOf<A>>;
    norm<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"norm", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"norm", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>>;
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
    prod<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> &
        Checked<ReduceBy<"prod", ShapeOf<A>, Axis, KeepDims, Given>>,
    ): Tensor<Result<ReduceBy<"prod", ShapeOf<A>, Axis, KeepDims, Given>>, SumOf<DTypeOf<A>>>;
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
    squeeze<A extends AnyTensor, const Axis extends AxisOption = undefined, Given = object>(
      this: A,
      options?: AlongOptions<Axis, Given> & Checked<Squeeze<ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
    ): Tensor<Result<Squeeze<ShapeOf<A>, OptionOf<Given, "axis", Axis>>>, DTypeOf<A>>;
    std<
      A extends AnyTensor,
      const Axis extends AxisOption = undefined,
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> & { correction?: number } & Checked<
          Reduce<"std", ShapeOf<A>, Axis, KeepDims>
        >,
    ): Tensor<Result<Reduce<"std", ShapeOf<A>, Axis, KeepDims>>, FloatOf<DTypeOf<A>>>;
    takeAlongAxis<
      A extends AnyTensor,
      I extends AnyTensor,
      const Axis extends number | undefined = -1,
      Given = object,
    >(
      this: A,
      indices: I & Checked<TakeAlong<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>,
      options?: AlongOptions<Axis, Given> &
        Checked<HasAxis<"takeAlongAxis", ShapeOf<A>, OptionOf<Given, "axis", Axis>>>,
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
      KeepDims extends boolean | undefined = false,
      Given = object,
    >(
      this: A,
      options?: ReduceOptions<Axis, KeepDims, Given> & { correction?: number } & Checked<
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
