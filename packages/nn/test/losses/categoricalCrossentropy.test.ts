import { softmax } from "@adjoint/ops";
import { type AnyTensor, grad, hessian, ones, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { categoricalCrossentropy } from "../../src/index.ts";
import { centralDifferences, expectClose, numbersOf, of, tolerance } from "../close.ts";
import { soft as golden } from "../golden/losses.ts";

type Scalar = Tensor<[], "float64">;
const lossOf = (logits: AnyTensor, targets: AnyTensor, options = {}): Scalar =>
  categoricalCrossentropy(logits, targets, options) as AnyTensor as Scalar;

const vector = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: 4, maxLength: 4 });

describe("categoricalCrossentropy", () => {
  property.prop([vector(-30, 30), vector(0.01, 1)])("gradients agree with central differences", (z, t) => {
    const at = (logits: readonly number[], targets: readonly number[]): number =>
      lossOf(of(logits), of(targets)).item();
    const toLogits = grad((x: AnyTensor) => lossOf(x, of(t)))(of(z)) as AnyTensor;
    const toTargets = grad((x: AnyTensor) => lossOf(of(z), x))(of(t)) as AnyTensor;
    const expected = [...centralDifferences((x) => at(x, t), z), ...centralDifferences((x) => at(z, x), t)];
    [...numbersOf(toLogits), ...numbersOf(toTargets)].forEach((x, i) => {
      expect(Math.abs(x - expected[i])).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(expected[i])));
    });
  });

  property.prop([vector(-30, 30), vector(0.01, 1)])("the Hessian is Σt (diag p − p pᵀ)", (z, t) => {
    const all = hessian((x: AnyTensor) => lossOf(x, of(t)))(of(z)) as AnyTensor;
    const p = numbersOf(softmax(of(z)) as AnyTensor);
    const total = t.reduce((sum, x) => sum + x, 0);
    const expected = p.flatMap((pi, i) => p.map((pj, j) => total * ((i === j ? pi : 0) - pi * pj)));
    numbersOf(all).forEach((x, i) => {
      expect(Math.abs(x - expected[i])).toBeLessThanOrEqual(1e-14 * total);
    });
  });

  for (const dtype of ["float64", "float32"] as const) {
    test.for(golden)(
      `$logits and $targets in ${dtype}`,
      ({ logits, targets, value, gradient, targetGradient }) => {
        const [z, t] = [of([logits], dtype), of([targets], dtype)];
        expectClose(lossOf(z, t), [value], tolerance[dtype]);
        expectClose(grad((x: AnyTensor) => lossOf(x, t))(z) as AnyTensor, gradient, tolerance[dtype] * 4);
        expectClose(grad((x: AnyTensor) => lossOf(z, x))(t) as AnyTensor, targetGradient, tolerance[dtype]);
      },
    );
  }

  test("0 · ∞ counts as 0, also in the gradient", () => {
    const z = of([[Number.NEGATIVE_INFINITY, 0, 0]]);
    const t = of([[0, 0.5, 0.5]]);
    expectClose(lossOf(z, t), [Math.LN2], 1e-15);
    expect(numbersOf(grad((x: AnyTensor) => lossOf(x, t))(z) as AnyTensor).map((x) => x + 0)).toEqual([
      0, 0, 0,
    ]);
  });

  property.prop([vector(-8, 8), vector(0.01, 1)])(
    "from probabilities it is the same as from the logits that they came from",
    (z, t) => {
      const p = of(numbersOf(softmax(of(z)) as AnyTensor));
      expectClose(lossOf(p, of(t), { fromLogits: false }), [lossOf(of(z), of(t)).item()], 1e-12);
    },
  );

  test("from probabilities: a target of 0 needs no probability, another one of 0 costs ∞", () => {
    const p = of([0, 1]);
    const loss = (x: AnyTensor, t: AnyTensor): Scalar => lossOf(x, t, { fromLogits: false });
    expect(loss(p, of([0, 1])).item()).toBe(0);
    expect(numbersOf(grad((x: AnyTensor) => loss(x, of([0, 1])))(p) as AnyTensor).map((x) => x + 0)).toEqual([
      0, -1,
    ]);
    expect(loss(p, of([1, 0])).item()).toBe(Number.POSITIVE_INFINITY);
    const second = hessian((x: AnyTensor) => loss(x, of([0.5, 0.25])))(of([0.25, 0.5])) as AnyTensor;
    expectClose(second, [8, 0, 0, 1], 0);
  });

  test("targets may be integers or bools", () => {
    const z = of([[1, 2, 3]]);
    const expected = [lossOf(z, of([[0, 0, 1]])).item()];
    expectClose(lossOf(z, of([[0, 0, 1]], "uint8")), expected, 0);
    expectClose(lossOf(z, tensor([[false, false, true]])), expected, 0);
    expectClose(lossOf(z, of([[0, 0, 1]], "int32"), { labelSmoothing: 0.1 }), [0.5076059644443804], 1e-15);
  });

  test("targets of another shape", () => {
    expect(() => lossOf(zeros([2, 3]), zeros([2]))).toThrow(
      "categoricalCrossentropy: targets [2] do not have the shape of logits [2, 3]",
    );
    expect(() => lossOf(zeros([2, 3]), zeros([3, 2]))).toThrow(
      "targets [3, 2] do not have the shape of logits [2, 3]; reshape the targets to [2, 3]",
    );
    expect(() => lossOf(tensor(1), tensor(1))).toThrow(
      "categoricalCrossentropy: a scalar has no axis of classes; expected [batch, classes]",
    );
  });

  test("types", () => {
    const z = zeros([32, 10]);
    const typesOnly = (): void => {
      // @ts-expect-error targets [32] do not have the shape [32, 10]
      categoricalCrossentropy(z, zeros([32]));
      // @ts-expect-error labels come second
      categoricalCrossentropy(ones([32, 10], { dtype: "int32" }), z);
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(categoricalCrossentropy(z, z)).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(categoricalCrossentropy(z, zeros([32, 10], { dtype: "float64" }))).toEqualTypeOf<
      Tensor<[], "float64">
    >();
  });
});
