/**
 * Shapes and dtypes as types. Everything here is erased: the run-time rule of an op stays the only check of values,
 * and these types say the same earlier, as far as types know the dimensions.
 *
 * A shape is a tuple of number literals; `number` is a dimension known at run time, {@link Shape} an unknown rank.
 * What a type does not know is never refused. A rule gives the result's shape as a mutable tuple, or a `ShapeError`
 * whose type parameter is the sentence that the compiler prints; {@link Checked} and {@link Result} take the two apart.
 */
import type { ShapeError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

/** The dimensions of a tensor: `[]` is a scalar, `[32, number]` has one dimension known at run time, `Shape` any rank. */
export type Shape = readonly number[];

/** The type of a tensor's elements, such as `"float32"`. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

/** The dtype of a tensor when nothing else is said: `Tensor<[2]>` is `Tensor<[2], "float32">`. */
export type DefaultDType = "float32";

// ---- Results and errors ----

/**
 * Intersected with a parameter's type: the error of a rule, which no argument satisfies, or `unknown`, which all do.
 * `b: B & Checked<MatMul<[32, 784], [25, 10]>>` prints `matmul: inner dimensions 784 and 25 differ`.
 */
// A spread, since a conditional over `R` itself would refuse every argument while `R` is generic; and no inference from
// an argument to the rule, which would take a dimension out of the middle of it.
export type Checked<R> = [...ErrorsOf<R>, 0] extends [ShapeError, 0] ? ErrorsOf<R>[number] : unknown;

type ErrorsOf<R> = [R] extends [never] ? [] : [R] extends [ShapeError] ? [R] : [];

/** The shape that a rule gives, and `Shape` in place of an error so that one mistake is reported once: `Result<[2]>` is `[2]`. */
export type Result<R> = [R] extends [ShapeError] ? Shape : Extract<R, Shape>;

/** A shape as results have it, a mutable tuple: `Normalise<readonly [2, 3]>` is `[2, 3]`, of unknown rank `Shape`. */
export type Normalise<S extends Shape> =
  number extends Rank<S> ? Shape : unknown extends S[number] ? [...WithoutAny<S>] : [...S];

/** A dimension of type `any` may be any. */
type WithoutAny<S extends Shape> = { [K in keyof S]: unknown extends S[K] ? number : S[K] };

type Show<S extends Shape> = `[${ShowEntries<S>}]`;

type ShowEntries<S extends Shape> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Rest extends readonly []
    ? ShowDimension<First>
    : `${ShowDimension<First>}, ${ShowEntries<Rest>}`
  : "";

type ShowDimension<N extends number> = number extends N ? "number" : `${N}`;

type IsAny<T> = 0 extends 1 & T ? true : false;

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** One known number: neither `number` nor a union. */
type IsLiteral<N> =
  IsAny<N> extends true
    ? false
    : [N] extends [number]
      ? number extends N
        ? false
        : [N] extends [never]
          ? false
          : IsUnion<N> extends false
            ? true
            : false
      : false;

/** Dimensions that cannot be equal, whatever they are at run time. */
type Differ<A extends number, B extends number> = A & B extends never ? true : false;

/** The better known of two dimensions that are equal. */
type Agree<A extends number, B extends number> = number extends A ? B : A;

// Two habits of this file have reasons in the compiler:
// - It pays some twenty microseconds for each new tuple that it compares. So a rule does not take a shape apart: what
//   depends on the rank alone is worked out on a tuple of keys, once for all shapes of that rank, and read with Gather.
// - Where a shape is generic, an argument is refused unless the rule stays undecided or decides for a shape. So the first
//   question of a rule, and whether two dimensions differ, is not wrapped in a tuple, which would decide it.

/** A key for each axis: `["0", "1"]` for any matrix. */
type KeysOf<S extends readonly unknown[]> = S extends unknown
  ? { -readonly [K in keyof S]: K & string }
  : never;

/** The rank, `number` if it is not known. */
type Rank<S extends Shape> = KeysOf<S>["length"];

/** Is the rank known, and one? It is not in a union of shapes of several ranks, whose keys are not those of one shape. */
type HasRank<S extends Shape> = IsLiteral<Rank<S>>;

/** The dimension at a key. */
type At<S extends Shape, Key> = S[Key & keyof S] & number;

/** The dimensions at the keys, in their order. */
type Gather<S extends Shape, Keys extends readonly unknown[]> = { [I in keyof Keys]: At<S, Keys[I]> };

/** Is there a dimension that is impossible, `never`? */
type IsImpossible<S extends Shape> = true extends {
  [K in keyof S]: S[K] extends never ? true : false;
}[number]
  ? true
  : false;

/** The shape's rank with no dimension known. */
type Unknowns<S extends Shape> = number extends Rank<S> ? Shape : { -readonly [K in keyof S]: number };

// ---- Operands and dtypes ----

/** The shape of an operand; a number is a scalar: `ShapeOf<Tensor<[2]>>` is `[2]`, `ShapeOf<3>` is `[]`. */
export type ShapeOf<T> = IsAny<T> extends true ? Shape : T extends Tensor<infer S, infer _> ? S : [];

/** The dtype of an operand, `never` for a number, which takes the other operand's: `DTypeOf<Tensor<[2], "bool">>` is `"bool"`. */
export type DTypeOf<T> = IsAny<T> extends true ? DType : T extends Tensor<infer _, infer D> ? D : never;

/** The shapes of a list of tensors: `ShapesOf<[Tensor<[2]>, Tensor<[3]>]>` is `[[2], [3]]`. */
export type ShapesOf<Tensors extends readonly unknown[]> = {
  -readonly [K in keyof Tensors]: ShapeOf<Tensors[K]>;
};

interface Promotions {
  bool: { bool: "bool"; uint8: "uint8"; int32: "int32"; float32: "float32"; float64: "float64" };
  uint8: { bool: "uint8"; uint8: "uint8"; int32: "int32"; float32: "float32"; float64: "float64" };
  int32: { bool: "int32"; uint8: "int32"; int32: "int32"; float32: "float32"; float64: "float64" };
  float32: { bool: "float32"; uint8: "float32"; int32: "float32"; float32: "float32"; float64: "float64" };
  float64: { bool: "float64"; uint8: "float64"; int32: "float64"; float32: "float64"; float64: "float64" };
}

/** The later of two dtypes in bool < uint8 < int32 < float32 < float64: `Promote<"int32", "float32">` is `"float32"`. */
export type Promote<A extends DType, B extends DType> = Promotions[A][B];

/** The dtype in which functions over the reals are computed: `FloatOf<"int32">` is `"float32"`. */
export type FloatOf<D extends DType> = D extends "float64" ? "float64" : "float32";

/** The dtype in which arithmetic is done: `NumberOf<"bool">` is `"int32"`, all others stay. */
export type NumberOf<D extends DType> = D extends "bool" ? "int32" : D;

/** The dtype of a sum: `SumOf<"uint8">` is `"int32"`, floats stay. */
export type SumOf<D extends DType> = D extends "float32" | "float64" ? D : "int32";

/** The dtype of `arange` by default: `ArangeDType<0, 0.5>` is `"float32"`, of whole numbers `"int32"`; either if not known. */
export type ArangeDType<Start extends number, Step extends number> = number extends Start | Step
  ? "int32" | "float32"
  : `${Start}${Step}` extends `${string}${"." | "e-"}${string}`
    ? "float32"
    : "int32";

/** The common dtype of two operands: `BinaryDType<Tensor<[2], "int32">, 3>` is `"int32"`, of two numbers the default. */
export type BinaryDType<A, B> = [DTypeOf<A>] extends [never]
  ? [DTypeOf<B>] extends [never]
    ? DefaultDType
    : DTypeOf<B>
  : [DTypeOf<B>] extends [never]
    ? DTypeOf<A>
    : Promote<DTypeOf<A>, DTypeOf<B>>;

/** The common dtype of the tensors of a list: `CommonDType<[Tensor<[2], "bool">, Tensor<[2], "int32">]>` is `"int32"`. */
export type CommonDType<
  Tensors extends readonly unknown[],
  D extends DType = "bool",
> = number extends Tensors["length"]
  ? DTypeOf<Tensors[number]>
  : Tensors extends readonly [infer First, ...infer Rest]
    ? CommonDType<Rest, Promote<D, DTypeOf<First>>>
    : D;

// ---- Broadcasting ----

/**
 * The common shape of two, aligned on the right, where 1 stretches: `Broadcast<"add", [32, 10], [10]>` is `[32, 10]`.
 * A `number` beside a literal other than 1 must be that literal; beside 1 or `number` it stays unknown.
 */
// A scalar comes first, so that the compiler knows of a generic shape S that the result may be S, and lets it be cast back.
export type Broadcast<Op extends string, A extends Shape, B extends Shape> = B extends readonly []
  ? Normalise<A>
  : IsAny<A> extends true
    ? Shape
    : A extends readonly []
      ? Normalise<B>
      : HasRank<A> extends true
        ? HasRank<B> extends true
          ? BroadcastAligned<Op, A, B, Align<A, B>, Align<B, A>>
          : Shape
        : Shape;

/** A shape with 1s before it, up to the rank of another that is longer. */
type Align<S extends Shape, Other extends Shape> =
  KeysOf<Other> extends [...KeysOf<S>, ...infer Missing] ? [...Ones<Missing>, ...S] : [...S];

type Ones<Keys extends readonly unknown[]> = { [I in keyof Keys]: 1 };

type BroadcastAligned<
  Op extends string,
  A extends Shape,
  B extends Shape,
  AlignedA extends Shape,
  AlignedB extends Shape,
> =
  BroadcastDimensions<AlignedA, AlignedB, KeysOf<AlignedA>> extends infer R extends Shape
    ? IsImpossible<R> extends true
      ? ShapeError<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>}: ${Clash<AlignedA, AlignedB, R, KeysOf<R>>}`>
      : R
    : never;

type BroadcastDimensions<A extends Shape, B extends Shape, Keys extends readonly unknown[]> = {
  [I in keyof Keys]: BroadcastDimension<At<A, Keys[I]>, At<B, Keys[I]>>;
};

// Unions fall through to `number`: one of their members may fit, so they are never refused.
type BroadcastDimension<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : number extends A
      ? 1 extends B
        ? number
        : B
      : number extends B
        ? 1 extends A
          ? number
          : A
        : [A, B] extends [B, A]
          ? A
          : Differ<A, B> extends false
            ? number
            : 1 extends A | B
              ? number
              : never;

/** The last axis where two shapes have no common dimension, in words. */
type Clash<
  A extends Shape,
  B extends Shape,
  R extends Shape,
  Keys,
  FromEnd extends 0[] = [0],
> = Keys extends [...infer Before, infer Key]
  ? [At<R, Key>] extends [never]
    ? `axis -${FromEnd["length"]} has dimensions ${At<A, Key>} and ${At<B, Key>}`
    : Clash<A, B, R, Before, [0, ...FromEnd]>
  : never;

/** The shape of an elementwise op of two operands: `BinaryShape<"add", Tensor<[2, 3]>, 1>` is `[2, 3]`. */
export type BinaryShape<Op extends string, A, B> = Broadcast<Op, ShapeOf<A>, ShapeOf<B>>;

/** The shape of an elementwise op of three operands: `TernaryShape<"where", Tensor<[2, 1]>, Tensor<[3]>, 0>` is `[2, 3]`. */
export type TernaryShape<Op extends string, A, B, C> =
  BinaryShape<Op, A, B> extends infer AB ? (AB extends Shape ? Broadcast<Op, AB, ShapeOf<C>> : AB) : never;

/** The shape of a choice: `WhereShape<Tensor<[2, 1], "bool">, Tensor<[3]>, 0>` is `[2, 3]`. */
export type WhereShape<Condition, A, B> = TernaryShape<"where", Condition, A, B>;

/** The shape stretched to a target: `BroadcastTo<[3], [2, 3]>` is `[2, 3]`. */
export type BroadcastTo<S extends Shape, Target extends Shape> =
  HasRank<S> extends true
    ? HasRank<Target> extends true
      ? KeysOf<Target> extends [...KeysOf<S>, ...infer Missing]
        ? Stretch<S, Target, [...Ones<Missing>, ...S]>
        : ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<Target>}: rank ${Rank<S>} is above ${Rank<Target>}`>
      : Normalise<Target>
    : Normalise<Target>;

