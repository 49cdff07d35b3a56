import { oneHot } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  compile,
  grad,
  hessian,
  IndexError,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { categoricalCrossentropy, sparseCategoricalCrossentropy } from "../../src/index.ts";
import { expectClose, numbersOf, of, tolerance } from "../close.ts";
import { sparse as golden } from "../golden/losses.ts";

const labelsOf = (values: readonly number[]): Tensor<[number], "int32"> =>
  tensor(Int32Array.from(values), [values.length]);

/** Rows of logits that are multiples of 1/8, so that small whole numbers can be added to them exactly. */
const eighths = fc.integer({ min: -400, max: 400 }).map((n) => n / 8);
const rows = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([batch, classes]) =>
    fc.record({
      logits: fc.array(fc.array(eighths, { minLength: classes, maxLength: classes }), {
        minLength: batch,
        maxLength: batch,
      }),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch }),
      weights: fc.array(
        fc.integer({ min: 1, max: 40 }).map((n) => n / 8),
        {
          minLength: classes,
          maxLength: classes,
        },
      ),
    }),
  );

describe("sparseCategoricalCrossentropy", () => {
  type Scalar = Tensor<[], "float64">;
  const lossOf = (logits: AnyTensor, labels: AnyTensor, options = {}): Scalar =>
    sparseCategoricalCrossentropy(logits, labels, options) as AnyTensor as Scalar;

  property.prop([rows, fc.integer({ min: -1000, max: 1000 })])(
    "adding a number to a row's logits changes nothing",
    ({ logits, labels }, shift) => {
      const z = of(logits);
      const moved = lossOf(add(z, shift) as AnyTensor, labelsOf(labels));
      expect(moved.item()).toBe(lossOf(z, labelsOf(labels)).item());
    },
  );

  property.prop([rows])("the gradient of a row adds up to 0", ({ logits, labels }) => {
    const gradient = grad((z: AnyTensor) => lossOf(z, labelsOf(labels)))(of(logits));
    const classes = logits[0].length;
    const numbers = numbersOf(gradient as AnyTensor);
    for (let row = 0; row < logits.length; row++) {
      const part = numbers.slice(row * classes, (row + 1) * classes);
      const size = part.reduce((total, one) => total + Math.abs(one), 0);
      expect(Math.abs(part.reduce((total, one) => total + one, 0))).toBeLessThanOrEqual(size * 1e-15);
    }
  });

  property.prop([rows])("is categoricalCrossentropy of one-hot targets, whatever the options", (row) => {
    const z = of(row.logits);
    const labels = labelsOf(row.labels);
    const targets = oneHot(labels, row.logits[0].length, { dtype: "float64" }) as AnyTensor;
    for (const options of [
      {},
      { labelSmoothing: 0.1 },
      { classWeights: row.weights },
      { classWeights: row.weights, labelSmoothing: 0.25 },
      { sampleWeight: row.labels.map((label) => label + 0.5), reduction: "sum" as const },
    ]) {
      const [value, other] = [lossOf(z, labels, options), categoricalCrossentropy(z, targets, options)];
      expectClose(value, numbersOf(other as AnyTensor), 1e-13);
    }
  });

  property.prop([rows, fc.double({ min: 0, max: 1, noNaN: true })])(
    "label smoothing ε is a mixture of 1 − ε of the label's loss and ε of the mean over all classes",
    ({ logits, labels }, labelSmoothing) => {
      const z = of(logits);
      const classes = logits[0].length;
      const at = (given: readonly number[]): number => Number(lossOf(z, labelsOf(given)).item());
      const all = Array.from({ length: classes }, (_, c) => at(labels.map(() => c)));
      const uniform = all.reduce((total, one) => total + one, 0) / classes;
      const mixture = (1 - labelSmoothing) * at(labels) + labelSmoothing * uniform;
      expectClose(lossOf(z, labelsOf(labels), { labelSmoothing }), [mixture], 1e-13);
    },
  );

  property.prop([rows])("ignored rows might as well not be there", ({ logits, labels, weights }) => {
    const padded = [[Number.NaN, ...logits[0].slice(1)], ...logits];
    for (const options of [{}, { classWeights: weights }, { labelSmoothing: 0.5 }]) {
      const ignoring = (z: AnyTensor): Scalar =>
        lossOf(z, labelsOf([-7, ...labels]), { ...options, ignoreIndex: -7 });
      const without = (z: AnyTensor): Scalar => lossOf(z, labelsOf(labels), options);
      expectClose(ignoring(of(padded)), numbersOf(without(of(logits))), 1e-14);
      const zeroRow = logits[0].map(() => 0);
      const expected = [...zeroRow, ...numbersOf(grad(without)(of(logits)) as AnyTensor)];
      expectClose(grad(ignoring)(of(padded)) as AnyTensor, expected, 1e-13);
    }
  });

  for (const dtype of ["float64", "float32"] as const) {
    test.for(golden.filter(({ logits }) => dtype === "float64" || Math.abs(logits[0]) < 700))(
      `value and gradient of $logits at $label in ${dtype}`,
      ({ logits, label, value, gradient }) => {
        const loss = (z: AnyTensor): Scalar => lossOf(z, labelsOf([label]));
        const z = of([logits], dtype);
        expectClose(loss(z), [value], tolerance[dtype]);
        expectClose(grad(loss)(z) as AnyTensor, gradient, tolerance[dtype]);
      },
    );
  }

  test.for(golden)("second derivatives of $logits at $label", ({ logits, label, hessian: expected }) => {
    const loss = (z: AnyTensor): Scalar => lossOf(z, labelsOf([label]));
    const all = numbersOf(hessian(loss)(of([logits])) as AnyTensor);
    const diagonal = logits.map((_, i) => all[i * logits.length + i]);
    expectClose(of(diagonal), expected, 1e-13);
  });

  test("infinite logits: certain is 0, impossible is ∞ with a finite gradient", () => {
    const z = of([
      [Number.NEGATIVE_INFINITY, 0],
      [Number.NEGATIVE_INFINITY, 0],
    ]);
    const none = sparseCategoricalCrossentropy.with({ reduction: "none" });
    const y = labelsOf([1, 0]);
    expect(numbersOf(none(z, y) as AnyTensor)).toEqual([0, Number.POSITIVE_INFINITY]);
    const total = (x: AnyTensor): Scalar => lossOf(x, y, { reduction: "sum" });
    expect(numbersOf(grad(total)(z) as AnyTensor).map((x) => x + 0)).toEqual([0, 0, -1, 1]);
  });

  test("NaN stays NaN", () => {
    expect(lossOf(of([[Number.NaN, 1]]), labelsOf([1])).item()).toBeNaN();
  });

  test("from probabilities: −log p, whose gradient is −1 / p at the label alone", () => {
    const p = of([
      [0.25, 0.75],
      [0.5, 0],
    ]);
    const loss = (x: AnyTensor): Scalar => lossOf(x, labelsOf([0, 0]), { fromLogits: false });
    expectClose(loss(p), [(Math.log(4) + Math.log(2)) / 2], 1e-15);
    expectClose(grad(loss)(p) as AnyTensor, [-2, 0, -1, 0], 0);
  });

  test("a probability of 0 costs ∞: nothing is clipped", () => {
    expect(lossOf(of([[0, 1]]), labelsOf([0]), { fromLogits: false }).item()).toBe(Number.POSITIVE_INFINITY);
  });

  test("the mean divides by the weights used, and sampleWeight does not change the divisor", () => {
    const z = of([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const y = labelsOf([0, 1, 1]);
    const ln2 = Math.LN2;
    expectClose(lossOf(z, y, { classWeights: [1, 5] }), [ln2], 1e-15);
    expectClose(lossOf(z, y, { classWeights: [1, 5], reduction: "sum" }), [11 * ln2], 1e-15);
    expectClose(lossOf(z, y, { classWeights: [1, 5], reduction: "none" }), [ln2, 5 * ln2, 5 * ln2], 1e-15);
    expectClose(lossOf(z, y, { sampleWeight: [3, 0, 0] }), [ln2], 1e-15);
    expectClose(lossOf(z, y, { sampleWeight: [3, 0, 1], ignoreIndex: 1 }), [3 * ln2], 1e-15);
  });

  test("all rows ignored: 0 with zero gradient", () => {
    const loss = (z: AnyTensor): Scalar => lossOf(z, labelsOf([-1, -1]), { ignoreIndex: -1 });
    const z = of([
      [1, 2],
      [3, 4],
    ]);
    expect(loss(z).item()).toBe(0);
    expect(numbersOf(grad(loss)(z) as AnyTensor)).toEqual([0, 0, 0, 0]);
  });

  test("an ignoreIndex that is a class ignores that class", () => {
    expectClose(
      lossOf(
        of([
          [0, 0],
          [9, 0],
        ]),
        labelsOf([1, 0]),
        { ignoreIndex: 0 },
      ),
      [Math.LN2],
      1e-15,
    );
  });

  test("any leading shape, a single row among them", () => {
    const z = zeros([2, 3, 4]);
    const y = zeros([2, 3], { dtype: "uint8" });
    const none = sparseCategoricalCrossentropy(z, y, { reduction: "none" });
    expectTypeOf(none).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expect(none.shape).toEqual([2, 3]);
    expectClose(
      sparseCategoricalCrossentropy(zeros([4]), tensor(2, { dtype: "int32" })),
      [Math.log(4)],
      1e-7,
    );
  });

  describe("errors", () => {
    const z = zeros([2, 3]);

    test("a label out of range names it and the number of classes, when run, and changes no state", () => {
      const message = "sparseCategoricalCrossentropy: label 3 is out of range for 3 classes; expected 0 to 2";
      const loss = sparseCategoricalCrossentropy(z, labelsOf([0, 3]));
      expect(() => loss.item()).toThrow(new IndexError("sparseCategoricalCrossentropy", message.slice(31)));
      expect(() => loss.item()).toThrow(message);
      const step = compile((y: Tensor<[number], "int32">) => sparseCategoricalCrossentropy(z, y));
      expect(() => step(labelsOf([0, -1]))).toThrow("label -1 is out of range for 3 classes");
      expectClose(step(labelsOf([0, 1])), [Math.log(3)], 1e-7);
    });

    test("labels of another shape or dtype", () => {
      expect(() => lossOf(z, labelsOf([0]))).toThrow(
        "sparseCategoricalCrossentropy: labels [1] do not fit logits [2, 3]; expected [2]",
      );
      expect(() => lossOf(z, zeros([2, 1], { dtype: "int32" }))).toThrow(
        "labels [2, 1] do not fit logits [2, 3]; expected [2]; reshape the labels to [2]",
      );
      expect(() => lossOf(z, zeros([2]))).toThrow(
        "sparseCategoricalCrossentropy: labels are float32 [2]; expected int32 or uint8 class indices (categoricalCrossentropy takes one-hot and soft labels)",
      );
    });

    test("swapped arguments", () => {
      expect(() => lossOf(labelsOf([0, 1]), z)).toThrow(
        "sparseCategoricalCrossentropy: logits are int32 [2]; expected float32 or float64 (logits come first, then labels)",
      );
    });

    test("options that do not exist or cannot be", () => {
      expect(() => lossOf(z, labelsOf([0, 1]), { from_logits: true })).toThrow(
        'sparseCategoricalCrossentropy: unknown option "from_logits"; did you mean "fromLogits"?',
      );
      expect(() => lossOf(z, labelsOf([0, 1]), { labelSmoothing: 1.5 })).toThrow(
        "labelSmoothing is 1.5; expected a number from 0 to 1",
      );
      expect(() => lossOf(z, labelsOf([0, 1]), { reduction: "average" })).toThrow(
        'reduction is "average"; expected "mean", "sum" or "none"',
      );
      expect(() => lossOf(z, labelsOf([0, 1]), { classWeights: [1, 2] })).toThrow(
        "classWeights [2] for 3 classes; expected [3]",
      );
      expect(() => lossOf(z, labelsOf([0, 1]), { sampleWeight: [1, 2, 3] })).toThrow(
        "sampleWeight [3] does not fit losses of shape [2]; give one for each row",
      );
    });
  });

  test("types catch swapped arguments, float labels and other numbers of rows", () => {
    const z = zeros([32, 10]);
    const y = zeros([32], { dtype: "int32" });
    const typesOnly = (): void => {
      // @ts-expect-error logits are int32: the arguments are swapped
      sparseCategoricalCrossentropy(y, z);
      // @ts-expect-error labels are float32
      sparseCategoricalCrossentropy(z, zeros([32]));
      // @ts-expect-error labels [31] do not fit logits [32, 10]
      sparseCategoricalCrossentropy(z, zeros([31], { dtype: "int32" }));
      // @ts-expect-error there is no such option
      sparseCategoricalCrossentropy(z, y, { from_logits: true });
      // @ts-expect-error labels have no axis of classes
      sparseCategoricalCrossentropy.with({ fromLogits: true })(z, zeros([32, 10], { dtype: "int32" }));
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(sparseCategoricalCrossentropy(z, y)).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(sparseCategoricalCrossentropy(z, y, { reduction: "none" })).toEqualTypeOf<Tensor<[32]>>();
    const unknown: AnyTensor = z;
    expectTypeOf(sparseCategoricalCrossentropy(z as Tensor, y)).toEqualTypeOf<Tensor<[], "float32">>();
    expect(sparseCategoricalCrossentropy(unknown, y as AnyTensor).rank).toBe(0);
  });

  test("with gives the same loss with its options on it", () => {
    const smooth = sparseCategoricalCrossentropy.with({ labelSmoothing: 0.1 });
    const z = of([[1, 2, 3]]);
    expect(smooth.options).toEqual({ labelSmoothing: 0.1 });
    expect(smooth.name).toBe("sparseCategoricalCrossentropy");
    expectClose(smooth(z, labelsOf([2])), [0.5076059644443804], 1e-15);
    expectClose(smooth.with({ reduction: "sum" })(z, labelsOf([2])), [0.5076059644443804], 1e-15);
    expectTypeOf(
      smooth.with({ reduction: "none" })(zeros([2, 3]), zeros([2], { dtype: "int32" })),
    ).toEqualTypeOf<Tensor<[2]>>();
  });
});

test.each([
  [{ classWeights: [-1, 1] }, "classWeights[0] is -1; expected a number from 0"],
  [{ ignoreIndex: 1.5 }, "ignoreIndex is 1.5; expected a whole number"],
  [{ fromLogits: "false" }, 'fromLogits is "false"; expected true or false'],
])("an option that is none: %s", (options, message) => {
  const labels = tensor([0], { dtype: "int32" });
  expect(() => sparseCategoricalCrossentropy(tensor([[1, 2]]), labels, options as never)).toThrow(
    `sparseCategoricalCrossentropy: ${message}`,
  );
});

test("the mean of no rows is NaN, of rows of which none counts 0, whatever the options", () => {
  const labels = tensor(new Int32Array(0));
  for (const options of [{}, { classWeights: [1, 1] }, { ignoreIndex: -1 }])
    expect(sparseCategoricalCrossentropy(zeros([0, 2]), labels, options).item()).toBeNaN();
  const ignored = tensor([-1], { dtype: "int32" });
  expect(sparseCategoricalCrossentropy(zeros([1, 2]), ignored, { ignoreIndex: -1 }).item()).toBe(0);
});
