import { type AnyTensor, grad, type Tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { huber, meanAbsoluteError, meanSquaredError } from "../../src/index.ts";
import { expectClose, numbersOf, of } from "../close.ts";

type Scalar = Tensor<[], "float64">;
type Loss = (x: AnyTensor, t: AnyTensor, options?: object) => Scalar;
const squared = meanSquaredError as unknown as Loss;
const absolute = meanAbsoluteError as unknown as Loss;
const robust = huber as unknown as Loss;

const eighths = fc.array(
  fc.integer({ min: -800, max: 800 }).map((n) => n / 8),
  { minLength: 3, maxLength: 3 },
);
const slopes = (loss: Loss, x: readonly number[], t: readonly number[], options = {}): number[] =>
  numbersOf(grad((p: AnyTensor) => loss(p, of(t), options))(of(x)) as AnyTensor);

describe.each([
  ["meanSquaredError", squared],
  ["meanAbsoluteError", absolute],
  ["huber", robust],
] as const)("%s", (name, loss) => {
  property.prop([eighths, eighths])("is symmetric, not negative, and 0 only for equal tensors", (x, t) => {
    const value = loss(of(x), of(t)).item();
    expect(loss(of(t), of(x)).item()).toBe(value);
    expect(value > 0).toBe(x.some((one, i) => one !== t[i]));
  });

  property.prop([eighths, eighths])(
    "the gradient to the targets is minus that to the predictions",
    (x, t) => {
      const toTargets = grad((y: AnyTensor) => loss(of(x), y))(of(t)) as AnyTensor;
      expect(numbersOf(toTargets).map((one) => -one + 0)).toEqual(slopes(loss, x, t).map((one) => one + 0));
    },
  );

  property.prop([eighths, eighths])("the mean is the sum over three, and weights multiply", (x, t) => {
    const [p, y] = [of(x), of(t)];
    const each = numbersOf(loss(p, y, { reduction: "none" }));
    const sum = each[0] + each[1] + each[2];
    expectClose(loss(p, y, { reduction: "sum" }), [sum], 1e-15);
    expectClose(loss(p, y), [sum / 3], 1e-15);
    const weighted = each[0] + 2 * each[1] + 5 * each[2];
    expectClose(loss(p, y, { sampleWeight: [1, 2, 5] }), [weighted / 3], 1e-15);
  });

  test("nothing is broadcast", () => {
    expect(() => loss(zeros([32, 1]), zeros([32]))).toThrow(
      `${name}: targets [32] do not have the shape of predictions [32, 1]; reshape the targets to [32, 1]`,
    );
  });

  test("predictions are floats, targets may be integers", () => {
    expect(() => loss(zeros([2], { dtype: "int32" }), zeros([2]))).toThrow(
      `${name}: predictions are int32 [2]; expected float32 or float64 (predictions come first, then labels)`,
    );
    expectClose(
      loss(of([3, 5]), of([3, 4], "uint8")),
      [name === "meanAbsoluteError" ? 0.5 : name === "huber" ? 0.25 : 0.5],
      0,
    );
  });

  test("an unknown option", () => {
    expect(() => loss(of([1]), of([1]), { reductions: "sum" })).toThrow(
      `${name}: unknown option "reductions"; did you mean "reduction"?`,
    );
  });
});

describe("meanSquaredError", () => {
  property.prop([eighths, eighths])("its gradient is 2 (x − t) / n", (x, t) => {
    slopes(squared, x, t).forEach((slope, i) => {
      expectClose(of(slope), [(2 * (x[i] - t[i])) / 3], 1e-15);
    });
  });

  test("types", () => {
    const x = zeros([32, 1]);
    const typesOnly = (): void => {
      // @ts-expect-error targets [32] do not have the shape [32, 1]
      meanSquaredError(x, zeros([32]));
      // @ts-expect-error predictions are int32
      meanSquaredError(zeros([32, 1], { dtype: "int32" }), x);
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(meanSquaredError(x, x)).toEqualTypeOf<Tensor<[]>>();
  });
});

describe("meanAbsoluteError", () => {
  property.prop([eighths, eighths])("its gradient is sign(x − t) / n, 0 where they are equal", (x, t) => {
    expect(slopes(absolute, x, t).map((one) => one + 0)).toEqual(
      x.map((one, i) => Math.sign(one - t[i]) / 3 + 0),
    );
  });
});

describe("huber", () => {
  property.prop([eighths, eighths, fc.integer({ min: 1, max: 800 }).map((n) => n / 8)])(
    "its gradient is the residual, kept within ±δ, divided by n",
    (x, t, delta) => {
      slopes(robust, x, t, { delta }).forEach((slope, i) => {
        const residual = x[i] - t[i];
        expectClose(of(slope), [Math.max(-delta, Math.min(delta, residual)) / 3], 1e-15);
      });
    },
  );

  property.prop([eighths, eighths])("with a large δ it is half the squared error", (x, t) => {
    expectClose(robust(of(x), of(t), { delta: 1000 }), [squared(of(x), of(t)).item() / 2], 1e-15);
  });

  test("½ r² up to δ, δ (|r| − ½ δ) beyond, ∞ for an infinite residual with slope δ", () => {
    const infinity = Number.POSITIVE_INFINITY;
    const x = [0.5, -1, 3, infinity];
    const none = { delta: 1, reduction: "none" };
    expect(numbersOf(robust(of(x), of([0, 0, 0, 0]), none))).toEqual([0.125, 0.5, 2.5, infinity]);
    expect(slopes(robust, x, [0, 0, 0, 0], { reduction: "sum" })).toEqual([0.5, -1, 1, 1]);
  });

  test("the second derivative is 1 within δ, 0 beyond", () => {
    const slope = grad((p: AnyTensor) => robust(p, of(0)));
    const second = (x: number): number =>
      (grad((p: AnyTensor) => slope(p) as AnyTensor as Scalar)(of(x)) as AnyTensor).item() as number;
    expect([second(0.5), second(0), second(3)]).toEqual([1, 1, 0]);
  });

  test("δ must be positive", () => {
    expect(() => robust(of([1]), of([1]), { delta: 0 })).toThrow(
      "huber: delta is 0; expected a number above 0",
    );
  });
});
