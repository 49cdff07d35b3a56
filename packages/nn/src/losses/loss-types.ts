import type {
  AnyTensor,
  Checked,
  DTypeOf,
  FloatOf,
  Promote,
  Shape,
  ShapeError,
  ShapeOf,
  Tensor,
} from "@adjoint/tensor";
import type { Show } from "../layer-types.ts";
import type { Metric } from "../metrics/metric.ts";

/** What becomes of the losses of all rows: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

/** Without the last axis, that of the classes. */
type Rows<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer Init extends Shape, number]
    ? Init
    : [];

/** The shape of a loss whose rows have shape `S`. */
type Reduced<S extends Shape, R extends Reduction> = R extends "none"
  ? number extends S["length"]
    ? Shape
    : [...S]
  : [];

type IsFloat<D> = Extract<D, "float32" | "float64">;

/** What a model gives must be a float tensor: an integer there is mostly a label in the wrong place. */
type FloatOutputs<Op extends string, What extends string, Given> = [IsFloat<DTypeFrom<Given>>] extends [never]
  ? ShapeError<`${Op}: ${What} are ${DTypeFrom<Given>}; expected float32 or float64 (${What} come first, then labels)`>
  : unknown;

type DTypeFrom<T> = T extends AnyTensor ? DTypeOf<T> : never;

/** Labels of classes are integers, one for each row of the logits. */
type ClassLabels<Op extends string, Outputs, Labels> = [
  Extract<DTypeFrom<Labels>, "int32" | "uint8">,
] extends [never]
  ? ShapeError<`${Op}: labels are ${DTypeFrom<Labels>}; expected int32 or uint8 (logits come first, then labels)`>
  : Agree<Rows<ShapeOf<Outputs>>, ShapeOf<Labels>> extends true
    ? unknown
    : ShapeError<`${Op}: labels ${Show<ShapeOf<Labels>>} do not fit logits ${Show<ShapeOf<Outputs>>}; expected ${Show<Rows<ShapeOf<Outputs>>>}`>;

/** Targets have the shape of what they are compared with: nothing is broadcast. */
type SameShape<Op extends string, Outputs, Targets> =
  Agree<ShapeOf<Outputs>, ShapeOf<Targets>> extends true
    ? unknown
    : ShapeError<`${Op}: targets ${Show<ShapeOf<Targets>>} do not have the shape ${Show<ShapeOf<Outputs>>}`>;

/** Can the shapes be the same, as far as they are known? */
type Agree<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? true
  : [A, B] extends [
        readonly [infer FirstA extends number, ...infer RestA extends Shape],
        readonly [infer FirstB extends number, ...infer RestB extends Shape],
      ]
    ? FirstA & FirstB extends never
      ? false
      : Agree<RestA, RestB>
    : [A, B] extends [readonly [], readonly []]
      ? true
      : false;

/** Options that every loss has. */
export interface LossOptions<R extends Reduction = Reduction> {
  /** Multiplies each row's loss: as many as there are rows. The mean still divides by the number of rows, as in Keras. */
  readonly sampleWeight?: AnyTensor | readonly number[];
  /** Default `"mean"`. */
  readonly reduction?: R;
}

/** A loss of some rows in parts that add up over batches, so that its value over many is that of all rows at once. */
export interface LossParts {
  /** What the loss gives for these rows. */
  readonly value: AnyTensor;
  /** The sum of the rows' losses. */
  readonly total: AnyTensor;
  /** What the mean divides the total by, a sum over the rows like it; undefined for a loss that is the sum itself. */
  readonly divisor: AnyTensor | number | undefined;
}

/** What every loss carries beside being a function. */
export interface LossProperties<Options> {
  readonly name: string;
  /** The options it was given by `with`. */
  readonly options: Options;
  /** What `metrics: ["accuracy"]` means beside this loss; undefined where there is no right or wrong. */
  readonly accuracy: Metric | undefined;
  /** The loss in parts that add up over batches. */
  parts(outputs: AnyTensor, targets: AnyTensor): LossParts;
}

/** A loss of logits `[…, classes]` and labels `[…]`, the indices of the classes. */
export interface SparseLoss<Op extends string, Options, DefaultR extends Reduction = "mean">
  extends LossProperties<Options> {
  <Z extends AnyTensor, Y extends AnyTensor, R extends Reduction = DefaultR>(
    logits: Z & Checked<FloatOutputs<Op, "logits", Z>>,
    labels: Y & Checked<ClassLabels<Op, Z, Y>>,
    options?: Options & { readonly reduction?: R },
  ): Tensor<Reduced<Rows<ShapeOf<Z>>, R>, FloatOf<DTypeOf<Z>>>;
  /** The loss with these options, to be called with logits and labels alone. */
  with<R extends Reduction = DefaultR>(
    options: Options & { readonly reduction?: R },
  ): SparseLoss<Op, Options, R>;
}

/** A loss of two tensors `[…, classes]`, one loss for each row. */
export interface ClassLoss<
  Op extends string,
  What extends string,
  Options,
  DefaultR extends Reduction = "mean",
> extends LossProperties<Options> {
  <Z extends AnyTensor, Y extends AnyTensor, R extends Reduction = DefaultR>(
    outputs: Z & Checked<FloatOutputs<Op, What, Z>>,
    targets: Y & Checked<SameShape<Op, Z, Y>>,
    options?: Options & { readonly reduction?: R },
  ): Tensor<Reduced<Rows<ShapeOf<Z>>, R>, FloatOf<Promote<DTypeOf<Z>, DTypeOf<Y>>>>;
  /** The loss with these options, to be called with two tensors alone. */
  with<R extends Reduction = DefaultR>(
    options: Options & { readonly reduction?: R },
  ): ClassLoss<Op, What, Options, R>;
}

/** A loss of two tensors of one shape, element by element. */
export interface ElementLoss<
  Op extends string,
  What extends string,
  Options,
  DefaultR extends Reduction = "mean",
> extends LossProperties<Options> {
  <Z extends AnyTensor, Y extends AnyTensor, R extends Reduction = DefaultR>(
    outputs: Z & Checked<FloatOutputs<Op, What, Z>>,
    targets: Y & Checked<SameShape<Op, Z, Y>>,
    options?: Options & { readonly reduction?: R },
  ): Tensor<Reduced<ShapeOf<Z>, R>, FloatOf<Promote<DTypeOf<Z>, DTypeOf<Y>>>>;
  /** The loss with these options, to be called with two tensors alone. */
  with<R extends Reduction = DefaultR>(
    options: Options & { readonly reduction?: R },
  ): ElementLoss<Op, What, Options, R>;
}
