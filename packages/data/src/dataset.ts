import {
  type AnyTensor,
  checkOptionNames,
  isPlainObject,
  mapTree,
  OptionError,
  Parameter,
  type Shape,
  ShapeError,
  shapeText,
  Tensor,
  type TypedArray,
  take,
  tensor,
} from "@adjoint/tensor";
import type { ArrayData } from "./array-data.ts";
import { type Shuffle, shuffledIndices } from "./shuffled-indices.ts";

/** `Tensor<[60000, 784]>` with another first dimension. */
type WithRows<S extends Shape, Rows extends number> = S extends readonly [number, ...infer Rest extends Shape]
  ? [Rows, ...Rest]
  : Shape;

/**
 * A batch of what a dataset was made of: the same tree, with a tensor for each part. Each has `Rows` rows in the place
 * of all.
 */
export type BatchOf<T, Rows extends number = number> = [T] extends [ArrayData]
  ? Tensor<Shape, T["dtype"]>
  : T extends Tensor<infer S, infer D>
    ? Tensor<WithRows<S, Rows>, D>
    : T extends Float32Array
      ? Tensor<[Rows], "float32">
      : T extends Float64Array
        ? Tensor<[Rows], "float64">
        : T extends Int32Array
          ? Tensor<[Rows], "int32">
          : T extends Uint8Array
            ? Tensor<[Rows], "uint8">
            : T extends object
              ? { -readonly [K in keyof T]: BatchOf<T[K], Rows> }
              : T;

/** Options of {@link Dataset.batches}. */
export interface BatchOptions<BatchSize extends number, DropLast extends boolean> {
  /** Rows in a batch; 32 by default. */
  readonly batchSize?: BatchSize;
  /** Take the rows in a random order: a seed or a random key. By default they come in their own order. */
  readonly shuffle?: Shuffle | undefined;
  /** Another epoch has another random order; 0 by default. */
  readonly epoch?: number;
  /** Leave out the last rows when they are fewer than a batch; by default they are a smaller batch. */
  readonly dropLast?: DropLast;
}

/** Options of {@link Dataset.split}. */
export interface SplitOptions {
  /** Split the rows in a random order: a seed or a random key. By default the first part has the first rows. */
  readonly shuffle?: Shuffle | undefined;
}

const batchOptionNames: Record<keyof BatchOptions<number, boolean>, true> = {
  batchSize: true,
  shuffle: true,
  epoch: true,
  dropLast: true,
};

const splitOptionNames: Record<keyof SplitOptions, true> = { shuffle: true };

/** Batches to iterate over, any number of times. */
export interface Batches<T> extends Iterable<T> {
  /** The number of batches. */
  readonly length: number;
}

/** Rows in memory, such as images and their labels; see {@link dataset}. */
export interface Dataset<T> {
  /** The number of rows. */
  readonly length: number;
  /**
   * The rows in batches: trees of tensors in the dtype of the data, gathered when they are asked for.
   * Throws `OptionError` when `batchSize` is no whole number from 1, or when `dropLast` would leave no batch at all.
   */
  batches<const BatchSize extends number = 32, const DropLast extends boolean = false>(
    options?: BatchOptions<BatchSize, DropLast>,
  ): Batches<BatchOf<T, DropLast extends true ? BatchSize : number>>;
  /**
   * The dataset in two parts. A size from 1 is the number of rows in the first part, one below 1 is its share of the
   * rows, rounded. Throws `OptionError` when a part would be empty.
   */
  split(size: number, options?: SplitOptions): [Dataset<T>, Dataset<T>];
  /** The first `count` rows. Throws `OptionError` when there are fewer. */
  take(count: number): Dataset<T>;
  /**
   * The dataset with `transform` applied to each batch when it is made: scaling, flattening, one-hot labels.
   * It keeps the rows: every tensor of the result has as many as the batch, or iterating throws `ShapeError`.
   */
  map<const U>(transform: (batch: T) => U): Dataset<BatchOf<U>>;
}

/**
 * A dataset of the rows of tensors, typed arrays (`[n]`) or arrays as files give them (`{ dtype, shape, values }`).
 * Several arguments, an array or an object give batches of that form: `dataset(images, labels)` has batches
 * `[images, labels]`, `dataset({ image, label })` has `{ image, label }`. The values are copied, those of
 * a parameter too; tensors never change.
 * Throws `ShapeError` unless all have the same first dimension.
 */
export function dataset<const T>(rows: T): Dataset<BatchOf<T>>;
export function dataset<T extends readonly [unknown, unknown, ...unknown[]]>(...rows: T): Dataset<BatchOf<T>>;
export function dataset(...rows: readonly unknown[]): Dataset<unknown> {
  const columns: Column[] = [];
  const tree = columnsOf(rows.length === 1 ? rows[0] : rows, "", columns);
  if (columns.length === 0) {
    throw new OptionError("dataset", "there is nothing in it; give tensors, typed arrays or trees of them");
  }
  const [first] = columns;
  for (const column of columns) {
    if (column.rows !== first.rows) {
      throw new ShapeError(
        "dataset",
        `${first.label} has ${first.rows} rows and ${column.label} has ${column.rows} ` +
          `(${shapeText(first.shape)} and ${shapeText(column.shape)}); give all the same first dimension`,
      );
    }
  }
  return datasetOf({ tree, transforms: [], order: Int32Array.from({ length: first.rows }, (_, row) => row) });
}

/** One leaf. A class, so that it is a leaf of a tree too. */
class Column {
  readonly label: string;
  readonly all: AnyTensor;

  constructor(label: string, all: AnyTensor) {
    this.label = label;
    this.all = all;
  }