type Stretch<S extends Shape, Target extends Shape, Aligned extends Shape> =
  StretchDimensions<Aligned, Target, KeysOf<Target>> extends infer R extends Shape
    ? IsImpossible<R> extends true
      ? ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<Target>}: ${Clash<Aligned, Target, R, KeysOf<R>>}`>
      : R
    : never;

type StretchDimensions<S extends Shape, Target extends Shape, Keys extends readonly unknown[]> = {
  [I in keyof Keys]: StretchDimension<At<S, Keys[I]>, At<Target, Keys[I]>>;
};

type StretchDimension<From extends number, To extends number> = 1 extends From
  ? To
  : Differ<From, To> extends true
    ? never
    : Agree<To, From>;

// ---- Matrix product ----

/** Rows of the first with columns of the second, batches broadcast: `MatMul<[8, 32, 784], [784, 25]>` is `[8, 32, 25]`. */
export type MatMul<A extends Shape, B extends Shape> = [[...A], [...B]] extends [
  [infer M extends number, infer K extends number],
  [infer L extends number, infer N extends number],
]
  ? Differ<K, L> extends true
    ? ShapeError<`matmul: inner dimensions ${K} and ${L} differ`>
    : [M, N]
  : [[...A], [...B]] extends [
        [...infer BatchA extends Shape, infer M extends number, infer K extends number],
        [...infer BatchB extends Shape, infer L extends number, infer N extends number],
      ]
    ? Differ<K, L> extends true
      ? ShapeError<`matmul: inner dimensions ${K} and ${L} differ`>
      : WithMatrix<Broadcast<"matmul", BatchA, BatchB>, M, N>
    : A extends readonly [] | readonly [number]
      ? ShapeError<`matmul: ${Show<A>} has rank ${Rank<A>}; expected at least 2`>
      : B extends readonly [] | readonly [number]
        ? ShapeError<`matmul: ${Show<B>} has rank ${Rank<B>}; expected at least 2`>
        : Shape;

type WithMatrix<Batch, M extends number, N extends number> = Batch extends Shape
  ? Normalise<[...Batch, M, N]>
  : Batch;

// ---- Convolution and pooling ----

/** Where the channels stand in images and kernels: `[…, C, H, W]` and `[O, I, kh, kw]`, or `[…, H, W, C]` and `[kh, kw, I, O]`. */
export type ImageLayout = "NCHW" | "NHWC";

/**
 * Images under a kernel: `Conv2d<[8, 3, 28, 28], [6, 3, 5, 5]>` is `[8, 6, 24, 24]`. The channels must agree, those of the
 * kernel times the groups, and the kernel must fit. Height and width are known for steps of 1.
 */
export type Conv2d<
  S extends Shape,
  K extends Shape,
  Layout = "NCHW",
  Groups extends number | undefined = 1,
  Stride = 1,
  Padding = 0,
  Dilation = 1,
> = unknown extends Layout // any
  ? Shape
  : [Or<Layout, "NCHW">, [...S], [...K]] extends [
        "NCHW",
        [
          ...infer Batch extends Shape,
          infer C extends number,
          infer H extends number,
          infer W extends number,
        ],
        [infer O extends number, infer I extends number, infer KH extends number, infer KW extends number],
      ]
    ? Differ<C, InAllGroups<I, Groups>> extends true
      ? ShapeError<ChannelsDiffer<C, I, Groups>>
      : Around<[...Batch, O], Slide<[H, W], [KH, KW], Stride, Dilation, Padding>, []>
    : [Layout, [...S], [...K]] extends [
          "NHWC",
          [
            ...infer Batch extends Shape,
            infer H extends number,
            infer W extends number,
            infer C extends number,
          ],
          [infer KH extends number, infer KW extends number, infer I extends number, infer O extends number],
        ]
      ? Differ<C, InAllGroups<I, Groups>> extends true
        ? ShapeError<ChannelsDiffer<C, I, Groups>>
        : Around<Batch, Slide<[H, W], [KH, KW], Stride, Dilation, Padding>, [O]>
      : Shape;

type InAllGroups<I extends number, Groups> = Groups extends number ? Multiply<I, Groups> : I;

type ChannelsDiffer<C extends number, I extends number, Groups> = [Groups] extends [1 | undefined]
  ? `conv2d: the input has ${C} channels, the kernel takes ${I}`
  : `conv2d: the input has ${C} channels, the kernel takes ${I} in each of ${Groups & number} groups`;

type Around<Before extends Shape, Size, After extends Shape> = Size extends Shape
  ? [...Before, ...Size, ...After]
  : Size;

/** Height and width after sliding a window over them. */
type Slide<
  Size extends [number, number],
  Window extends [number, number],
  Stride,
  Dilation,
  Padding,
> = unknown extends Stride | Dilation | Padding // any
  ? [number, number]
  : [Dilation] extends [1 | undefined]
    ? [Padding] extends ["same"]
      ? [Stride] extends [1 | undefined]
        ? Size
        : [number, number]
      : [Padding] extends [0 | "valid" | undefined]
        ? SlideInside<Size, Size, Window, Stride, 0>
        : [Padding] extends [number]
          ? SlideInside<Size, Padded<Size, Add<Padding, Padding>>, Window, Stride, Add<Padding, Padding>>
          : [number, number]
    : [number, number];

type Padded<Size extends [number, number], Padding extends number> = [
  Add<Size[0], Padding>,
  Add<Size[1], Padding>,
];

type SlideInside<
  Size extends [number, number],
  Room extends [number, number],
  Window extends [number, number],
  Stride,
  Padding extends number,
> =
  Differ<Subtract<Window[0], Room[0]>, 0> extends true
    ? ShapeError<`conv2d: a window of height ${Window[0]} does not fit ${Size[0]} with ${Padding} of padding`>
    : Differ<Subtract<Window[1], Room[1]>, 0> extends true
      ? ShapeError<`conv2d: a window of width ${Window[1]} does not fit ${Size[1]} with ${Padding} of padding`>
      : [Stride] extends [1 | undefined]
        ? [Add<Subtract<Room[0], Window[0]>, 1>, Add<Subtract<Room[1], Window[1]>, 1>]
        : [number, number];

/** Images whose height and width are pooled: `Pool2d<[8, 6, 28, 28]>` is `[8, 6, number, number]`. */
export type Pool2d<S extends Shape, Layout = "NCHW"> = unknown extends Layout // any
  ? Shape
  : [Or<Layout, "NCHW">, [...S]] extends ["NCHW", [...infer Front extends Shape, number, number]]
    ? [...Front, number, number]
    : [Layout, [...S]] extends [
          "NHWC",
          [...infer Batch extends Shape, number, number, infer C extends number],
        ]
      ? [...Batch, number, number, C]
      : Shape;

// ---- Axes ----

/** What an `axis` option takes: one axis, several, or none for all. */
export type AxisOption = number | readonly number[] | undefined;

/**
 * The options of an op along an axis. From an argument of type `{ axis?: 0 }` the compiler infers for `axis?: Axis` that the
 * axis is 0, though it may be absent. So the argument's own type is inferred as well, as {@link OptionOf} needs it.
 */
export type AlongOptions<Axis, Given> = { axis?: Axis } & Inferred<Given>;

/** The options of a reduction; `Given` as in {@link AlongOptions}. */
export type ReduceOptions<Axis, KeepDims, Given> = { axis?: Axis; keepDims?: KeepDims } & Inferred<Given>;

/** Takes every argument, whose type the compiler infers on its way through the first branch. */
export type Inferred<Given> = [Given] extends [never] ? Given : unknown;

/** An option, or `undefined` where the options as given may lack it: `OptionOf<{ axis?: 0 }, "axis", 0>` is `0 | undefined`. */
export type OptionOf<Given, Name extends string, Option> = unknown extends Given
  ? // biome-ignore lint/suspicious/noExplicitAny: options of type any have options of type any
    any
  : Given extends { [K in Name]: unknown }
    ? Option
    : Option | undefined;

/** The default in place of `undefined`. */
type Or<T, Default> = T extends undefined ? Default : T;

/** The key of an axis, which may count from the end; `never` when it is out of range. */
type AxisKey<
  Keys extends readonly unknown[],
  Axis extends number,
> = `${Axis}` extends `-${infer FromEnd extends number}`
  ? KeyFromEnd<Keys, FromEnd, [0]>
  : Extract<Keys[number], `${Axis}`>;

type KeyFromEnd<Keys, FromEnd extends number, Count extends 0[]> = Keys extends [...infer Before, infer Key]
  ? Count["length"] extends FromEnd
    ? Key
    : KeyFromEnd<Before, FromEnd, [0, ...Count]>
  : never;

/** All keys but some. */
type Except<Keys, Excluded, Done extends unknown[] = []> = Keys extends [infer Key, ...infer Rest]
  ? Except<Rest, Excluded, Key extends Excluded ? Done : [...Done, Key]>
  : Done;

/** The keys before one; all if there is none such. */
type Before<Keys, Key, Done extends unknown[] = []> = Keys extends [infer First, ...infer Rest]
  ? First extends Key
    ? Done
    : Before<Rest, Key, [...Done, First]>
  : Done;

/** The keys after one. */
type After<Keys, Key> = Keys extends [infer First, ...infer Rest]
  ? First extends Key
    ? Rest
    : After<Rest, Key>
  : [];

type Reversed<Keys, Done extends unknown[] = []> = Keys extends [infer Key, ...infer Rest]
  ? Reversed<Rest, [Key, ...Done]>
  : Done;

/** Keys of all named axes as a union, `number` when one is not known, or an error when one is out of range. */
type AxisKeys<Op extends string, S extends Shape, Axis> = [Axis] extends [number]
  ? AxisKeysOf<Op, S, [Axis], never>
  : [Axis] extends [Shape]
    ? IsUnion<Axis> extends true
      ? number
      : AxisKeysOf<Op, S, [...Axis], ""> // no axis at all is no `never`, which would be any answer
    : number;

type AxisKeysOf<Op extends string, S extends Shape, Axes, Keys> = Axes extends []
  ? Keys
  : Axes extends [infer First extends number, ...infer Rest]
    ? IsLiteral<First> extends true
      ? [AxisKey<KeysOf<S>, First>] extends [never]
        ? ShapeError<`${Op}: axis ${First} is out of range for ${Show<S>}`>
        : AxisKeysOf<Op, S, Rest, Keys | AxisKey<KeysOf<S>, First>>
      : number
    : number;

/** The shape, if it has that axis: `HasAxis<"cumsum", [2, 3], -1>` is `[2, 3]`. For ops along axes that keep the shape. */
export type HasAxis<Op extends string, S extends Shape, Axis extends AxisOption> =
  HasRank<S> extends true ? ErrorOr<AxisKeys<Op, S, Axis>, [...S]> : Normalise<S>;

type ErrorOr<R, Otherwise> = [R] extends [ShapeError] ? R : Otherwise;

/**
 * The shape after reducing along axes, all by default: `Reduce<"sum", [32, 10], -1, true>` is `[32, 1]`.
 * An axis not known leaves dimensions unknown.
 */
export type Reduce<
  Op extends string,
  S extends Shape,
  Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
> = unknown extends Axis | KeepDims // any
  ? Shape
  : [Axis, KeepDims] extends [undefined, false | undefined]
    ? []
    : HasRank<S> extends true
      ? [Axis] extends [undefined]
        ? WithoutAxes<S, KeysOf<S>[number], KeepDims>
        : ReduceKeys<S, AxisKeys<Op, S, Axis>, Axis, KeepDims>
      : Shape;

/** {@link Reduce} by options of which some may be absent. */
export type ReduceBy<
  Op extends string,
  S extends Shape,
  Axis extends AxisOption,
  KeepDims extends boolean | undefined,
  Given,
> = Reduce<Op, S, OptionOf<Given, "axis", Axis>, OptionOf<Given, "keepDims", KeepDims>>;

type ReduceKeys<S extends Shape, Keys, Axis, KeepDims> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? [KeepDims] extends [true]
      ? Unknowns<S>
      : [Axis, KeepDims, KeysOf<S>] extends [number, false | undefined, [unknown, ...infer Rest]]
        ? Unknowns<Gather<S, Rest>>
        : Shape
    : WithoutAxes<S, Keys, KeepDims>;

type WithoutAxes<S extends Shape, Keys, KeepDims> = [KeepDims] extends [true]
  ? { -readonly [K in keyof S]: K extends Keys ? 1 : S[K] }
  : [KeepDims] extends [false | undefined]
    ? Gather<S, Except<KeysOf<S>, Keys>>
    : Shape;

/** One more axis of extent 1, counted in the result: `ExpandDims<[2, 3], -1>` is `[2, 3, 1]`. */
export type ExpandDims<S extends Shape, Axis extends number> = InsertAt<"expandDims", S, Axis, 1>;

type InsertAt<Op extends string, S extends Shape, Axis, Dimension extends number> =
  HasRank<S> extends true ? InsertKey<S, AxisKeys<Op, [...S, Dimension], Axis>, Dimension> : Shape;

type InsertKey<S extends Shape, Keys, Dimension extends number> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<[...S, Dimension]>
    : [
        ...Gather<S, Before<KeysOf<S>, Keys>>,
        Dimension,
        ...Gather<S, Except<KeysOf<S>, Before<KeysOf<S>, Keys>[number]>>,
      ];

/** Without the axes of extent 1, or without those named: `Squeeze<[1, 3, 1]>` is `[3]`, `Squeeze<[1, 3, 1], 0>` is `[3, 1]`. */
export type Squeeze<S extends Shape, Axis extends AxisOption = undefined> = unknown extends Axis // any
  ? Shape
  : HasRank<S> extends true
    ? [Axis] extends [undefined]
      ? SqueezeAll<S, KeysOf<S>, []>
      : SqueezeKeys<S, AxisKeys<"squeeze", S, Axis>, Axis>
    : Shape;

type SqueezeAll<S extends Shape, Keys, Kept extends unknown[]> = Keys extends [infer Key, ...infer Rest]
  ? [At<S, Key>] extends [1]
    ? SqueezeAll<S, Rest, Kept>
    : 1 extends At<S, Key>
      ? Shape
      : SqueezeAll<S, Rest, [...Kept, Key]>
  : Gather<S, Kept>;

type SqueezeKeys<S extends Shape, Keys, Axis> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? ReduceKeys<S, Keys, Axis, false>
    : ErrorOr<SqueezeError<S, KeysOf<S>, Keys>, WithoutAxes<S, Keys, false>>;

type SqueezeError<S extends Shape, All, Keys> = All extends [infer Key, ...infer Rest]
  ? [Key, Differ<At<S, Key>, 1>] extends [Keys, true]
    ? ShapeError<`squeeze: axis ${Key & string} of ${Show<S>} has dimension ${At<S, Key>}; expected 1`>
    : SqueezeError<S, Rest, Keys>
  : unknown;

/** The axes in another order, reversed by default: `Transpose<[2, 3, 4], [0, 2, 1]>` is `[2, 4, 3]`. */
export type Transpose<S extends Shape, Axes extends Shape | undefined = undefined> = unknown extends Axes // any
  ? Unknowns<S>
  : [Axes] extends [undefined]
    ? HasRank<S> extends true
      ? Gather<S, Reversed<KeysOf<S>>>
      : Unknowns<S>
    : [Axes] extends [Shape]
      ? HasRank<S> extends true
        ? HasRank<Axes> extends true
          ? Permute<S, Axes, AxisKeys<"transpose", S, Axes>>
          : Unknowns<S>
        : Unknowns<Axes>
      : Unknowns<S>;

type Permute<S extends Shape, Axes extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<S>
    : [Rank<Axes>, Exclude<KeysOf<S>[number], Keys>] extends [Rank<S>, never]
      ? Gather<S, Order<KeysOf<S>, [...Axes]>>
      : ShapeError<`transpose: axes ${Show<Axes>} must name each of the ${Rank<S>} axes of ${Show<S>} once`>;

type Order<Keys extends readonly unknown[], Axes extends Shape> = {
  [I in keyof Axes]: AxisKey<Keys, Axes[I]>;
};

/** Entries of `x` at indices along an axis: `Take<[100, 8], [32], 0>` is `[32, 8]`. */
export type Take<S extends Shape, IndexShape extends Shape, Axis extends number | undefined = 0> = [
  HasRank<S>,
  HasRank<IndexShape>,
] extends [true, true]
  ? TakeKey<S, IndexShape, AxisKeys<"take", S, Or<Axis, 0>>>
  : Shape;

type TakeKey<S extends Shape, IndexShape extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? KeysOf<S> extends [unknown, ...infer Rest]
      ? Unknowns<[...Gather<S, Rest>, ...IndexShape]>
      : Shape
    : [...Gather<S, Before<KeysOf<S>, Keys>>, ...IndexShape, ...Gather<S, After<KeysOf<S>, Keys>>];

// ---- What stands beside a tensor ----

/** The shape, if it may be the expected one. */
type Expect<S extends Shape, Expected extends Shape, Message extends string> = [
  HasRank<S>,
  HasRank<Expected>,
] extends [true, true]
  ? Differ<Rank<S>, Rank<Expected>> extends true
    ? ShapeError<Message>
    : true extends {
          [K in keyof S]: K extends keyof Expected ? Differ<S[K], Expected[K] & number> : true;
        }[number]
      ? ShapeError<Message>
      : [...S]
  : Shape;

/**
 * The shape of a scale, offset or bias, which has the expected one or is absent:
 * `Beside<"conv2d", "bias", Tensor<[3]>, [3]>` is `[3]`.
 */
export type Beside<Op extends string, Name extends string, Given, Expected> = [Given] extends [undefined]
  ? Shape
  : Expected extends Shape
    ? Expect<ShapeOf<Given>, Expected, `${Op}: ${Name} ${Show<ShapeOf<Given>>}; expected ${Show<Expected>}`>
    : Shape;

/** The dimensions at the axes, in their order from the front: `DimensionsAt<"layerNorm", [4, 3], undefined, -1>` is `[3]`. */
export type DimensionsAt<Op extends string, S extends Shape, Axis extends AxisOption, Default> =
  HasRank<S> extends true ? DimensionsAtKeys<S, AxisKeys<Op, S, Or<Axis, Default>>> : Shape;

type DimensionsAtKeys<S extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Shape
  : number extends Keys
    ? Shape
    : Gather<S, Except<KeysOf<S>, Exclude<KeysOf<S>[number], Keys>>>;

/** The shape of indices of elements along an axis, which has the other dimensions of `S`: `TakeAlong<[4, 3], [4, 7], -1>` is `[4, 7]`. */
export type TakeAlong<S extends Shape, IndexShape extends Shape, Axis extends number | undefined = -1> =
  HasRank<S> extends true
    ? TakeAlongKey<S, IndexShape, AxisKeys<"takeAlongAxis", S, Or<Axis, -1>>>
    : Normalise<IndexShape>;

type TakeAlongKey<S extends Shape, IndexShape extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Shape
  : number extends Keys
    ? Normalise<IndexShape>
    : Expect<
          IndexShape,
          { [K in keyof S]: K extends Keys ? number : S[K] },
          `takeAlongAxis: indices ${Show<IndexShape>} for ${Show<S>}; expected equal dimensions but on axis ${Keys & string}`
        > extends infer R
      ? ErrorOr<R, Normalise<IndexShape>>
      : never;

// ---- Joining and cutting ----

/** Tensors end to end along an axis: `Concat<[[2, 3], [4, 3]], 0>` is `[6, 3]`. */
export type Concat<Shapes extends readonly Shape[], Axis extends number | undefined = 0> =
  IsLiteral<Shapes["length"]> extends true
    ? KeysOf<Shapes> extends [infer First, ...infer Rest]
      ? ConcatFrom<Shapes, ShapeAt<Shapes, First>, Rest, Or<Axis, 0>>
      : Shape
    : ConcatFrom<[Unknowns<Shapes[number]>], Shapes[number], ["0"], Or<Axis, 0>>;

type ShapeAt<Shapes extends readonly Shape[], Key> = Extract<Shapes[Key & keyof Shapes], Shape>;

type ConcatFrom<Shapes extends readonly Shape[], First extends Shape, Rest, Axis> =
  HasRank<First> extends true ? ConcatKey<Shapes, First, Rest, AxisKeys<"concat", First, Axis>> : Shape;

type ConcatKey<Shapes extends readonly Shape[], First extends Shape, Rest, Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<First>
    : JoinAll<"concat", Shapes, First, [...First], Rest, Keys>;

/** All shapes joined to the first: dimensions at `Keys` are added, all others must agree. */
type JoinAll<
  Op extends string,
  Shapes extends readonly Shape[],
  First extends Shape,
  Joined,
  Rest,
  Keys,
> = Joined extends Shape
  ? Rest extends [infer Next, ...infer Others]
    ? JoinAll<Op, Shapes, First, Join<Op, First, ShapeAt<Shapes, Next>, Joined, Keys>, Others, Keys>
    : Joined
  : Joined;

type Join<
  Op extends string,
  First extends Shape,
  Next extends Shape,
  Joined extends Shape,
  Keys,
> = number extends Rank<Joined> | Rank<Next>
  ? Shape
  : Differ<Rank<Joined>, Rank<Next>> extends true
    ? ShapeError<`${Op}: ${Show<First>} and ${Show<Next>} differ in rank`>
    : JoinDimensions<Joined, Next, Keys, KeysOf<Joined>> extends infer R extends Shape
      ? IsImpossible<R> extends true
        ? JoinError<Op, First, Next, R, Keys, KeysOf<R>>
        : R
      : never;

type JoinDimensions<A extends Shape, B extends Shape, Keys, All extends readonly unknown[]> = {
  [I in keyof All]: All[I] extends Keys
    ? Add<At<A, All[I]>, At<B, All[I]>>
    : Differ<At<A, All[I]>, At<B, All[I]>> extends true
      ? never
      : Agree<At<A, All[I]>, At<B, All[I]>>;
};

type JoinError<
  Op extends string,
  First extends Shape,
  Next extends Shape,
  R extends Shape,
  Keys,
  All,
> = All extends [infer Key, ...infer Rest]
  ? [At<R, Key>] extends [never]
    ? ShapeError<`${Op}: ${Show<First>} and ${Show<Next>}${Along<Keys>}: axis ${Key & string} has dimensions ${At<First, Key>} and ${At<Next, Key>}`>
    : JoinError<Op, First, Next, R, Keys, Rest>
  : never;

type Along<Keys> = [Keys] extends [never] ? "" : ` along axis ${Keys & string}`;

/** Equal shapes along a further axis: `Stack<[[2, 3], [2, 3]], -1>` is `[2, 3, 2]`. */
export type Stack<Shapes extends readonly Shape[], Axis extends number | undefined = 0> =
  IsLiteral<Shapes["length"]> extends true
    ? KeysOf<Shapes> extends [infer First, ...infer Rest]
      ? HasRank<ShapeAt<Shapes, First>> extends true
        ? StackJoined<
            JoinAll<"stack", Shapes, ShapeAt<Shapes, First>, [...ShapeAt<Shapes, First>], Rest, never>,
            Or<Axis, 0>,
            Shapes["length"]
          >
        : Shape
      : Shape
    : InsertAt<"stack", Shapes[number], Or<Axis, 0>, number>;

type StackJoined<Joined, Axis, Count extends number> = Joined extends Shape
  ? InsertAt<"stack", Joined, Axis, Count>
  : Joined;

/** What `begin`, `end` and `steps` of a slice take: an entry per axis, fewer for the first axes, `undefined` for the default. */
export type SliceOption = readonly (number | undefined)[] | undefined;

/**
 * A part of each axis, as Python slices: `Slice<[10, 3], [2], [-1]>` is `[7, 3]`. Axes not named stay whole; out of range
 * is cut; known when the dimension and both ends are known and the step is 1.
 */
export type Slice<
  S extends Shape,
  Begin extends SliceOption,
  End extends SliceOption = undefined,
  Steps extends SliceOption = undefined,
> =
  HasRank<S> extends true
    ? true extends TooLong<S, Begin> | TooLong<S, End> | TooLong<S, Steps>
      ? ShapeError<`slice: more positions than the ${Rank<S>} axes of ${Show<S>}`>
      : { -readonly [K in keyof S]: SliceDimension<S[K], Entry<Begin, K>, Entry<End, K>, Entry<Steps, K>> }
    : Shape;

type TooLong<S extends Shape, List extends SliceOption> = [List] extends [readonly unknown[]]
  ? [KeysOf<List>] extends [[...KeysOf<S>, unknown, ...unknown[]]]
    ? true
    : false
  : false;

type Entry<List extends SliceOption, Key> = unknown extends List // any
  ? number
  : [List] extends [undefined]
    ? undefined
    : [List] extends [readonly unknown[]]
      ? number extends List["length"]
        ? number
        : Key extends keyof List
          ? List[Key]
          : undefined
      : number;

type SliceDimension<Dimension extends number, Begin, End, Step> = unknown extends Begin | End | Step // any
  ? number
  : [Step] extends [1 | undefined]
    ? [End] extends [undefined]
      ? [Begin] extends [0 | undefined]
        ? Dimension
        : Distance<Dimension, Position<Dimension, Begin>, Dimension>
      : [Begin] extends [undefined]
        ? Distance<Dimension, 0, Position<Dimension, End>>
        : Distance<Dimension, Position<Dimension, Begin>, Position<Dimension, End>>
    : [Begin, End, Step] extends [undefined, undefined, -1]
      ? Dimension
      : number;

type Distance<Dimension extends number, From, To> =
  IsLiteral<Dimension> extends true
    ? [IsLiteral<From>, IsLiteral<To>] extends [true, true]
      ? Subtract<To & number, From & number>
      : number
    : number;

/** Where a slice's end lies, from the front and inside the axis. */
type Position<Dimension extends number, End> = [IsLiteral<Dimension>, IsLiteral<End>] extends [true, true]
  ? `${End & number}` extends `-${infer FromEnd extends number}`
    ? Subtract<Dimension, FromEnd>
    : Subtract<Dimension, End & number> extends 0
      ? Dimension
      : End
  : number;

/**
 * The shape with `[before, after]` added on each axis: `Pad<[2, 3], [[1, 1], [0, 0]]>` is `[4, 3]`. Padding between the
 * elements as well leaves the dimensions unknown.
 */
export type Pad<
  S extends Shape,
  Paddings extends readonly (readonly [number, number])[],
  Interior extends Shape | undefined = undefined,
> =
  HasRank<S> extends true
    ? IsLiteral<Paddings["length"]> extends true
      ? [Paddings["length"]] extends [Rank<S>]
        ? [Interior] extends [undefined]
          ? { -readonly [K in keyof S]: K extends keyof Paddings ? PadDimension<S[K], Paddings[K]> : number }
          : Unknowns<S>
        : ShapeError<`pad: ${Paddings["length"]} paddings for ${Show<S>}; expected ${Rank<S>} pairs [before, after]`>
      : Unknowns<S>
    : Shape;

type PadDimension<Dimension extends number, Padding> = Padding extends readonly [
  infer Before extends number,
  infer After extends number,
]
  ? unknown extends Before | After // any
    ? number
    : Add<Add<Dimension, Before>, After>
  : number;

// ---- Reshaping ----

/** One axis of all elements: `Flatten<[28, 28]>` is `[784]`. */
export type Flatten<S extends Shape> = [Product<S, KeysOf<S>>];

/** The product of the dimensions at the keys. */
type Product<S extends Shape, Keys extends readonly unknown[], Done extends number = 1> = Keys extends [
  infer Key,
  ...infer Rest,
]
  ? Product<S, Rest, Multiply<Done, At<S, Key>>>
  : number extends Keys["length"]
    ? number
    : Done;

/**
 * The target, where −1 is what is left over: `Reshape<[32, 28, 28], [32, -1]>` is `[32, 784]`. The numbers of elements must
 * agree when both shapes are known. A −1 that only a division would tell stays `number`.
 */
export type Reshape<S extends Shape, Target extends Shape> = unknown extends Target // any
  ? Shape
  : number extends Rank<Target>
    ? Shape
    : number extends Rank<S>
      ? WithLeftOver<Target, number>
      : unknown extends Target[number]
        ? WithLeftOver<Target, number>
        : 0 extends S[number] // an unknown dimension, or no elements: a dimension 0 must not be cancelled
          ? WithLeftOver<Target, number>
          : Cancel<S, Target, KeysOf<S>, [], KeysOf<Target>> extends [
                infer Left extends unknown[],
                infer Wanted extends unknown[],
              ]
            ? -1 extends Target[number]
              ? WithLeftOver<Target, LeftOver<S, Target, Left, Wanted>>
              : Differ<Product<S, Left>, Product<Target, Wanted>> extends true
                ? ShapeError<`reshape: ${Show<S>} has ${Product<S, KeysOf<S>>} elements, which ${Show<Target>} cannot hold (${Product<Target, KeysOf<Target>>})`>
                : [...Target]
            : never;

type WithLeftOver<Target extends Shape, LeftOver extends number> = {
  -readonly [K in keyof Target]: unknown extends Target[K] // any
    ? number
    : Target[K] extends -1
      ? LeftOver
      : Target[K];
};

/** Dimensions that both shapes have need not be multiplied: the keys that remain of each. */
type Cancel<
  S extends Shape,
  Target extends Shape,
  Left extends unknown[],
  Wanted extends unknown[],
  Keys,
> = Keys extends [infer Key, ...infer Rest]
  ? At<Target, Key> extends -1
    ? Cancel<S, Target, Left, Wanted, Rest>
    : [Find<S, Left, At<Target, Key>>] extends [never]
      ? Cancel<S, Target, Left, [...Wanted, Key], Rest>
      : Cancel<S, Target, Except<Left, Find<S, Left, At<Target, Key>>>, Wanted, Rest>
  : [Left, Wanted];

/** The first of the keys that has this dimension; `never` if there is none. */
type Find<S extends Shape, Keys, Dimension extends number> = Keys extends [infer Key, ...infer Rest]
  ? [At<S, Key>, IsLiteral<Dimension>] extends [Dimension, true]
    ? Key
    : Find<S, Rest, Dimension>
  : never;

type LeftOver<
  S extends Shape,
  Target extends Shape,
  Left extends unknown[],
  Wanted extends unknown[],
> = Wanted extends []
  ? Product<S, Left>
  : [Find<S, Left, Product<Target, Wanted>>] extends [never]
    ? number
    : Product<S, Except<Left, Find<S, Left, Product<Target, Wanted>>>>;

// ---- Arithmetic ----
// Schoolbook arithmetic on decimal digits. Strings of them, since the compiler looks into no string; those that begin with
// the least significant digit are called reversed.

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

/** All known: whole, not negative, and neither `number` nor a union. */
type AreNatural<A extends number, B extends number> = [IsLiteral<A>, IsLiteral<B>] extends [true, true]
  ? `${A}${B}` extends `${string}${"-" | "." | "e"}${string}`
    ? false
    : true
  : false;

type Multiply<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : AreNatural<A, B> extends true
      ? ToNumber<MultiplyDigits<Reverse<`${A}`>, Reverse<`${B}`>, "", "">>
      : number;

type Add<A extends number, B extends number> = [A] extends [0]
  ? B
  : [B] extends [0]
    ? A
    : AreNatural<A, B> extends true
      ? ToNumber<Reverse<AddRow<Reverse<`${A}`>, "1", Reverse<`${B}`>, "0", "">>>
      : number;

/** A − B, and 0 where that is negative. */
type Subtract<A extends number, B extends number> = [B] extends [0]
  ? A
  : AreNatural<A, B> extends true
    ? ToNumber<SubtractDigits<Reverse<`${A}`>, Reverse<`${B}`>, "1", "">>
    : number;

type Reverse<Text extends string, Done extends string = ""> = Text extends `${infer First}${infer Rest}`
  ? Reverse<Rest, `${First}${Done}`>
  : Done;

/** The number that the digits write, `number` where it is too large to be exact. */
type ToNumber<Digits extends string> = Digits extends `0${infer Rest}`
  ? Rest extends ""
    ? 0
    : ToNumber<Rest>
  : Digits extends `${infer N extends number}`
    ? N
    : number;

/** The product of two reversed numbers, a row for each digit of the second. */
type MultiplyDigits<
  A extends string,
  B extends string,
  Sum extends string,
  Done extends string,
> = B extends `${infer Factor extends Digit}${infer Rest}`
  ? AddRow<A, Factor, Sum, "0", ""> extends `${infer Low}${infer High}`
    ? MultiplyDigits<A, Rest, High, `${Low}${Done}`>
    : never
  : `${Reverse<Sum>}${Done}`;

/** A times one digit, plus a sum and a carry; all reversed. */
type AddRow<
  A extends string,
  Factor extends Digit,
  Sum extends string,
  Carry extends Digit,
  Done extends string,
> = A extends `${infer First extends Digit}${infer Rest}`
  ? MultiplyAdd<First, Factor, FirstDigit<Sum>, Carry> extends `${infer High extends Digit}${infer Low}`
    ? AddRow<Rest, Factor, OtherDigits<Sum>, High, `${Done}${Low}`>
    : never
  : Carry extends "0"
    ? `${Done}${Sum}`
    : Sum extends ""
      ? `${Done}${Carry}`
      : AddRow<"1", Carry, Sum, "0", Done>;

/** A plus the complement of B to nines plus 1: the last carry tells that nothing was borrowed. */
type SubtractDigits<
  A extends string,
  B extends string,
  Carry extends Digit,
  Done extends string,
> = A extends `${infer First extends Digit}${infer Rest}`
  ? MultiplyAdd<
      First,
      "1",
      Complement[FirstDigit<B>],
      Carry
    > extends `${infer High extends Digit}${infer Low}`
    ? SubtractDigits<Rest, OtherDigits<B>, High, `${Low}${Done}`>
    : never
  : [B, Carry] extends ["", "1"]
    ? Done
    : "0";

type FirstDigit<Text extends string> = Text extends `${infer First extends Digit}${string}` ? First : "0";

type OtherDigits<Text extends string> = Text extends `${Digit}${infer Rest}` ? Rest : "";

/** `a b + c + d` of four digits, as two. */
type MultiplyAdd<A extends Digit, B extends Digit, C extends Digit, D extends Digit> = AddDigit<
  AddDigit<Products[A][B], C>,
  D
>;

type AddDigit<
  Two extends string,
  D extends Digit,
> = Two extends `${infer Tens extends Digit}${infer Units extends Digit}`
  ? Sums[Units][D] extends `0${infer Low}`
    ? `${Tens}${Low}`
    : Sums[Units][D] extends `1${infer Low}`
      ? `${Next[Tens]}${Low}`
      : never
  : never;

type Next = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

type Complement = ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];

type Sums = [
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"],
  ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"],
  ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
  ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13"],
  ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14"],
  ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15"],
  ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16"],
  ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"],
  ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"],
];

type Products = [
  ["00", "00", "00", "00", "00", "00", "00", "00", "00", "00"],
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["00", "02", "04", "06", "08", "10", "12", "14", "16", "18"],
  ["00", "03", "06", "09", "12", "15", "18", "21", "24", "27"],
  ["00", "04", "08", "12", "16", "20", "24", "28", "32", "36"],
  ["00", "05", "10", "15", "20", "25", "30", "35", "40", "45"],
  ["00", "06", "12", "18", "24", "30", "36", "42", "48", "54"],
  ["00", "07", "14", "21", "28", "35", "42", "49", "56", "63"],
  ["00", "08", "16", "24", "32", "40", "48", "56", "64", "72"],
  ["00", "09", "18", "27", "36", "45", "54", "63", "72", "81"],
];

// ---- Literals ----

/** The typed arrays that a tensor is made from or gives out: float32, float64, int32, and uint8 for uint8 and bool. */
export type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** What a tensor is written as: `3`, `[1, 2]`, `[[true], [false]]`. */
export type NestedValue = number | boolean | readonly NestedValue[];

/** The shape of nested arrays, inferred by a const type parameter: `NestedShape<[[1, 2], [3, 4]]>` is `[2, 2]`, of `number[]` `[number]`. */
export type NestedShape<V> = IsAny<V> extends true ? Shape : NestedShapeFrom<V, []>;

type NestedShapeFrom<V, Done extends Shape> = [V] extends [number | boolean]
  ? Done
  : [V] extends [NumberArray]
    ? [...Done, number]
    : [V] extends [readonly (infer Element)[]]
      ? [Element] extends [never]
        ? [...Done, 0]
        : [IsRagged<V>] extends [ShapeError]
          ? IsRagged<V>
          : NestedShapeFrom<Element, [...Done, IsLiteral<V["length"]> extends true ? V["length"] : number]>
      : Shape;

/** An error if an element's length cannot be that of the first. Looked for only where lengths are a union. */
type IsRagged<V extends readonly unknown[]> = V[number] extends { readonly length: infer Length }
  ? IsLiteral<Length> extends true
    ? false
    : number extends Length
      ? false
      : OddElement<V, LengthOf<V[0]>, []>
  : false;

type LengthOf<V> = V extends { readonly length: infer Length extends number } ? Length : 0;

type OddElement<V extends readonly unknown[], Length extends number, Seen extends 0[]> = V extends readonly [
  infer First,
  ...infer Rest,
]
  ? Differ<Length, LengthOf<First>> extends true
    ? ShapeError<`tensor: ragged array: [${Seen["length"]}] has ${LengthOf<First>} elements where its neighbour has ${Length} elements`>
    : OddElement<Rest, Length, [...Seen, 0]>
  : false;

/** The dtype of what a tensor is made from, by default: `NestedDType<[true, false]>` is `"bool"`, numbers are float32, typed arrays their own. */
export type NestedDType<V> =
  IsAny<V> extends true
    ? DType
    : [V] extends [Float64Array]
      ? "float64"
      : [V] extends [Int32Array]
        ? "int32"
        : [V] extends [Uint8Array]
          ? "uint8"
          : [V] extends [boolean]
            ? "bool"
            : [V] extends [readonly (infer Element)[]]
              ? [Element] extends [never]
                ? DefaultDType
                : NestedDType<Element>
              : DefaultDType;

/** The JavaScript value of one element: `ItemOf<"bool">` is `boolean`, of all other dtypes `number`. */
export type ItemOf<D extends DType> = D extends "bool" ? boolean : number;

/** What `toArray()` gives: `NestedArray<[2, 3], "float32">` is `number[][]`, of unknown rank a value nested to any depth. */
export type NestedArray<S extends Shape, D extends DType> =
  number extends Rank<S> ? Nested<ItemOf<D>> : NestedOf<S, ItemOf<D>>;

type Nested<Item> = Item | Nested<Item>[];

type NestedOf<S extends Shape, Item> = S extends readonly [number, ...infer Rest extends Shape]
  ? NestedOf<Rest, Item>[]
  : Item;
