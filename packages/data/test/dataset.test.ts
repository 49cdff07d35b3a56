import { type ArrayData, type Batches, type Dataset, dataset, parseIdx } from "@adjoint/data";
import {
  type AnyTensor,
  cast,
  DTypeError,
  div,
  OptionError,
  parameter,
  random,
  reshape,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";

const lengths = fc.integer({ min: 0, max: 40 });
const sizes = fc.integer({ min: 1, max: 12 });
const seeds = fc.integer({ min: 0, max: 2 ** 32 });

/** Rows `[i, 10 i]` with the label i. */
function numbered(length: number): Dataset<[Tensor<[number, 2]>, Tensor<[number], "int32">]> {
  const values = Float32Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? i / 2 : 5 * (i - 1)));
  const labels = Int32Array.from({ length }, (_, i) => i);
  return dataset(tensor(values, [length, 2]), labels);
}

/** The labels of each batch. */
function labelsOf(batches: Batches<[AnyTensor, Tensor<[number], "int32">]>): number[][] {
  return Array.from(batches, ([, labels]) => labels.toArray());
}

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe("dataset", () => {
  property.prop([lengths, sizes, fc.boolean(), fc.option(seeds, { nil: undefined })])(
    "an epoch has every row once, and a row keeps its label",
    (length, batchSize, dropLast, shuffle) => {
      fc.pre(!dropLast || batchSize <= length);
      const batches = numbered(length).batches({ batchSize, dropLast, shuffle });
      const seen: number[] = [];
      let count = 0;
      for (const [rows, labels] of batches) {
        expect(rows.toArray()).toEqual(labels.toArray().map((label) => [label, 10 * label]));
        seen.push(...labels.toArray());
        count++;
      }
      expect(count).toBe(batches.length);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBe(dropLast ? length - (length % batchSize) : length);
      if (shuffle === undefined) expect(seen).toEqual(upTo(seen.length));
    },
  );

  property.prop([lengths, sizes])(
    "all batches are full but the last, which dropLast leaves out",
    (length, batchSize) => {
      const whole = Math.floor(length / batchSize);
      const rest = length % batchSize;
      const sizesOf = (dropLast: boolean): number[] =>
        labelsOf(numbered(length).batches({ batchSize, dropLast })).map((labels) => labels.length);
      const full: number[] = new Array(whole).fill(batchSize);
      expect(sizesOf(false)).toEqual(rest === 0 ? full : [...full, rest]);
      if (batchSize <= length) expect(sizesOf(true)).toEqual(full);
    },
  );

  property.prop([lengths, sizes, seeds, fc.nat(1000)])(
    "a seed and an epoch give one order, whatever the batch size",
    (length, batchSize, shuffle, epoch) => {
      const rows = numbered(length);
      const batches = rows.batches({ batchSize, shuffle, epoch });
      const order = labelsOf(batches).flat();
      expect(labelsOf(batches).flat()).toEqual(order);
      expect(labelsOf(rows.batches({ batchSize: 5, shuffle, epoch })).flat()).toEqual(order);
      expect(labelsOf(rows.batches({ batchSize, shuffle: random.key(shuffle), epoch })).flat()).toEqual(
        order,
      );
      expect(order).toEqual(random.permutation(random.foldIn(random.key(shuffle), epoch), length).toArray());
    },
  );

  test("another seed or epoch gives another order", () => {
    const orders = [
      { shuffle: 1 },
      { shuffle: 1, epoch: 1 },
      { shuffle: 1, epoch: 2 },
      { shuffle: 2 },
      {},
    ].map((options) => labelsOf(numbered(20).batches(options)).join());
    expect(new Set(orders).size).toBe(5);
  });

  property.prop([fc.integer({ min: 2, max: 40 }), fc.nat(), fc.option(seeds, { nil: undefined })])(
    "the two parts of a split have every row once",
    (length, at, shuffle) => {
      const first = 1 + (at % (length - 1));
      const parts = numbered(length).split(first, { shuffle });
      expect(parts.map((part) => part.length)).toEqual([first, length - first]);
      const rows = parts.flatMap((part) => labelsOf(part.batches()).flat());
      expect(ascending(rows)).toEqual(upTo(length));
      if (shuffle === undefined) expect(rows).toEqual(upTo(length));
    },
  );

  property.prop([fc.integer({ min: 2, max: 40 }), seeds])(
    "a part is shuffled within itself",
    (length, shuffle) => {
      const [, part] = numbered(length).split(1, { shuffle });
      const rows = labelsOf(part.batches()).flat();
      expect(ascending(labelsOf(part.batches({ shuffle: 7 })).flat())).toEqual(ascending(rows));
    },
  );

  test("a split by share is rounded", () => {
    const lengthsOf = (size: number): number[] =>
      numbered(100)
        .split(size)
        .map((part) => part.length);
    expect(lengthsOf(0.29)).toEqual([29, 71]);
    expect(lengthsOf(0.5)).toEqual([50, 50]);
    expect(lengthsOf(1)).toEqual([1, 99]);
  });

  test("take has the first rows, also of a part", () => {
    expect(labelsOf(numbered(5).take(3).batches())).toEqual([[0, 1, 2]]);
    expect(labelsOf(numbered(5).split(2)[1].take(2).batches())).toEqual([[2, 3]]);
    expect(numbered(5).take(0).batches().length).toBe(0);
  });

  test("every dtype and rank is kept, with extents of 0", () => {
    const batches = dataset({
      float32: tensor([[1.5], [2.5]]),
      float64: Float64Array.of(0.1, 0.2),
      int32: tensor([-1, 2 ** 31 - 1], { dtype: "int32" }),
      nested: [tensor(Uint8Array.of(1, 2, 3, 4, 255, 6, 7, 8), [2, 2, 2]), tensor([true, false])],
      empty: zeros([2, 0, 3]),
    }).batches({ batchSize: 1 });
    const [, last] = batches;
    const read = (x: AnyTensor): unknown[] => [x.dtype, x.shape, x.toArray()];
    expect(read(last.float32)).toEqual(["float32", [1, 1], [[2.5]]]);
    expect(read(last.float64)).toEqual(["float64", [1], [0.2]]);
    expect(read(last.int32)).toEqual(["int32", [1], [2 ** 31 - 1]]);
    expect(read(last.nested[0])).toEqual([
      "uint8",
      [1, 2, 2],
      [
        [
          [255, 6],
          [7, 8],
        ],
      ],
    ]);
    expect(read(last.nested[1])).toEqual(["bool", [1], [false]]);
    expect(read(last.empty)).toEqual(["float32", [1, 0, 3], [[]]]);
  });

  test("no rows give no batches", () => {
    expect([...dataset(zeros([0, 784])).batches()]).toEqual([]);
    expect([...dataset(new Uint8Array(0)).batches({ shuffle: 1 })]).toEqual([]);
  });

  test("a single part gives batches of its own form", () => {
    const [batch] = dataset(tensor([[1], [2]])).batches();
    expect(batch.toArray()).toEqual([[1], [2]]);
    const [pair] = dataset([Float32Array.of(1), Int32Array.of(2)]).batches();
    expect(pair.map((part) => part.item())).toEqual([1, 2]);
  });

  test("takes arrays as a file gives them", () => {
    const file = parseIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4));
    const [batch] = dataset(file).batches({ batchSize: 1 });
    expect([batch.dtype, batch.shape, batch.toArray()]).toEqual(["uint8", [1, 2], [[1, 2]]]);
    const mask: ArrayData = { dtype: "bool", shape: [2], values: Uint8Array.of(1, 0) };
    expect([...dataset(mask).batches()].map((rows) => rows.toArray())).toEqual([[true, false]]);
  });

  test("the values are copied: changing the source changes nothing", () => {
    const labels = Int32Array.of(1, 2);
    const rows = dataset(labels);
    labels.fill(9);
    expect(Array.from(rows.batches(), (batch) => batch.toArray())).toEqual([[1, 2]]);
  });

  test("map is applied to each batch when it is made, in order", () => {
    const seen: number[] = [];
    const mapped = numbered(5)
      .map(([rows, labels]) => {
        seen.push(labels.shape[0]);
        return { x: div(rows, 10), labels };
      })
      .map(({ x, labels }) => [sum(x, { axis: 1 }), cast(labels, "float32")]);
    expect(mapped.length).toBe(5);
    expect(seen).toEqual([]);
    const [first] = mapped.split(3)[1].batches({ batchSize: 2 });
    expect(seen).toEqual([2]);
    expect(first.map((part) => part.toArray())).toEqual([[3.3, 4.4].map(Math.fround), [3, 4]]);
  });

  test("the error for other first dimensions names the parts and both counts", () => {
    expect(() => dataset(zeros([4, 2]), zeros([3]))).toThrow(
      new ShapeError(
        "dataset",
        "[0] has 4 rows and [1] has 3 ([4, 2] and [3]); give all the same first dimension",
      ),
    );
    expect(() => dataset({ image: zeros([4, 2]), about: { label: new Int32Array(5) } })).toThrow(
      new ShapeError(
        "dataset",
        "image has 4 rows and about.label has 5 ([4, 2] and [5]); give all the same first dimension",
      ),
    );
  });

  test("the errors for what has no rows name the part", () => {
    expect(() => dataset(zeros([2]), tensor(3))).toThrow(
      new ShapeError("dataset", "[1] is a scalar, which has no rows; reshape it to [1]"),
    );
    expect(() => dataset([1, 2])).toThrow(
      new OptionError(
        "dataset",
        "[0] is a number; expected a tensor, a typed array or { dtype, shape, values }; make one with tensor(...)",
      ),
    );
    expect(() => dataset(null)).toThrow(
      new OptionError(
        "dataset",
        "the data is null; expected a tensor, a typed array or { dtype, shape, values }; make one with tensor(...)",
      ),
    );
    expect(() => dataset({})).toThrow(
      new OptionError("dataset", "there is nothing in it; give tensors, typed arrays or trees of them"),
    );
    expect(() => dataset(new Int16Array(2))).toThrow(DTypeError);
    expect(() => dataset({ dtype: "int32", shape: [3], values: Int32Array.of(1) })).toThrow(ShapeError);
  });

  test("the errors for impossible batches name the option and the way out", () => {
    const rows = numbered(10);
    for (const batchSize of [0, -1, 2.5, NaN]) {
      expect(() => rows.batches({ batchSize })).toThrow(
        new OptionError("dataset.batches", `batchSize ${batchSize}; expected a whole number from 1`),
      );
    }
    expect(() => rows.batches({ batchSize: 11, dropLast: true })).toThrow(
      new OptionError(
        "dataset.batches",
        "batchSize 11 is more than the 10 rows, and dropLast would leave no batch; " +
          "take smaller batches, or keep the last",
      ),
    );
    expect(rows.batches({ batchSize: 11 }).length).toBe(1);
    expect(() => rows.batches({ shuffle: 1, epoch: -1 })).toThrow(
      new OptionError("shuffledIndices", "epoch -1; expected a whole number from 0"),
    );
    expect(() => rows.batches({ shuffle: true as unknown as number })).toThrow(
      new OptionError(
        "shuffledIndices",
        "shuffle true; expected a seed or a random key, by which the order can be repeated",
      ),
    );
  });

  test("the errors for impossible parts name the size and the rows", () => {
    for (const size of [0, 10, 11, 0.01, 0.99, 2.5, -0.5, NaN]) {
      expect(() => numbered(10).split(size)).toThrow(
        new OptionError(
          "dataset.split",
          `${size} of 10 rows leaves a part empty or is no number of rows; ` +
            "give a share between 0 and 1 or a number of rows from 1 to 9",
        ),
      );
    }
    expect(() => numbered(10).take(11)).toThrow(
      new OptionError("dataset.take", "count 11 is more than the 10 rows"),
    );
    expect(() => numbered(10).take(-1)).toThrow(
      new OptionError("dataset.take", "count -1; expected a whole number from 0"),
    );
  });

  test("a map that loses rows is an error with both counts", () => {
    const batches = numbered(10)
      .map(([rows]) => ({ total: sum(rows, { axis: 0 }) }))
      .batches({ batchSize: 4 });
    expect(() => [...batches]).toThrow(
      new ShapeError("dataset.map", "total has shape [2] for a batch of 4 rows; keep the first dimension"),
    );
  });

  test("types: batches have the rows' shapes, with a literal batch size when all batches are full", () => {
    const images = zeros([60, 784], { dtype: "uint8" });
    const labels = zeros([60], { dtype: "int32" });
    type Pair<Rows extends number> = [Tensor<[Rows, 784], "uint8">, Tensor<[Rows], "int32">];
    const rows = dataset(images, labels);
    expectTypeOf(rows).toEqualTypeOf<Dataset<Pair<number>>>();
    expectTypeOf(rows.batches()).toEqualTypeOf<Batches<Pair<number>>>();
    expectTypeOf(rows.batches({ batchSize: 32 })).toEqualTypeOf<Batches<Pair<number>>>();
    expectTypeOf(rows.batches({ batchSize: 32, dropLast: true })).toEqualTypeOf<Batches<Pair<32>>>();
    expectTypeOf(rows.batches({ dropLast: true })).toEqualTypeOf<Batches<Pair<32>>>();
    const [batchSize, dropLast] = [32 as number, true as boolean];
    expectTypeOf(rows.batches({ batchSize, dropLast: true })).toEqualTypeOf<Batches<Pair<number>>>();
    expectTypeOf(rows.batches({ batchSize: 32, dropLast })).toEqualTypeOf<Batches<Pair<number>>>();
    expectTypeOf(rows.split(50)).toEqualTypeOf<[Dataset<Pair<number>>, Dataset<Pair<number>>]>();

    const scaled = rows.map(([x, y]) => [div(x, 255), reshape(y, [y.shape[0], 1])]);
    expectTypeOf(scaled.batches({ batchSize: 16, dropLast: true })).toEqualTypeOf<
      Batches<[Tensor<[16, 784]>, Tensor<[16, 1], "int32">]>
    >();
    const named = dataset({ image: images, label: new Float64Array(60) });
    expectTypeOf(named.batches()).toEqualTypeOf<
      Batches<{ image: Tensor<[number, 784], "uint8">; label: Tensor<[number], "float64"> }>
    >();
    expectTypeOf(dataset(images).batches()).toEqualTypeOf<Batches<Tensor<[number, 784], "uint8">>>();
    expectTypeOf(dataset(new Uint8Array(60)).batches()).toEqualTypeOf<Batches<Tensor<[number], "uint8">>>();
    for (const [x] of rows.batches({ batchSize: 32, dropLast: true })) {
      // @ts-expect-error -- 16 rows where the batch has 32
      x satisfies Tensor<[16, 784], "uint8">;
    }
  });
});

test("a dataset of a parameter has the values of when it was made", () => {
  const values = parameter(tensor([1, 2]));
  const typed = Float32Array.of(1, 2);
  const rows = dataset(values, typed);
  values.assign(tensor([8, 9]));
  typed.fill(7);
  const [[ofParameter, ofTyped]] = [...rows.batches()];
  expect(ofParameter.toArray()).toEqual([1, 2]);
  expect(ofTyped.toArray()).toEqual([1, 2]);
});

test("a tensor that is no random key is no order", () => {
  expect(() => dataset(zeros([5])).batches({ shuffle: tensor([0.5, Number.NaN]) as never })).toThrow(
    "shuffledIndices: shuffle is float32 [2]; expected a random key, int32 [2], as random.key(seed) makes",
  );
});
