import { sigmoid } from "@adjoint/ops";
import { type AnyTensor, grad, ones, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { binaryCrossentropy, sparseCategoricalCrossentropy } from "../../src/index.ts";
import { centralDifferences, expectClose, numbersOf, of, tolerance } from "../close.ts";
import { binary as golden } from "../golden/losses.ts";

type Scalar = Tensor<[], "float64">;
const lossOf = (logits: AnyTensor, targets: AnyTensor, options = {}): Scalar =>
  binaryCrossentropy(logits, targets, options) as AnyTensor as Scalar;
const at = (z: number, y: number, options = {}): number => lossOf(of(z), of(y), options).item();

const logit = fc.double({ min: -1000, max: 1000, noNaN: true });
const eighth = fc.integer({ min: 0, max: 8 }).map((n) => n / 8);

describe("binaryCrossentropy", () => {
  property.prop([logit, eighth])("is symmetric: (z, y) and (−z, 1 − y) cost the same", (z, y) => {
    expect(at(z, y)).toBe(at(-z, 1 - y));
  });

  property.prop([logit, eighth])("is the mixture of its values at the targets 0 and 1", (z, y) => {
    expectClose(of(at(z, y)), [(1 - y) * at(z, 0) + y * at(z, 1)], 1e-15);
  });

  property.prop([logit])("is the cross-entropy of two classes, of which one has the logit 0", (z) => {
    const two = sparseCategoricalCrossentropy(of([0, z]), tensor(1, { dtype: "int32" }));
    expectClose(of(at(z, 1)), [two.item()], 1e-15);
  });

  property.prop([logit, eighth, fc.integer({ min: 0, max: 40 }).map((n) => n / 8)])(
    "posWeight counts the positives that often",
    (z, y, posWeight) => {
      expectClose(of(at(z, y, { posWeight })), [(1 - y) * at(z, 0) + posWeight * y * at(z, 1)], 1e-15);
    },
  );

  property.prop([
    fc.double({ min: -30, max: 30, noNaN: true }),
    eighth,
    fc.double({ min: 0, max: 4, noNaN: true }),
  ])("gradients agree with central differences", (z, y, posWeight) => {
    const toLogit = grad((x: AnyTensor) => lossOf(x, of(y), { posWeight }))(of(z)) as AnyTensor;
    const toTarget = grad((x: AnyTensor) => lossOf(of(z), x, { posWeight }))(of(y)) as AnyTensor;
    const toWeight = grad((x: AnyTensor) => lossOf(of(z), of(y), { posWeight: x }))(
      of(posWeight),
    ) as AnyTensor;
    const expected = [
      ...centralDifferences(([x]) => at(x, y, { posWeight }), [z]),
      ...centralDifferences(([x]) => at(z, x, { posWeight }), [y]),
      at(z, y, { posWeight: posWeight + 1 }) - at(z, y, { posWeight }),
    ];
    [toLogit, toTarget, toWeight].forEach((x, i) => {
      expect(Math.abs(Number(x.item()) - expected[i])).toBeLessThanOrEqual(
        1e-6 * (1 + Math.abs(expected[i])),
      );
    });
  });

  for (const dtype of ["float64", "float32"] as const) {
    test.for(golden.filter(({ logit: z }) => dtype === "float64" || Math.abs(z) < 100))(
      `z = $logit, y = $target, w = $posWeight in ${dtype}`,
      ({ logit: z, target: y, posWeight, value, slope, targetSlope }) => {
        const [logits, targets] = [of(z, dtype), of(y, dtype)];
        expectClose(lossOf(logits, targets, { posWeight }), [value], tolerance[dtype]);
        const toLogit = grad((x: AnyTensor) => lossOf(x, targets, { posWeight }))(logits);
        expectClose(toLogit as AnyTensor, [slope], tolerance[dtype]);
        const toTarget = grad((x: AnyTensor) => lossOf(logits, x, { posWeight }))(targets);
        expectClose(toTarget as AnyTensor, [targetSlope], tolerance[dtype]);
      },
    );
  }

  test.for(golden)(
    "second derivative at z = $logit, y = $target",
    ({ logit: z, target: y, posWeight, second }) => {
      const slope = grad((x: AnyTensor) => lossOf(x, of(y), { posWeight }));
      expectClose(
        grad((x: AnyTensor) => slope(x) as AnyTensor as Scalar)(of(z)) as AnyTensor,
        [second],
        1e-13,
      );
    },
  );

  test("infinite logits: 0 where they are right, ∞ with a slope of ±1 where they are wrong", () => {
    const infinity = Number.POSITIVE_INFINITY;
    const z = of([infinity, -infinity, infinity, -infinity]);
    const y = of([1, 0, 0, 1]);
    expect(numbersOf(lossOf(z, y, { reduction: "none" }))).toEqual([0, 0, infinity, infinity]);
    const slope = grad((x: AnyTensor) => lossOf(x, y, { reduction: "sum" }))(z);
    expect(numbersOf(slope as AnyTensor).map((x) => x + 0)).toEqual([0, 0, 1, -1]);
  });

  test("NaN stays NaN, whatever the target", () => {
    expect([at(Number.NaN, 0), at(Number.NaN, 1), at(Number.NaN, 0.5)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  property.prop([fc.double({ min: -8, max: 8, noNaN: true }), eighth])(
    "from probabilities it is the same as from the logits that they came from",
    (z, y) => {
      const p = of((sigmoid(of(z)) as AnyTensor).item() as number);
      expectClose(
        lossOf(p, of(y), { fromLogits: false, posWeight: 2.5 }),
        [at(z, y, { posWeight: 2.5 })],
        1e-12,
      );
    },
  );

  test("from probabilities: exact at 0 and 1 and near 0", () => {
    const options = { fromLogits: false };
    expect([at(0, 0, options), at(1, 1, options)].map((x) => x + 0)).toEqual([0, 0]);
    expect([at(0, 1, options), at(1, 0, options)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expectClose(lossOf(of(1e-12, "float32"), of(0, "float32"), options), [1e-12], 6e-8);
    const slope = (p: number, y: number): number =>
      (grad((x: AnyTensor) => lossOf(x, of(y), options))(of(p)) as AnyTensor).item() as number;
    expect([slope(0, 0), slope(1, 1), slope(0.25, 1), slope(0.25, 0)]).toEqual([1, -1, -4, 1 / 0.75]);
  });

  test("label smoothing moves targets towards ½", () => {
    expectClose(of(at(3, 1, { labelSmoothing: 0.2 })), [at(3, 0.9)], 1e-15);
    expectClose(of(at(3, 1, { labelSmoothing: 1 })), [at(3, 0.5)], 1e-15);
  });

  test("a posWeight for each output, a sampleWeight for each row", () => {
    const z = of([
      [0, 0],
      [0, 0],
    ]);
    const losses = lossOf(z, ones([2, 2], { dtype: "float64" }), {
      posWeight: [1, 3],
      sampleWeight: [1, 10],
      reduction: "none",
    });
    expectClose(
      losses,
      [1, 3, 10, 30].map((n) => n * Math.LN2),
      1e-15,
    );
  });

  test("integer and bool targets", () => {
    expectClose(lossOf(of([3, -2]), of([1, 0], "uint8")), [lossOf(of([3, -2]), of([1, 0])).item()], 0);
    expectClose(lossOf(of([3, -2]), tensor([true, false])), [lossOf(of([3, -2]), of([1, 0])).item()], 0);
  });

  test("errors", () => {
    const z = zeros([4, 1]);
    expect(() => lossOf(z, zeros([4]))).toThrow(
      "binaryCrossentropy: targets [4] do not have the shape of logits [4, 1]; reshape the targets to [4, 1]",
    );
    expect(() => lossOf(zeros([4], { dtype: "int32" }), zeros([4]))).toThrow(
      "binaryCrossentropy: logits are int32 [4]; expected float32 or float64 (logits come first, then labels)",
    );
    expect(() => lossOf(z, z, { posWeight: -1 })).toThrow("posWeight is -1; expected a number from 0");
    expect(() => lossOf(z, z, { posWeight: [1, 2] })).toThrow(
      "binaryCrossentropy: posWeight [2] does not fit the last axes of [4, 1]",
    );
    expect(() => lossOf(z, z, { posWeights: 1 })).toThrow(
      'unknown option "posWeights"; did you mean "posWeight"?',
    );
  });

  test("types", () => {
    const z = zeros([32, 1]);
    const typesOnly = (): void => {
      // @ts-expect-error targets [32] do not have the shape [32, 1]
      binaryCrossentropy(z, zeros([32]));
      // @ts-expect-error the arguments are swapped
      binaryCrossentropy(zeros([32, 1], { dtype: "uint8" }), z);
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(binaryCrossentropy(z, zeros([32, 1], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(binaryCrossentropy(z, z, { reduction: "none" })).toEqualTypeOf<Tensor<[32, 1]>>();
  });
});

test.each([
  [{ posWeight: -1 }, "posWeight is -1; expected a number from 0"],
  [{ posWeight: [-1] }, "posWeight[0] is -1; expected a number from 0"],
  [{ posWeight: [Number.NaN] }, "posWeight[0] is NaN; expected a number from 0"],
  [{ posWeight: "2" }, 'posWeight is "2"; expected a tensor or a list of numbers'],
  [{ labelSmoothing: true }, "labelSmoothing is true; expected a number from 0 to 1"],
  [{ fromLogits: "false" }, 'fromLogits is "false"; expected true or false'],
  [{ sampleWeight: [Number.NaN] }, "sampleWeight[0] is NaN; expected a finite number"],
])("an option that is none: %s", (options, message) => {
  const x = tensor([1]);
  expect(() => binaryCrossentropy(x, x, options as never)).toThrow(`binaryCrossentropy: ${message}`);
});
