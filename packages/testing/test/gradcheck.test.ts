import {
  type AnyTensor,
  abs,
  add,
  cast,
  cos,
  customGradient,
  exp,
  floor,
  matmul,
  mul,
  type Operand,
  parameter,
  reshape,
  sin,
  stopGradient,
  sum,
  take,
  tensor,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GradcheckError, gradcheck, gradgradcheck, jvpcheck, strict } from "../src/index.ts";

const wide = (values: number[] | number, shape: number[] = []): AnyTensor =>
  tensor(values, shape, { dtype: "float64" }) as AnyTensor;
const times = mul as (a: Operand, b: Operand) => AnyTensor;
const plus = add as (a: Operand, b: Operand) => AnyTensor;

/** sin with its rule times a factor. */
function scaledSin(factor: number): (x: AnyTensor) => AnyTensor {
  return customGradient(
    (x: AnyTensor) => sin(x),
    ({ inputs: [x], cotangent }) => [times(times(cotangent, factor), cos(x))],
  );
}

/** The error that a check throws. */
function errorOf(check: () => true): GradcheckError {
  try {
    check();
  } catch (error) {
    if (error instanceof GradcheckError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const x = wide([0.25, -1.5, 2, 0.75], [2, 2]);

describe("a right rule passes", () => {
  test("to first and second order, and in forward mode", () => {
    const fn = (a: AnyTensor, b: AnyTensor): AnyTensor => times(exp(sin(a)), b);
    const b = wide([0.5, -2], [2]);
    expect(gradcheck(fn, [x, b], strict)).toBe(true);
    expect(gradgradcheck(fn, [x, b], strict)).toBe(true);
    expect(jvpcheck(fn, [x, b], strict)).toBe(true);
  });

  test("with arguments and results in trees, of which only floats are differentiated", () => {
    const layer = { weight: x, bias: [wide([1, 2], [2])] as const, name: "layer", scale: 3 };
    const rows = tensor([1, 1, 0], { dtype: "int32" }) as AnyTensor;
    const fn = (one: typeof layer, indices: AnyTensor): unknown => {
      const y = plus(matmul(x, one.weight) as AnyTensor, one.bias[0]);
      return { y: times(take(y, indices) as AnyTensor, one.scale), aside: [indices, one.name] };
    };
    expect(gradcheck(fn, [layer, rows], strict)).toBe(true);
    expect(gradgradcheck(fn, [layer, rows], strict)).toBe(true);
    expect(jvpcheck(fn, [layer, rows], strict)).toBe(true);
  });

  test("with float32 inputs and parameters, which are cast", () => {
    const weight = parameter(tensor([0.1, 0.2]));
    expect(gradcheck((a: AnyTensor) => exp(a), [tensor([0.1, 0.2]) as AnyTensor], strict)).toBe(true);
    expect(gradcheck((a: AnyTensor) => exp(a), [weight as AnyTensor], strict)).toBe(true);
  });

  test("with scalars, and with nothing in a tensor", () => {
    expect(gradcheck((a: AnyTensor) => exp(a), [wide(0.5)], strict)).toBe(true);
    expect(gradcheck((a: AnyTensor) => exp(a), [wide([], [0, 2])], strict)).toBe(true);
  });

  test("where the function loses digits that the derivative does not need", () => {
    const fn = (a: AnyTensor): AnyTensor => plus(times(sin(a), 1e-3), 1e6);
    expect(gradcheck(fn, [x], strict)).toBe(true);
  });

  test("at the default tolerances in float32", () => {
    expect(gradcheck((a: AnyTensor) => sin(cast(a, "float32")), [x])).toBe(true);
  });

  property.prop([
    fc.double({ min: -20, max: 20, noNaN: true }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
  ])("at any input and any scale", (at, scale) => {
    expect(gradcheck((a: AnyTensor) => times(scaledSin(1)(a), scale), [wide(at)], strict)).toBe(true);
  });
});

describe("a wrong rule fails", () => {
  property.prop([
    fc.double({ min: -20, max: 20, noNaN: true }).filter((at) => Math.abs(Math.cos(at)) > 1e-4),
    fc.constantFrom(1.001, 0.999),
  ])("by a thousandth, anywhere but where the derivative is 0", (at, factor) => {
    for (const check of [gradcheck, jvpcheck]) {
      expect(() => check(scaledSin(factor), [wide(at)], strict)).toThrow(GradcheckError);
    }
  });

  test.for([1.001, 0.999])("by a factor of %d only when checked strictly", (factor) => {
    expect(gradcheck(scaledSin(factor), [x])).toBe(true);
    expect(() => gradcheck(scaledSin(factor), [x], strict)).toThrow(GradcheckError);
    expect(() => gradcheck(scaledSin(factor ** 3), [x])).toThrow(GradcheckError);
  });

  test("told by the worst element, with its place, both values and the input", () => {
    const error = errorOf(() => gradcheck(scaledSin(1.001), [x], strict));
    expect(error.name).toBe("GradcheckError");
    expect(error.message).toBe(
      "gradcheck: the derivative of the output [0, 0] by argument 0 [0, 0] is 0.9698813341 by the gradient rules, " +
        "and 0.9689124217 by central differences; the input there is 0.25",
    );
    expect(error.mismatch).toEqual({
      derivative: "the derivative of the output [0, 0] by argument 0 [0, 0]",
      analytic: 1.001 * Math.cos(0.25),
      numeric: expect.closeTo(Math.cos(0.25), 9),
      input: 0.25,
    });
  });

  test("by a missing factor", () => {
    const square = customGradient(
      (a: AnyTensor) => times(a, a),
      ({ inputs: [a], cotangent }) => [times(cotangent, a)],
    );
    expect(errorOf(() => gradcheck(square, [wide([3, 1], [2])])).message).toBe(
      "gradcheck: the derivative of the output [0] by argument 0 [0] is 3 by the gradient rules, and 6 by central " +
        "differences; the input there is 3",
    );
  });

  test("by a cotangent that is not summed over a stretched axis", () => {
    const scale = customGradient(
      (a: AnyTensor, b: AnyTensor) => times(a, b),
      ({ inputs: [a, b], cotangent }) => [
        times(cotangent, b),
        // Of the first row alone.
        reshape(
          sum(take(times(cotangent, a), tensor([0], { dtype: "int32" }) as AnyTensor), { axis: 0 }),
          [2],
        ) as AnyTensor,
      ],
    );
    expect(errorOf(() => gradcheck(scale, [x, wide([1, 1], [2])])).message).toBe(
      "gradcheck: the derivative of the output [1, 0] by argument 1 [0] is 0 by the gradient rules, and 2 by central " +
        "differences; the input there is 1",
    );
  });

  test("by a constant where there is a derivative", () => {
    expect(errorOf(() => gradcheck((a: AnyTensor) => stopGradient(a), [wide(2)])).message).toBe(
      "gradcheck: the derivative of the output by argument 0 is 0 by the gradient rules, and 1 by central differences; " +
        "the input there is 2",
    );
  });

  test("told by the path in a tree, and by the number of the result", () => {
    const fn = ({ weights }: { weights: AnyTensor[] }): AnyTensor[] => [
      weights[0],
      scaledSin(1.1)(weights[1]),
    ];
    expect(errorOf(() => gradcheck(fn, [{ weights: [wide([1], [1]), wide(0)] }])).message).toBe(
      "gradcheck: the derivative of output 1 by argument 0.weights[1] is 1.1 by the gradient rules, and 1 by central " +
        "differences; the input there is 0",
    );
  });

  test("in the gradient of the gradient, which the gradient does not show", () => {
    const rule = customGradient(
      (a: AnyTensor) => cos(a),
      ({ inputs: [a], cotangent }) => [times(cotangent, times(-1, scaledSin(1.001)(a)))],
    );
    expect(gradcheck(rule, [wide(0)], strict)).toBe(true);
    expect(errorOf(() => gradgradcheck(rule, [wide(0)], strict)).message).toMatch(
      /^gradgradcheck: the derivative of the output by argument 0 is -?[\d.]+ by the gradient rules, and -?[\d.]+ by central differences; the input there is 0$/,
    );
  });

  test("that forgets its cotangent, or is not linear in it", () => {
    const forgets = customGradient(
      (a: AnyTensor) => sin(a),
      ({ inputs: [a] }) => [cos(a)],
    );
    expect(errorOf(() => gradcheck(forgets, [wide(0)])).message).toBe(
      "gradcheck: the derivative of the output by argument 0 is -2 by the gradient rules, and 1 by central differences; " +
        "the input there is 0",
    );
    const bent = customGradient(
      (a: AnyTensor) => sin(a),
      ({ inputs: [a], cotangent }) => [times(times(cotangent, abs(cotangent)), cos(a))],
    );
    expect(errorOf(() => gradcheck(bent, [wide(0)])).mismatch?.analytic).toBe(0.5);
  });

  test("in forward mode, along the tangent", () => {
    expect(errorOf(() => jvpcheck(scaledSin(2), [wide(0)], strict)).message).toMatch(
      /^jvpcheck: the derivative of the output along a random tangent is -?[\d.]+ by forward mode, and -?[\d.]+ by central differences$/,
    );
  });

  test("that gives NaN", () => {
    const nan = customGradient(
      (a: AnyTensor) => sin(a),
      ({ cotangent }) => [times(cotangent, Number.NaN)],
    );
    expect(errorOf(() => gradcheck(nan, [wide(0)])).message).toBe(
      "gradcheck: the derivative of the output by argument 0 is NaN by the gradient rules, and 1 by central differences; " +
        "the input there is 0",
    );
  });
});

describe("what has no derivative is told", () => {
  test("a jump", () => {
    expect(errorOf(() => gradcheck((a: AnyTensor) => floor(a), [wide(2)], strict)).message).toMatch(
      /^gradcheck: the derivative of the output by argument 0 is 0 by the gradient rules, but central differences do not settle \(.* ± .*\): the function has a kink, a jump or the end of its domain nearby, or loses digits, as float32 does; the input there is 2$/,
    );
  });

  // Steps from NaN or ±∞ have no end: without the refusal each of these checks runs for ever.
  test.for([
    { value: Number.NaN, text: "NaN" },
    { value: Number.POSITIVE_INFINITY, text: "Infinity" },
    { value: Number.NEGATIVE_INFINITY, text: "-Infinity" },
  ])("an input that is $text", ({ value, text }) => {
    const product = (a: AnyTensor, { b }: { b: AnyTensor }): AnyTensor => times(a, b);
    const inputs: [AnyTensor, { b: AnyTensor }] = [x, { b: wide([1, 1, value, value], [2, 2]) }];
    for (const check of [gradcheck, gradgradcheck, jvpcheck]) {
      expect(errorOf(() => check(product, inputs)).message).toBe(
        `${check.name}: argument 1.b [1, 0] is ${text}; differences need finite inputs: give a finite value there, or take ` +
          "a tensor that is constant from outside the function",
      );
      expect(errorOf(() => check((a: AnyTensor) => exp(a), [wide(value)])).message).toContain(
        `${check.name}: argument 0 is ${text};`,
      );
    }
  });

  test("no float among the arguments, or among the results", () => {
    const integers = tensor([1, 2], { dtype: "int32" }) as AnyTensor;
    expect(errorOf(() => gradcheck((a: AnyTensor) => a, [integers])).message).toBe(
      "gradcheck: no argument has a float tensor; there is nothing to differentiate",
    );
    expect(errorOf(() => gradgradcheck((a: AnyTensor) => cast(a, "int32"), [x])).message).toBe(
      "gradgradcheck: the function gives no float tensor; there is nothing to differentiate",
    );
  });
});
