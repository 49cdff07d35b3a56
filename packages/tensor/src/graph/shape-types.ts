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
export type Normalise<S extends Shape> = number extends Rank<S> ? Shape : [...S];

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

/** A 0 for each axis: what depends on the rank alone is worked out once for all shapes of that rank. */
type RankOf<S extends Shape> = S extends Shape ? { -readonly [K in keyof S]: 0 } : never;

/** The rank, `number` if it is not known. */
type Rank<S extends Shape> = RankOf<S>["length"];

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
export type Broadcast<Op extends string, A extends Shape, B extends Shape> =
  number extends Rank<A>
    ? Shape
    : number extends Rank<B>
      ? Shape
      : BroadcastFrom<Op, A, B, [...A], [...B], []>;

type BroadcastFrom<
  Op extends string,
  A extends Shape,
  B extends Shape,
  RestA extends Shape,
  RestB extends Shape,
  Done extends Shape,
> = [RestA] extends [[]]
  ? [...RestB, ...Done]
  : [RestB] extends [[]]
    ? [...RestA, ...Done]
    : [RestA, RestB] extends [
          [...infer InitA extends Shape, infer LastA extends number],
          [...infer InitB extends Shape, infer LastB extends number],
        ]
      ? [BroadcastDimension<LastA, LastB>] extends [never]
        ? ShapeError<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>}: axis -${Successor<Done>} has dimensions ${LastA} and ${LastB}`>
        : BroadcastFrom<Op, A, B, InitA, InitB, [BroadcastDimension<LastA, LastB>, ...Done]>
      : Shape;

type Successor<S extends Shape> = [...S, 0]["length"] & number;

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

/** The shape of an elementwise op of two operands: `BinaryShape<"add", Tensor<[2, 3]>, 1>` is `[2, 3]`. */
export type BinaryShape<Op extends string, A, B> = Broadcast<Op, ShapeOf<A>, ShapeOf<B>>;

/** The shape of an elementwise op of three operands: `TernaryShape<"where", Tensor<[2, 1]>, Tensor<[3]>, 0>` is `[2, 3]`. */
export type TernaryShape<Op extends string, A, B, C> =
  BinaryShape<Op, A, B> extends infer AB ? (AB extends Shape ? Broadcast<Op, AB, ShapeOf<C>> : AB) : never;

/** The shape of a choice: `WhereShape<Tensor<[2, 1], "bool">, Tensor<[3]>, 0>` is `[2, 3]`. */
export type WhereShape<Condition, A, B> = TernaryShape<"where", Condition, A, B>;

/** The shape stretched to a target: `BroadcastTo<[3], [2, 3]>` is `[2, 3]`. */
export type BroadcastTo<S extends Shape, Target extends Shape> =
  number extends Rank<Target>
    ? Shape
    : number extends Rank<S>
      ? Normalise<Target>
      : BroadcastToFrom<S, Target, [...S], [...Target], []>;

type BroadcastToFrom<
  S extends Shape,
  Target extends Shape,
  RestS extends Shape,
  RestTarget extends Shape,
  Done extends Shape,
> = [RestS] extends [[]]
  ? [...RestTarget, ...Done]
  : [RestTarget] extends [[]]
    ? ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<Target>}: rank ${Rank<S>} is above ${Rank<Target>}`>
    : [RestS, RestTarget] extends [
          [...infer InitS extends Shape, infer LastS extends number],
          [...infer InitTarget extends Shape, infer LastTarget extends number],
        ]
      ? 1 extends LastS
        ? BroadcastToFrom<S, Target, InitS, InitTarget, [LastTarget, ...Done]>
        : Differ<LastS, LastTarget> extends true
          ? ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<Target>}: axis -${Successor<Done>} has dimensions ${LastS} and ${LastTarget}`>
          : BroadcastToFrom<S, Target, InitS, InitTarget, [Agree<LastTarget, LastS>, ...Done]>
      : Normalise<Target>;

// ---- Matrix product ----

/** Rows of the first with columns of the second, batches broadcast: `MatMul<[8, 32, 784], [784, 25]>` is `[8, 32, 25]`. */
export type MatMul<A extends Shape, B extends Shape> = [[...A], [...B]] extends [
  [...infer BatchA extends Shape, infer M extends number, infer K extends number],
  [...infer BatchB extends Shape, infer L extends number, infer N extends number],
]
  ? Differ<K, L> extends true
    ? ShapeError<`matmul: inner dimensions ${K} and ${L} differ`>
    : [BatchA, BatchB] extends [[], []]
      ? [M, N]
      : WithMatrix<Broadcast<"matmul", BatchA, BatchB>, M, N>
  : A extends readonly [] | readonly [number]
    ? ShapeError<`matmul: ${Show<A>} has rank ${A["length"]}; expected at least 2`>
    : B extends readonly [] | readonly [number]
      ? ShapeError<`matmul: ${Show<B>} has rank ${B["length"]}; expected at least 2`>
      : Shape;

type WithMatrix<Batch, M extends number, N extends number> = Batch extends Shape
  ? Normalise<[...Batch, M, N]>
  : Batch;

// ---- Axes ----

/** What an `axis` option takes: one axis, several, or none for all. */
export type AxisOption = number | readonly number[] | undefined;

/** An axis counted from the front, as a key of the tuple: of rank 2, −1 is `"1"`. `never` when out of range. */
type AxisKey<Rank extends Shape, Axis extends number> = `${Axis}` extends `-${infer FromEnd extends number}`
  ? AxisFromEnd<Rank, FromEnd, []>
  : Extract<keyof Rank, `${Axis}`>;

type AxisFromEnd<
  Rank extends Shape,
  FromEnd extends number,
  Dropped extends Shape,
> = Dropped["length"] extends FromEnd
  ? `${Rank["length"]}`
  : Rank extends [0, ...infer Rest extends Shape]
    ? AxisFromEnd<Rest, FromEnd, [0, ...Dropped]>
    : never;

/** Keys of all named axes as a union, `number` when one is not known, or an error when one is out of range. */
type AxisKeys<Op extends string, S extends Shape, Axis> = [Axis] extends [number]
  ? AxisKeysOf<Op, S, [Axis], never>
  : [Axis] extends [Shape]
    ? AxisKeysOf<Op, S, [...Axis], ""> // no axis at all is no `never`, which would be any answer
    : number;

type AxisKeysOf<Op extends string, S extends Shape, Axes, Keys extends string> = Axes extends []
  ? Keys
  : Axes extends [infer First extends number, ...infer Rest]
    ? IsLiteral<First> extends true
      ? [AxisKey<RankOf<S>, First>] extends [never]
        ? ShapeError<`${Op}: axis ${First} is out of range for ${Show<S>}`>
        : AxisKeysOf<Op, S, Rest, Keys | AxisKey<RankOf<S>, First>>
      : number
    : number;

/** The shape, if it has that axis: `HasAxis<"cumsum", [2, 3], -1>` is `[2, 3]`. For ops along axes that keep the shape. */
export type HasAxis<Op extends string, S extends Shape, Axis extends AxisOption> =
  number extends Rank<S> ? Shape : ErrorOr<AxisKeys<Op, S, Axis>, [...S]>;

type ErrorOr<R, Otherwise> = [R] extends [ShapeError] ? R : Otherwise;

/**
 * The shape after reducing along axes, all by default: `Reduce<"sum", [32, 10], -1, true>` is `[32, 1]`.
 * An axis not known leaves dimensions unknown.
 */
export type Reduce<
  Op extends string,
  S extends Shape,
  Axis extends AxisOption = undefined,
  KeepDims extends boolean = false,
> = [Axis, KeepDims] extends [undefined, false]
  ? []
  : number extends Rank<S>
    ? Shape
    : [Axis] extends [undefined]
      ? WithoutAxes<S, Extract<keyof RankOf<S>, string>, KeepDims>
      : ReduceKeys<S, AxisKeys<Op, S, Axis>, Axis, KeepDims>;

type ReduceKeys<S extends Shape, Keys, Axis, KeepDims extends boolean> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? [KeepDims] extends [true]
      ? Unknowns<S>
      : [Axis, KeepDims, RankOf<S>] extends [number, false, [0, ...infer Rest extends Shape]]
        ? Unknowns<Rest>
        : Shape
    : WithoutAxes<S, Keys, KeepDims>;

type WithoutAxes<S extends Shape, Keys, KeepDims extends boolean> = boolean extends KeepDims
  ? Shape
  : KeepDims extends true
    ? ReplaceAxes<[...S], Keys, [1], [], []>
    : ReplaceAxes<[...S], Keys, [], [], []>;

/** `By` in place of each dimension whose key is in `Keys`. */
type ReplaceAxes<
  S extends Shape,
  Keys,
  By extends Shape,
  Seen extends Shape,
  Done extends Shape,
> = S extends [infer First extends number, ...infer Rest extends Shape]
  ? `${Seen["length"]}` extends Keys
    ? ReplaceAxes<Rest, Keys, By, [...Seen, 0], [...Done, ...By]>
    : ReplaceAxes<Rest, Keys, By, [...Seen, 0], [...Done, First]>
  : Done;

/** A dimension put in before `Key`. */
type Insert<
  S extends Shape,
  Key,
  Dimension extends number,
  Seen extends Shape,
  Done extends Shape,
> = `${Seen["length"]}` extends Key
  ? [...Done, Dimension, ...S]
  : S extends [infer First extends number, ...infer Rest extends Shape]
    ? Insert<Rest, Key, Dimension, [...Seen, 0], [...Done, First]>
    : Done;

/** One more axis of extent 1, counted in the result: `ExpandDims<[2, 3], -1>` is `[2, 3, 1]`. */
export type ExpandDims<S extends Shape, Axis extends number> = InsertAt<"expandDims", S, Axis, 1>;

type InsertAt<Op extends string, S extends Shape, Axis extends number, Dimension extends number> =
  number extends Rank<S> ? Shape : InsertKey<S, AxisKeys<Op, [...S, Dimension], Axis>, Dimension>;

type InsertKey<S extends Shape, Keys, Dimension extends number> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<[...S, Dimension]>
    : Insert<[...S], Keys, Dimension, [], []>;

/** Without the axes of extent 1, or without those named: `Squeeze<[1, 3, 1]>` is `[3]`, `Squeeze<[1, 3, 1], 0>` is `[3, 1]`. */
export type Squeeze<S extends Shape, Axis extends AxisOption = undefined> =
  number extends Rank<S>
    ? Shape
    : [Axis] extends [undefined]
      ? SqueezeAll<[...S], []>
      : SqueezeKeys<S, AxisKeys<"squeeze", S, Axis>, Axis>;

type SqueezeAll<S extends Shape, Done extends Shape> = S extends [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? [First] extends [1]
    ? SqueezeAll<Rest, Done>
    : 1 extends First
      ? Shape
      : SqueezeAll<Rest, [...Done, First]>
  : Done;

type SqueezeKeys<S extends Shape, Keys, Axis> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? ReduceKeys<S, Keys, Axis, false>
    : ErrorOr<SqueezeError<S, [...S], Keys, []>, WithoutAxes<S, Keys, false>>;

type SqueezeError<S extends Shape, Rest extends Shape, Keys, Seen extends Shape> = Rest extends [
  infer First extends number,
  ...infer Others extends Shape,
]
  ? `${Seen["length"]}` extends Keys
    ? Differ<First, 1> extends true
      ? ShapeError<`squeeze: axis ${Seen["length"]} of ${Show<S>} has dimension ${First}; expected 1`>
      : SqueezeError<S, Others, Keys, [...Seen, 0]>
    : SqueezeError<S, Others, Keys, [...Seen, 0]>
  : unknown;

/** The axes in another order, reversed by default: `Transpose<[2, 3, 4], [0, 2, 1]>` is `[2, 4, 3]`. */
export type Transpose<S extends Shape, Axes extends Shape | undefined = undefined> = [Axes] extends [
  undefined,
]
  ? number extends Rank<S>
    ? Shape
    : Reverse<[...S], []>
  : [Axes] extends [Shape]
    ? number extends Rank<S>
      ? Unknowns<Axes>
      : number extends Rank<Axes>
        ? Unknowns<S>
        : Permute<S, Axes, AxisKeys<"transpose", S, Axes>>
    : Unknowns<S>;

type Permute<S extends Shape, Axes extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<S>
    : [Rank<Axes>, Exclude<Extract<keyof RankOf<S>, `${number}`>, Keys>] extends [Rank<S>, never]
      ? { -readonly [K in keyof Axes]: S[AxisKey<RankOf<S>, Axes[K] & number> & keyof S] & number }
      : ShapeError<`transpose: axes ${Show<Axes>} must name each of the ${Rank<S>} axes of ${Show<S>} once`>;

type Reverse<S extends Shape, Done extends Shape> = S extends [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Reverse<Rest, [First, ...Done]>
  : Done;

/** Entries of `x` at indices along an axis: `Take<[100, 8], [32], 0>` is `[32, 8]`. */
export type Take<S extends Shape, IndexShape extends Shape, Axis extends number = 0> = number extends
  | Rank<S>
  | Rank<IndexShape>
  ? Shape
  : TakeKey<S, IndexShape, AxisKeys<"take", S, Axis>>;

type TakeKey<S extends Shape, IndexShape extends Shape, Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? RankOf<S> extends [0, ...infer Rest extends Shape]
      ? Unknowns<[...Rest, ...IndexShape]>
      : Shape
    : ReplaceAxes<[...S], Keys, [...IndexShape], [], []>;

// ---- Joining and cutting ----

/** Tensors end to end along an axis: `Concat<[[2, 3], [4, 3]], 0>` is `[6, 3]`. */
export type Concat<Shapes extends readonly Shape[], Axis extends number = 0> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? number extends Rank<First>
    ? Shape
    : ConcatKey<First, Rest, AxisKeys<"concat", First, Axis>>
  : number extends Shapes["length"]
    ? number extends Rank<Shapes[number]>
      ? Shape
      : ConcatKey<Shapes[number], [Unknowns<Shapes[number]>], AxisKeys<"concat", Shapes[number], Axis>>
    : Shape;

type ConcatKey<First extends Shape, Rest extends readonly Shape[], Keys> = [Keys] extends [ShapeError]
  ? Keys
  : number extends Keys
    ? Unknowns<First>
    : JoinAll<"concat", [...First], [...First], Rest, Keys>;

type JoinAll<
  Op extends string,
  First extends Shape,
  Done,
  Rest extends readonly Shape[],
  Keys,
> = Done extends Shape
  ? Rest extends readonly [infer Next extends Shape, ...infer Others extends readonly Shape[]]
    ? JoinAll<Op, First, Join<Op, First, [...Next], Done, [...Next], Keys, [], []>, Others, Keys>
    : Done
  : Done;

/** A shape joined to `Joined`, which began with `First`: dimensions at `Keys` are added, all others must agree. */
type Join<
  Op extends string,
  First extends Shape,
  Next extends Shape,
  Joined extends Shape,
  Rest extends Shape,
  Keys,
  Seen extends Shape,
  Done extends Shape,
> = number extends Rank<First> | Rank<Next>
  ? Shape
  : [Joined, Rest] extends [
        [infer A extends number, ...infer OthersA extends Shape],
        [infer B extends number, ...infer OthersB extends Shape],
      ]
    ? `${Seen["length"]}` extends Keys
      ? Join<Op, First, Next, OthersA, OthersB, Keys, [...Seen, 0], [...Done, Add<A, B>]>
      : Differ<A, B> extends true
        ? ShapeError<`${Op}: ${Show<First>} and ${Show<Next>}${Along<Keys>}: axis ${Seen["length"]} has dimensions ${A} and ${B}`>
        : Join<Op, First, Next, OthersA, OthersB, Keys, [...Seen, 0], [...Done, Agree<A, B>]>
    : [Joined, Rest] extends [[], []]
      ? Done
      : Differ<Rank<First>, Rank<Next>> extends true
        ? ShapeError<`${Op}: ${Show<First>} and ${Show<Next>} differ in rank`>
        : Shape;

type Along<Keys> = [Keys] extends [never] ? "" : ` along axis ${Keys & string}`;

/** Equal shapes along a further axis: `Stack<[[2, 3], [2, 3]], -1>` is `[2, 3, 2]`. */
export type Stack<Shapes extends readonly Shape[], Axis extends number = 0> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? number extends Rank<First>
    ? Shape
    : StackJoined<JoinAll<"stack", [...First], [...First], Rest, never>, Axis, Shapes["length"]>
  : number extends Shapes["length"]
    ? InsertAt<"stack", Shapes[number], Axis, number>
    : Shape;

type StackJoined<Joined, Axis extends number, Count extends number> = Joined extends Shape
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
  number extends Rank<S>
    ? Shape
    : [TooLong<S, Begin>, TooLong<S, End>, TooLong<S, Steps>] extends [false, false, false]
      ? { -readonly [K in keyof S]: SliceDimension<S[K], Entry<Begin, K>, Entry<End, K>, Entry<Steps, K>> }
      : ShapeError<`slice: more positions than the ${Rank<S>} axes of ${Show<S>}`>;

type TooLong<S extends Shape, List extends SliceOption> = List extends readonly unknown[]
  ? { -readonly [K in keyof List]: 0 } extends [...RankOf<S>, 0, ...0[]]
    ? true
    : false
  : false;

type Entry<List extends SliceOption, Key> = [List] extends [undefined]
  ? undefined
  : [List] extends [readonly unknown[]]
    ? number extends List["length"]
      ? number
      : Key extends keyof List
        ? List[Key]
        : undefined
    : number;

type SliceDimension<Dimension extends number, Begin, End, Step> = [Step] extends [1 | undefined]
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
  number extends Rank<S>
    ? Shape
    : number extends Paddings["length"]
      ? Unknowns<S>
      : [Paddings["length"]] extends [Rank<S>]
        ? [Interior] extends [undefined]
          ? { -readonly [K in keyof S]: K extends keyof Paddings ? PadDimension<S[K], Paddings[K]> : number }
          : Unknowns<S>
        : ShapeError<`pad: ${Paddings["length"]} paddings for ${Show<S>}; expected ${Rank<S>} pairs [before, after]`>;

type PadDimension<Dimension extends number, Padding> = Padding extends readonly [
  infer Before extends number,
  infer After extends number,
]
  ? Add<Add<Dimension, Before>, After>
  : number;

// ---- Reshaping ----

/** One axis of all elements: `Flatten<[28, 28]>` is `[784]`. */
export type Flatten<S extends Shape> = [Product<S>];

/**
 * The target, where −1 is what is left over: `Reshape<[32, 28, 28], [32, -1]>` is `[32, 784]`. The numbers of elements must
 * agree when both shapes are known. A −1 that only a division would tell stays `number`.
 */
export type Reshape<S extends Shape, Target extends Shape> =
  number extends Rank<Target>
    ? Shape
    : number extends Rank<S>
      ? WithLeftOver<Target, number>
      : 0 extends S[number] | Target[number] // an unknown dimension, or no elements: nothing to compare
        ? WithLeftOver<Target, number>
        : Cancel<Normalise<S>, Target, []> extends [infer Left extends Shape, infer Wanted extends Shape]
          ? -1 extends Target[number]
            ? WithLeftOver<Target, LeftOver<Left, Wanted>>
            : Differ<Product<Left>, Product<Wanted>> extends true
              ? ShapeError<`reshape: ${Show<S>} has ${Product<S>} elements, which ${Show<Target>} cannot hold (${Product<Target>})`>
              : [...Target]
          : never;

type WithLeftOver<Target extends Shape, LeftOver extends number> = {
  -readonly [K in keyof Target]: Target[K] extends -1 ? LeftOver : Target[K];
};

/** Dimensions that both shapes have need not be multiplied: what remains of each. */
type Cancel<S extends Shape, Target extends Shape, Wanted extends Shape> = Target extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? First extends -1
    ? Cancel<S, Rest, Wanted>
    : Without<S, First> extends infer Left
      ? Left extends Shape
        ? Cancel<Left, Rest, Wanted>
        : Cancel<S, Rest, [...Wanted, First]>
      : never
  : [S, Wanted];

/** The shape without the first dimension equal to `Dimension`; `undefined` if there is none. */
type Without<S extends Shape, Dimension extends number, Before extends Shape = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? [First, IsLiteral<Dimension>] extends [Dimension, true]
    ? [...Before, ...Rest]
    : Without<Rest, Dimension, [...Before, First]>
  : undefined;

type LeftOver<Left extends Shape, Wanted extends Shape> = Wanted extends readonly []
  ? Product<Left>
  : Without<Left, Product<Wanted>> extends infer Quotient
    ? Quotient extends Shape
      ? Product<Quotient>
      : number
    : never;

// ---- Arithmetic ----
// Schoolbook arithmetic on decimal digits, least significant first. A step is looked up by its digits, and the compiler
// keeps the few hundred that occur, so that a product of dimensions costs about a microsecond a digit.

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

interface Unary {
  "0": [];
  "1": [0];
  "2": [0, 0];
  "3": [0, 0, 0];
  "4": [0, 0, 0, 0];
  "5": [0, 0, 0, 0, 0];
  "6": [0, 0, 0, 0, 0, 0];
  "7": [0, 0, 0, 0, 0, 0, 0];
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}

/** All known: whole, not negative, and neither `number` nor a union. */
type AreNatural<A extends number, B extends number> = [IsLiteral<A>, IsLiteral<B>] extends [true, true]
  ? `${A}${B}` extends `${string}${"-" | "." | "e"}${string}`
    ? false
    : true
  : false;

type Product<S extends Shape, Done extends number = 1> =
  number extends Rank<S>
    ? number
    : S extends readonly [infer First extends number, ...infer Rest extends Shape]
      ? Product<Rest, Multiply<Done, First>>
      : Done;

type Multiply<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : AreNatural<A, B> extends true
      ? ToNumber<MultiplyDigits<ToDigits<`${A}`>, ToDigits<`${B}`>, [], []>>
      : number;

type Add<A extends number, B extends number> = [A] extends [0]
  ? B
  : [B] extends [0]
    ? A
    : AreNatural<A, B> extends true
      ? ToNumber<AccumulateRow<ToDigits<`${A}`>, "1", ToDigits<`${B}`>, "0", []>>
      : number;

/** A − B, and 0 where that is negative. */
type Subtract<A extends number, B extends number> = [B] extends [0]
  ? A
  : AreNatural<A, B> extends true
    ? ToNumber<SubtractDigits<ToDigits<`${A}`>, ToDigits<`${B}`>, "0", []>>
    : number;

type ToDigits<
  Text extends string,
  Done extends Digit[] = [],
> = Text extends `${infer First extends Digit}${infer Rest}` ? ToDigits<Rest, [First, ...Done]> : Done;

type ToNumber<Digits extends readonly Digit[], Text extends string = ""> = Digits extends readonly [
  infer First extends Digit,
  ...infer Rest extends readonly Digit[],
]
  ? ToNumber<Rest, `${First}${Text}`>
  : ParseNatural<Text>;

type ParseNatural<Text extends string> = Text extends `0${infer Rest}`
  ? Rest extends ""
    ? 0
    : ParseNatural<Rest>
  : Text extends `${infer N extends number}`
    ? N
    : number;

type MultiplyDigits<
  A extends Digit[],
  B extends Digit[],
  Accumulator extends Digit[],
  Done extends Digit[],
> = B extends [infer FirstB extends Digit, ...infer RestB extends Digit[]]
  ? AccumulateRow<A, FirstB, Accumulator, "0", []> extends [
      infer Low extends Digit,
      ...infer High extends Digit[],
    ]
    ? MultiplyDigits<A, RestB, High, [...Done, Low]>
    : never
  : [...Done, ...Accumulator];

/** A times one digit, plus the accumulator and a carry. */
type AccumulateRow<
  A extends Digit[],
  Factor extends Digit,
  Accumulator extends Digit[],
  Carry extends Digit,
  Done extends Digit[],
> = A extends [infer FirstA extends Digit, ...infer RestA extends Digit[]]
  ? Accumulator extends [infer First extends Digit, ...infer Rest extends Digit[]]
    ? MultiplyAdd<FirstA, Factor, First, Carry> extends [infer Low extends Digit, infer High extends Digit]
      ? AccumulateRow<RestA, Factor, Rest, High, [...Done, Low]>
      : never
    : MultiplyAdd<FirstA, Factor, "0", Carry> extends [infer Low extends Digit, infer High extends Digit]
      ? AccumulateRow<RestA, Factor, [], High, [...Done, Low]>
      : never
  : Carry extends "0"
    ? [...Done, ...Accumulator]
    : Accumulator extends []
      ? [...Done, Carry]
      : AccumulateRow<["1"], Carry, Accumulator, "0", Done>;

/** `a b + c + d` of four digits: at most 99. */
type MultiplyAdd<A extends Digit, B extends Digit, C extends Digit, D extends Digit> = TwoDigits<
  [...Times<A, Unary[B]>, ...Unary[C], ...Unary[D]]["length"] & number
>;

type TwoDigits<N extends number> = `${N}` extends `${infer Tens extends Digit}${infer Units extends Digit}`
  ? [Units, Tens]
  : [`${N}`, "0"];

type Times<A extends Digit, B extends 0[]> = {
  "0": [];
  "1": B;
  "2": [...B, ...B];
  "3": [...B, ...B, ...B];
  "4": [...B, ...B, ...B, ...B];
  "5": [...B, ...B, ...B, ...B, ...B];
  "6": [...B, ...B, ...B, ...B, ...B, ...B];
  "7": [...B, ...B, ...B, ...B, ...B, ...B, ...B];
  "8": [...B, ...B, ...B, ...B, ...B, ...B, ...B, ...B];
  "9": [...B, ...B, ...B, ...B, ...B, ...B, ...B, ...B, ...B];
}[A];

type SubtractDigits<
  A extends Digit[],
  B extends Digit[],
  Borrow extends "0" | "1",
  Done extends Digit[],
> = A extends [infer FirstA extends Digit, ...infer RestA extends Digit[]]
  ? B extends [infer FirstB extends Digit, ...infer RestB extends Digit[]]
    ? SubtractDigit<FirstA, FirstB, Borrow> extends [infer Low extends Digit, infer Next extends "0" | "1"]
      ? SubtractDigits<RestA, RestB, Next, [...Done, Low]>
      : never
    : SubtractDigit<FirstA, "0", Borrow> extends [infer Low extends Digit, infer Next extends "0" | "1"]
      ? SubtractDigits<RestA, [], Next, [...Done, Low]>
      : never
  : [B, Borrow] extends [[], "0"]
    ? Done
    : ["0"];

/** `a − b − borrow` of digits: the digit and the borrow from the next. */
type SubtractDigit<A extends Digit, B extends Digit, Borrow extends "0" | "1"> = [
  ...Unary[A],
  ...Times<"2", Unary["5"]>,
] extends [...Unary[B], ...Unary[Borrow], ...infer Rest]
  ? `${Rest["length"]}` extends `1${infer Low extends Digit}`
    ? [Low, "0"]
    : [`${Rest["length"]}`, "1"]
  : never;

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
