import type {
  AnyTensor,
  Checked,
  DType,
  ImageLayout,
  Pool2d,
  Promote,
  Result,
  Shape,
  ShapeError,
  ShapeOf,
  Tensor,
} from "@adjoint/tensor";
import type { Layer } from "./layer.ts";
import type { LayerInput, LayerOutput, Show } from "./layer-types.ts";
import type { PoolingLayer } from "./pooling-layer.ts";

/** What `sequential` takes: layers, and functions of tensors without parameters, such as `relu`. */
// A method's parameter is compared both ways, so that a function of some shapes only is taken as well.
export type SequentialItem = { item(x: AnyTensor): AnyTensor }["item"];

/** A mismatch between an item and the one before it. */
interface Mismatch<Index extends number, Message extends string> {
  readonly index: Index;
  readonly error: ShapeError<Message>;
}

/** Shapes that no one writes: a function that gives them back unchanged keeps every shape. */
type Probe = [1237, 7919];

type KeepsShape<Item> = Item extends (x: Tensor<Probe>) => infer R
  ? 0 extends 1 & R
    ? false
    : Item extends (x: Tensor<Probe>) => Tensor<Probe, DType>
      ? true
      : false
  : false;

/** What is known on the way: `Open` while every item so far keeps its shape, so that the first input is still unknown. */
interface Chain {
  readonly input: Shape;
  readonly output: Shape;
  readonly dtype: DType;
  readonly keepsBatch: boolean;
  readonly open: boolean;
}

interface Begin {
  readonly input: Shape;
  readonly output: Shape;
  readonly dtype: "float32";
  readonly keepsBatch: true;
  readonly open: true;
}

/** The chain after the items, or the first mismatch. */
export type ChainOf<
  Items extends readonly unknown[],
  C extends Chain = Begin,
  Seen extends 0[] = [],
> = Items extends readonly [infer First, ...infer Rest]
  ? Append<C, First, Seen["length"]> extends infer Next
    ? Next extends Chain
      ? ChainOf<Rest, Next, [...Seen, 0]>
      : Next
    : never
  : number extends Items["length"]
    ? {
        readonly input: Shape;
        readonly output: Shape;
        readonly dtype: "float32";
        readonly keepsBatch: boolean;
        readonly open: false;
      }
    : C;

type Append<C extends Chain, Item, Index extends number> =
  Item extends PoolingLayer<infer Layout>
    ? Then<C, AnyImages, PooledImages<C["output"], Layout>, "float32", true, Index>
    : Item extends Layer<infer In, infer Out, infer D, infer KeepsBatch>
      ? Then<C, In, Out, D, KeepsBatch, Index>
      : KeepsShape<Item> extends true
        ? C
        : Item extends (x: infer X) => infer Y
          ? Then<
              C,
              [X] extends [never] ? Shape : ShapeOf<X>,
              ShapeOf<Y>,
              "float32",
              KeepsBatch<Item, ShapeOf<X>, ShapeOf<Y>>,
              Index
            >
          : C;

/** Does a function give back a batch that no one writes? */
type KeepsBatch<Item, In extends Shape, Out extends Shape> = [In, Out] extends [
  readonly [number, ...infer Taken extends Shape],
  readonly [number, ...infer Given extends Shape],
]
  ? Item extends (x: Tensor<[Probe[0], ...Taken]>) => Tensor<[Probe[0], ...Given], DType>
    ? true
    : boolean
  : boolean;

type AnyImages = [number, number, number, number];

/** Images after pooling: the channels are those of the images before, as far as they are known. */
type PooledImages<S extends Shape, Layout extends ImageLayout> = number extends S["length"]
  ? AnyImages
  : Result<Pool2d<S, Layout>>;

type Then<
  C extends Chain,
  In extends Shape,
  Out extends Shape,
  D extends DType,
  KeepsBatch extends boolean,
  Index extends number,
> =
  LayerInput<In, C["output"]> extends ShapeError
    ? Mismatch<Index, MismatchText<In, C["output"], Index>>
    : {
        readonly input: C["open"] extends true ? In : C["input"];
        readonly output: C["open"] extends true ? Out : LayerOutput<In, Out, C["output"], KeepsBatch>;
        readonly dtype: Promote<C["dtype"], D>;
        readonly keepsBatch: C["keepsBatch"] extends true ? KeepsBatch : boolean;
        readonly open: false;
      };

type MismatchText<In extends Shape, Given extends Shape, Index extends number> = In extends readonly [
  number,
  infer Expected extends number,
]
  ? Given extends readonly [number, ...Shape, infer Last extends number]
    ? `sequential: layer ${Index} takes ${Expected} features, layer ${Previous[Index & keyof Previous]} gives ${Last}`
    : `sequential: layer ${Index} takes ${Show<In>}, layer ${Previous[Index & keyof Previous]} gives ${Show<Given>}`
  : `sequential: layer ${Index} takes ${Show<In>}, layer ${Previous[Index & keyof Previous]} gives ${Show<Given>}`;

type Previous = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];

/** Each item, with the error at the one that does not fit. */
export type CheckedItems<Items extends readonly unknown[]> = {
  readonly [K in keyof Items]: Items[K] & Checked<ErrorAt<ChainOf<Items>, K>>;
};

type ErrorAt<C, Key> =
  C extends Mismatch<infer Index, infer Message> ? (Key extends `${Index}` ? ShapeError<Message> : []) : [];
