import { type AnyTensor, add, concat, mul, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyMetric,
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  confusionMatrix,
  f1,
  type Metric,
  metric,
  precision,
  recall,
  sparseCategoricalAccuracy,
  topKAccuracy,
} from "../../src/index.ts";
import { numbersOf, of } from "../close.ts";

interface Sample {
  readonly outputs: number[][];
  readonly labels: number[];
}

/** Rows of few different numbers, so that ties are common. */
const samples: fc.Arbitrary<Sample> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2, max: 4 }))
  .chain(([rows, classes]) =>
    fc.record({
      outputs: fc.array(
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: classes, maxLength: classes }),
        {
          minLength: rows,
          maxLength: rows,
        },
      ),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
    }),
  );

const ints = (values: readonly number[]): AnyTensor => tensor(Int32Array.from(values), [values.length]);
const argmaxOf = (row: readonly number[]): number => row.indexOf(Math.max(...row));
const share = (list: readonly boolean[]): number => list.filter(Boolean).length / list.length;

/** Counts by plain loops: what was predicted for each row, and what it was. */
function tally({ outputs, labels }: Sample): { right: number[]; predicted: number[]; actual: number[] } {
  const classes = outputs[0].length;
  const count = (test: (row: number, c: number) => boolean): number[] =>
    Array.from({ length: classes }, (_, c) => labels.filter((_, row) => test(row, c)).length);
  return {
    right: count((row, c) => argmaxOf(outputs[row]) === c && labels[row] === c),
    predicted: count((row, c) => argmaxOf(outputs[row]) === c),
    actual: count((row, c) => labels[row] === c),
  };
}

const orZero = (a: number, b: number): number => (b === 0 ? 0 : a / b);
const meanOf = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0) / list.length;

describe("every metric over batches is that over all rows", () => {
  const metrics: readonly (readonly [string, AnyMetric])[] = [
    ["accuracy", accuracy],
    ["sparseCategoricalAccuracy", sparseCategoricalAccuracy({ ignoreIndex: 1 })],
    ["topKAccuracy", topKAccuracy(2)],
    ["precision", precision()],
    ["recall", recall({ average: "micro" })],
    ["f1", f1({ average: "none" })],
  ];
  for (const [name, one] of metrics) {
    property.prop([samples, samples])(name, (a, b) => {
      const classes = Math.min(a.outputs[0].length, b.outputs[0].length);
      const cut = ({ outputs, labels }: Sample): readonly [AnyTensor, AnyTensor] => [
        of(outputs.map((row) => row.slice(0, classes))),
        ints(labels.map((label) => label % classes)),
      ];
      const [[x1, y1], [x2, y2]] = [cut(a), cut(b)];
      const parts = one.totals(x1, y1).map((total, i) => add(total, one.totals(x2, y2)[i]) as AnyTensor);
      const whole = one(concat([x1, x2]) as AnyTensor, concat([y1, y2]) as AnyTensor) as AnyTensor;
      expect(numbersOf(one.result(parts))).toEqual(numbersOf(whole));
    });
  }
});