  get shape(): Shape {
    return this.all.shape;
  }

  get rows(): number {
    return this.all.shape[0];
  }

  /**
   * The rows of these numbers, as a pending tensor: they are gathered by the program that uses them, from where the backend keeps the data, in
   * its own dtype.
   */
  gather(rows: Int32Array): AnyTensor {
    return take(this.all, tensor(rows) as AnyTensor);
  }
}

/** What a dataset is: columns, the rows that belong to it in their order, and what is done to each batch. */
interface Contents {
  readonly tree: unknown;
  readonly order: Int32Array;
  readonly transforms: readonly ((batch: never) => unknown)[];
}

function datasetOf<T>(contents: Contents): Dataset<T> {
  const { tree, order, transforms } = contents;

  const inOrder = (shuffle: Shuffle | undefined, epoch: number): Int32Array =>
    shuffle === undefined ? order : shuffledIndices(shuffle, epoch, order.length).map((row) => order[row]);

  const part = (rows: Int32Array): Dataset<T> => datasetOf({ tree, order: rows, transforms });

  const batch = (rows: Int32Array): unknown => {
    let made = mapTree(tree, (column) => (column as Column).gather(rows));
    for (const transform of transforms) {
      made = transform(made as never);
      mapTree(made, (leaf, path) => checkRows(leaf, path, rows.length));
    }
    return made;
  };

  return {
    length: order.length,
    batches(options = {}) {
      checkOptionNames("dataset.batches", options, Object.keys(batchOptionNames));
      const { batchSize = 32 as never, shuffle, epoch = 0, dropLast = false as never } = options;
      checkWhole("dataset.batches", "batchSize", batchSize, 1);
      if (dropLast && batchSize > order.length) {
        throw new OptionError(
          "dataset.batches",
          `batchSize ${batchSize} is more than the ${order.length} rows, and dropLast would leave no batch; ` +
            "take smaller batches, or keep the last",
        );
      }
      const rows = inOrder(shuffle, epoch);
      const count = dropLast ? Math.floor(rows.length / batchSize) : Math.ceil(rows.length / batchSize);
      return {
        length: count,
        *[Symbol.iterator]() {
          for (let i = 0; i < count; i++)
            yield batch(rows.subarray(i * batchSize, (i + 1) * batchSize)) as never;
        },
      };
    },
    split(size, options = {}) {
      checkOptionNames("dataset.split", options, Object.keys(splitOptionNames));
      const { shuffle } = options;
      const first = size > 0 && size < 1 ? Math.round(size * order.length) : size;
      if (!Number.isInteger(first) || first < 1 || first >= order.length) {
        throw new OptionError(
          "dataset.split",
          `${size} of ${order.length} rows leaves a part empty or is no number of rows; ` +
            `give a share between 0 and 1 or a number of rows from 1 to ${order.length - 1}`,
        );
      }
      const rows = inOrder(shuffle, 0);
      return [part(rows.subarray(0, first)), part(rows.subarray(first))];
    },
    take(count) {
      checkWhole("dataset.take", "count", count, 0);
      if (count > order.length) {
        throw new OptionError("dataset.take", `count ${count} is more than the ${order.length} rows`);
      }
      return part(order.subarray(0, count));
    },
    map(transform) {
      return datasetOf({ tree, order, transforms: [...transforms, transform] });
    },
  };
}

function checkWhole(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError(op, `${name} ${value}; expected a whole number from ${least}`);
  }
}

function checkRows(leaf: unknown, path: string, rows: number): void {
  if (!(leaf instanceof Tensor)) return;
  const { shape } = leaf as AnyTensor;
  if (shape[0] !== rows) {
    throw new ShapeError(
      "dataset.map",
      `${path || "the result"} has shape ${shapeText(shape)} for a batch of ${rows} rows; keep the first dimension`,
    );
  }
}

/** The tree with a column in the place of every leaf, collected in `columns` too. */
function columnsOf(tree: unknown, path: string, columns: Column[]): unknown {
  const leaf = leafOf(tree);
  if (leaf !== undefined) {
    const label = path === "" ? "the data" : path;
    if (leaf.rank === 0) {
      throw new ShapeError("dataset", `${label} is a scalar, which has no rows; reshape it to [1]`);
    }
    const column = new Column(label, leaf);
    columns.push(column);
    return column;
  }
  if (Array.isArray(tree)) return tree.map((item, i) => columnsOf(item, `${path}[${i}]`, columns));
  if (!isPlainObject(tree)) {
    throw new OptionError(
      "dataset",
      `${path || "the data"} is ${tree === null ? "null" : `a ${typeof tree}`}; expected a tensor, a typed array ` +
        "or { dtype, shape, values }; make one with tensor(...)",
    );
  }
  const entries = Object.entries(tree);
  const child = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return Object.fromEntries(entries.map(([name, item]) => [name, columnsOf(item, child(name), columns)]));
}

/** A part of a dataset as a tensor; undefined for an array or object of further parts. */
function leafOf(tree: unknown): AnyTensor | undefined {
  if (tree instanceof Tensor) {
    const given: AnyTensor = tree;
    if (!(tree instanceof Parameter)) return given;
    return tensor(given.toTypedArray(), given.shape, { dtype: given.dtype });
  }
  if (ArrayBuffer.isView(tree)) return tensor(tree as TypedArray);
  if (isArrayData(tree)) return tensor(tree.values, tree.shape, { dtype: tree.dtype });
  return undefined;
}

function isArrayData(value: unknown): value is ArrayData {
  return isPlainObject(value) && ArrayBuffer.isView(value.values) && Array.isArray(value.shape);
}
