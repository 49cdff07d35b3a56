import type { DType, FloatOf, Promote, Shape, ShapeError } from "@adjoint/tensor";

/** A shape as the compiler prints it. */
export type Show<S extends Shape> = `[${ShowEntries<S>}]`;

type ShowEntries<S extends Shape> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Rest extends readonly []
    ? ShowDimension<First>
    : `${ShowDimension<First>}, ${ShowEntries<Rest>}`
  : S extends readonly []
    ? ""
    : "…";

type ShowDimension<N extends number> = number extends N ? "number" : `${N}`;

/** Dimensions that cannot be equal, whatever they are at run time. */
// Not wrapped in a tuple: then an unknown dimension of generic code stays undecided, and is not refused.
type Differ<A extends number, B extends number> = A & B extends never ? true : false;

/** Without the first axis, which is the batch. */
type Features<S extends Shape> = S extends readonly [number, ...infer Rest extends Shape] ? Rest : [];

/** A shape that begins with a dimension not known: `[number, 784]`. */
type HasBatch<S extends Shape> = S extends readonly [infer First extends number, ...Shape]
  ? number extends First
    ? true
    : false
  : false;

/** The axes of S before those that stand for `Tail`; `never` if S is too short. */
type BatchOf<S extends Shape, Tail extends Shape> = Tail extends readonly [
  number,
  ...infer Rest extends Shape,
]
  ? S extends readonly [...infer Init extends Shape, number]
    ? BatchOf<Init, Rest>
    : never
  : S;

/** The last axes of S, as many as `Tail` has. */
type EndOf<S extends Shape, Tail extends Shape, Done extends Shape = []> = Tail extends readonly [
  number,
  ...infer Rest extends Shape,
]
  ? S extends readonly [...infer Init extends Shape, infer Last extends number]
    ? EndOf<Init, Rest, [Last, ...Done]>
    : never
  : Done;

type Fits<Given extends Shape, Expected extends Shape> = [Given, Expected] extends [
  readonly [infer FirstGiven extends number, ...infer RestGiven extends Shape],
  readonly [infer FirstExpected extends number, ...infer RestExpected extends Shape],
]
  ? Differ<FirstGiven, FirstExpected> extends true
    ? false
    : Fits<RestGiven, RestExpected>
  : [Given, Expected] extends [readonly [], readonly []]
    ? true
    : false;

/**
 * What is wrong with giving a tensor of shape `S` to a layer that takes `In`; `unknown` if nothing is.
 * A leading `number` of `In` is the batch: one axis or more. What is not known is not refused.
 */
export type LayerInput<In extends Shape, S extends Shape> = number extends In["length"] | S["length"]
  ? unknown
  : HasBatch<In> extends true
    ? [BatchOf<S, Features<In>>] extends [readonly [number, ...Shape]]
      ? Fits<EndOf<S, Features<In>>, Features<In>> extends true
        ? unknown
        : [Features<In>, EndOf<S, Features<In>>] extends [
              readonly [infer Expected extends number],
              readonly [infer Given extends number],
            ]
          ? ShapeError<`layer: ${Show<S>} has ${Given} features; expected ${Expected} features`>
          : ShapeError<`layer: ${Show<S>} does not fit ${Show<In>}`>
      : ShapeError<`layer: ${Show<S>} has no batch axis; expected ${Show<In>}`>
    : Fits<S, In> extends true
      ? unknown
      : ShapeError<`layer: ${Show<S>} does not fit ${Show<In>}`>;

/**
 * The shape that a layer of `In → Out` gives for `S`. A leading `number` in both is the batch of a layer that keeps it, and
 * stays what `S` knows of it: `LayerOutput<[number, 784], [number, 25], [32, 784]>` is `[32, 25]`. Of another function it is
 * any dimension, and with more batch axes than `In` has nothing is known.
 */
export type LayerOutput<
  In extends Shape,
  Out extends Shape,
  S extends Shape,
  KeepsBatch extends boolean = true,
> = number extends Out["length"]
  ? Shape
  : [KeepsBatch] extends [true]
    ? [HasBatch<In>, HasBatch<Out>] extends [true, true]
      ? number extends S["length"]
        ? Shape
        : number extends In["length"]
          ? S extends readonly [infer Batch extends number, ...Shape]
            ? [Batch, ...Features<Out>]
            : Out
          : [BatchOf<S, Features<In>>] extends [never]
            ? Shape
            : [...BatchOf<S, Features<In>>, ...Features<Out>]
      : Out
    : number extends In["length"]
      ? Out
      : [S["length"]] extends [In["length"]]
        ? Out
        : Shape;

/** The dtype of a layer's result: wide enough for its weights and its input. Integers it gives stay integers. */
export type LayerDType<D extends DType, Given extends DType> = D extends "float32" | "float64"
  ? FloatOf<Promote<D, Given>>
  : D;