describe("accuracy", () => {
  property.prop([samples])("is the share of rows whose first largest output is at the label", (sample) => {
    const expected = share(sample.outputs.map((row, i) => argmaxOf(row) === sample.labels[i]));
    expect(accuracy(of(sample.outputs), ints(sample.labels)).item()).toBe(expected);
  });

  test("rows to ignore do not count; of no rows it is 0", () => {
    const z = of([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(sparseCategoricalAccuracy({ ignoreIndex: -1 })(z, ints([0, -1, 0])).item()).toBe(0.5);
    expect(sparseCategoricalAccuracy({ ignoreIndex: -1 })(z, ints([-1, -1, -1])).item()).toBe(0);
    expect(accuracy(zeros([0, 3]), zeros([0], { dtype: "int32" })).item()).toBe(0);
  });

  test("takes any leading shape, uint8 labels and either float", () => {
    expect(accuracy(zeros([2, 3, 4]), zeros([2, 3], { dtype: "uint8" })).item()).toBe(1);
    expectTypeOf(accuracy(zeros([2, 3]), zeros([2], { dtype: "int32" }))).toEqualTypeOf<
      Tensor<[], "float64">
    >();
  });

  test("errors", () => {
    expect(() => accuracy(zeros([2, 3]), zeros([2]))).toThrow(
      "accuracy: labels are float32 [2]; expected int32 or uint8 class indices",
    );
    expect(() => accuracy(zeros([2, 3]), zeros([3], { dtype: "int32" }))).toThrow(
      "accuracy: labels [3] do not fit outputs [2, 3]; expected [2]",
    );
    expect(() => accuracy(zeros([1, 3]), ints([3])).item()).toThrow(
      "accuracy: label 3 is out of range for 3 classes; expected 0 to 2",
    );
  });
});

describe("categoricalAccuracy", () => {
  test("compares the largest output with the largest target", () => {
    const z = of([
      [1, 2],
      [2, 1],
      [0, 5],
    ]);
    expect(
      categoricalAccuracy(
        z,
        of([
          [0, 1],
          [0, 1],
          [0.4, 0.6],
        ]),
      ).item(),
    ).toBe(2 / 3);
    expect(() => categoricalAccuracy(z, of([1, 0, 1]))).toThrow(
      "categoricalAccuracy: targets [3] do not have the shape of outputs [3, 2]",
    );
  });
});

describe("binaryAccuracy", () => {
  property.prop([fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { minLength: 1 })])(
    "is the share of elements on the right side of the threshold",
    (pairs) => {
      const z = of(pairs.map(([x]) => x));
      const y = tensor(pairs.map(([, label]) => label)) as AnyTensor;
      for (const [options, threshold] of [
        [{}, 0],
        [{ threshold: 1 }, 1],
        [{ fromLogits: false }, 0.5],
      ] as const) {
        const expected = share(pairs.map(([x, label]) => x > threshold === label));
        expect(binaryAccuracy(options)(z, y).item()).toBe(expected);
      }
    },
  );

  test("a label above ½ is yes", () => {
    expect(binaryAccuracy()(of([1, 1, -1]), of([0.9, 0.5, 0])).item()).toBe(2 / 3);
  });

  test("errors", () => {
    expect(() => binaryAccuracy({ treshold: 1 } as never)).toThrow(
      'binaryAccuracy: unknown option "treshold"; did you mean "threshold"?',
    );
    expect(() => binaryAccuracy({ threshold: Number.NaN })).toThrow(
      "binaryAccuracy: threshold is NaN; expected a number",
    );
    expect(() => binaryAccuracy()(zeros([2, 1]), zeros([2]))).toThrow(
      "binaryAccuracy: targets [2] do not have the shape of outputs [2, 1]; reshape the targets to [2, 1]",
    );
  });
});

describe("topKAccuracy", () => {
  property.prop([samples, fc.integer({ min: 1, max: 5 })])("fewer than k others are larger", (sample, k) => {
    const expected = share(
      sample.outputs.map((row, i) => row.filter((x) => x > row[sample.labels[i]]).length < k),
    );
    expect(topKAccuracy(k)(of(sample.outputs), ints(sample.labels)).item()).toBe(expected);
  });

  test("NaN is never right; k is a whole number from 1", () => {
    expect(topKAccuracy(2)(of([[Number.NaN, 0, 1]]), ints([0])).item()).toBe(0);
    expect(() => topKAccuracy(0)).toThrow("topKAccuracy: k is 0; expected a whole number from 1");
  });
});

describe("confusionMatrix", () => {
  property.prop([samples])("row i, column j counts rows of class i predicted as j", (sample) => {
    const { outputs, labels } = sample;
    const matrix = confusionMatrix(of(outputs), ints(labels));
    const classes = outputs[0].length;
    const expected = Array.from({ length: classes }, (_, i) =>
      Array.from(
        { length: classes },
        (_, j) => outputs.filter((row, k) => labels[k] === i && argmaxOf(row) === j).length,
      ),
    );
    expect(matrix.toArray()).toEqual(expected);
    expect(sum(matrix).item()).toBe(labels.length);
  });

  test("yes or no: two by two, no first", () => {
    const p = of([0.9, 0.2, 0.8, 0.1, 0.7]);
    const y = of([1, 1, 0, 0, 1]);
    expect(confusionMatrix(p, y, { fromLogits: false }).toArray()).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(confusionMatrix(p, y).toArray()).toEqual([
      [0, 2],
      [0, 3],
    ]);
    expectTypeOf(confusionMatrix(p, y)).toEqualTypeOf<Tensor<[number, number], "int32">>();
  });

  test("a label out of range is an error when run", () => {
    expect(() => confusionMatrix(zeros([1, 3]), ints([-1])).toArray()).toThrow(
      "confusionMatrix: label -1 is out of range for 3 classes; expected 0 to 2",
    );
  });
});

describe("precision, recall and f1", () => {
  property.prop([samples])("are those of plain counting, for each class and averaged", (sample) => {
    const [z, y] = [of(sample.outputs), ints(sample.labels)];
    const { right, predicted, actual } = tally(sample);
    const precisions = right.map((n, c) => orZero(n, predicted[c]));
    const recalls = right.map((n, c) => orZero(n, actual[c]));
    const f1s = right.map((n, c) => orZero(2 * n, predicted[c] + actual[c]));
    for (const [make, values] of [
      [precision, precisions],
      [recall, recalls],
      [f1, f1s],
    ] as const) {
      expect(numbersOf(make({ average: "none" })(z, y))).toEqual(values);
      expect(make({ average: "macro" })(z, y).item()).toBeCloseTo(meanOf(values), 14);
      const correct = right.reduce((total, n) => total + n, 0) / sample.labels.length;
      expect(make({ average: "micro" })(z, y).item()).toBe(correct);
      if (values.length === 2) expect(make()(z, y).item()).toBe(values[1]);
      else expect(make()(z, y).item()).toBeCloseTo(meanOf(values), 14);
    }
  });

  property.prop([samples])("f1 is the harmonic mean of precision and recall", (sample) => {
    const [z, y] = [of(sample.outputs), ints(sample.labels)];
    const each = (one: AnyMetric): number[] => numbersOf(one(z, y) as AnyTensor);
    const [p, r] = [each(precision({ average: "none" })), each(recall({ average: "none" }))];
    each(f1({ average: "none" })).forEach((value, c) => {
      expect(value).toBeCloseTo(orZero(2 * p[c] * r[c], p[c] + r[c]), 14);
    });
  });

  test("yes or no, by a threshold", () => {
    const p = of([0.9, 0.2, 0.8, 0.1, 0.7]);
    const y = of([1, 1, 0, 0, 1]);
    const options = { fromLogits: false };
    expect([precision(options), recall(options), f1(options)].map((one) => one(p, y).item())).toEqual([
      2 / 3,
      2 / 3,
      2 / 3,
    ]);
    expect(precision({ threshold: 0.85 })(p, y).item()).toBe(1);
  });

  test("errors and types", () => {
    expect(() => precision({ average: "weighted" as never })).toThrow(
      'precision: average is "weighted"; expected one of binary, macro, micro, none',
    );
    expect(() => f1({ average: "binary" })(zeros([2, 3]), ints([0, 1]))).toThrow(
      'f1: average is "binary" for 3 classes; expected "macro", "micro" or "none"',
    );
    expectTypeOf(recall()).toEqualTypeOf<Metric>();
    expectTypeOf(recall({ average: "none" })(zeros([2, 3]), ints([0, 1]))).toEqualTypeOf<
      Tensor<[number], "float64">
    >();
  });
});

test("metric: one's own, of totals that add up", () => {
  const bias = metric({
    name: "bias",
    totals: (outputs, labels) => [sum(outputs) as AnyTensor, sum(labels) as AnyTensor],
    result: ([given, wanted]) => mul(add(given, mul(wanted, -1) as AnyTensor), 0.5) as AnyTensor,
  });
  expect(bias(of([1, 2]), of([4, 1])).item()).toBe(-1);
  expect(bias.name).toBe("bias");
});

describe("yes and no", () => {
  const logits = of([1.5, -2.5]);
  test("labels that are neither are refused, as logits in their place are", () => {
    expect(() => binaryAccuracy()(logits, ints([7, -3])).item()).toThrow(
      "binaryAccuracy: label 7 is not from 0 to 1; expected 0 for no and 1 for yes (outputs come first, then labels)",
    );
    expect(() => binaryAccuracy()(of([1, 0]), logits).item()).toThrow(
      "binaryAccuracy: a label is not from 0 to 1; expected 0 for no and 1 for yes (outputs come first, then labels)",
    );
    expect(() => precision()(of([1, 0]), of([0, -1])).item()).toThrow(
      "precision: a label is not from 0 to 1;",
    );
    expect(() => binaryAccuracy()(ints([1, 0]), logits)).toThrow(
      "binaryAccuracy: outputs are int32 [2]; expected float32 or float64, logits or probabilities (outputs come first, then labels)",
    );
    expect(() => confusionMatrix(ints([0, 1, 2]), ints([0, 1, 2]))).toThrow(
      "confusionMatrix: outputs are int32 [3];",
    );
  });
  test("labels may be whole, soft or bool", () => {
    for (const labels of [ints([1, 0]), of([1, 0]), of([0.6, 0.5]), tensor([true, false])])
      expect(binaryAccuracy()(logits, labels as AnyTensor).item()).toBe(1);
  });
  test("fromLogits and ignoreIndex are what they are said to be", () => {
    expect(() => binaryAccuracy({ fromLogits: "false" as never })).toThrow(
      'binaryAccuracy: fromLogits is "false"; expected true or false',
    );
    expect(() => sparseCategoricalAccuracy({ ignoreIndex: 1.5 })).toThrow(
      "sparseCategoricalAccuracy: ignoreIndex is 1.5; expected a whole number",
    );
  });
});
