import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  add,
  compile,
  customGradient,
  exp,
  grad,
  gradients,
  hessian,
  jvp,
  mul,
  parameter,
  sin,
  stopGradient,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

type Scalar = Tensor<[]>;

/** x² with half its gradient: the rule is written in ops, so that derivatives of any order follow from it. */
const halved = customGradient(
  (x: Scalar) => mul(x, x),
  ({ inputs: [x], cotangent }) => [mul(cotangent, x)],
);

describe("customGradient", () => {
  test("has the function's value and the rule's derivative", () => {
    expect(halved(tensor(3)).item()).toBe(9);
    expect(grad(halved)(tensor(3)).item()).toBe(3);
    expectTypeOf(halved(tensor(3))).toEqualTypeOf<Scalar>();
    expect(jvp(halved, [tensor(3)], [tensor(2)])[1].item()).toBe(6);
  });
  test("is differentiated further by its rule", () => {
    expect(grad(grad(halved))(tensor(3)).item()).toBe(1);
    expect(hessian(halved)(tensor(3)).toArray()).toBe(1);
    const rule = customGradient(
      (x: Scalar) => exp(x),
      ({ inputs: [x], output, cotangent }) => [mul(cotangent, mul(output, sin(x)))],
    );
    // ȳ eˣ sin x; the derivative of e^x in it is the rule's again: eˣ sin² x + eˣ cos x.
    const x = 0.7;
    expect(grad(grad(rule))(tensor(x)).item()).toBeCloseTo(Math.exp(x) * (Math.sin(x) ** 2 + Math.cos(x)), 5);
  });
  test("takes several arguments, whose cotangents may be zero or integers' none", () => {
    const f = customGradient(
      (a: Tensor<[2]>, b: Tensor<[2]>, _: Tensor<[2], "int32">) => mul(a, b),
      ({ cotangent }) => [mul(cotangent, 7), undefined, undefined],
    );
    const whole = tensor([1, 2], { dtype: "int32" });
    const loss = (a: Tensor<[2]>, b: Tensor<[2]>): Scalar => sum(f(a, b, whole));
    expect(grad(loss)(tensor([1, 2]), tensor([3, 4])).toArray()).toEqual([7, 7]);
    expect(grad(loss, { argument: 1 })(tensor([1, 2]), tensor([3, 4])).toArray()).toEqual([0, 0]);
  });
  test("takes any number of arguments, and asks for as many cotangents", () => {
    const shift = tensor(5);
    const f = customGradient(
      (...x: readonly Scalar[]) => add(x[0], x[1] ?? shift),
      ({ inputs, cotangent }) => inputs.map((_, i) => mul(cotangent, 10 ** i)),
    );
    const [a, b] = [tensor(1), tensor(2)];
    expect([f(a).item(), f(a, b).item()]).toEqual([6, 3]);
    expect(gradients(f(a), [a]).map((g) => g.item())).toEqual([1]);
    expect(gradients(f(a, b), [a, b]).map((g) => g.item())).toEqual([1, 10]);
    expect(f(a).op).toBe(f(b).op);
  });
  test("sums a cotangent of a broadcast shape to its argument", () => {
    const f = customGradient(
      (a: Scalar) => mul(a, tensor([1, 2, 3])),
      ({ cotangent }) => [cotangent],
    );
    expect(grad((a: Scalar) => sum(f(a)))(tensor(2)).item()).toBe(3);
  });
  test("works compiled, on parameters and on what is captured as a constant", () => {
    const w = parameter(tensor(3));
    const scale = mul(tensor(2), 5);
    const f = customGradient(
      (x: Scalar) => mul(mul(x, scale), stopGradient(w)),
      ({ cotangent }) => [mul(cotangent, 100)],
    );
    f(w as unknown as Scalar).backward();
    expect([f(w as unknown as Scalar).item(), w.grad?.item()]).toEqual([90, 100]);
    const both = compile((x: Scalar) => [f(x), grad(f)(x)] as const);
    expect(both(tensor(2)).map((y) => y.item())).toEqual([60, 100]);
    expect(
      compile((x: Scalar, s: Scalar) =>
        customGradient(
          (y: Scalar) => mul(y, s),
          ({ cotangent }) => [cotangent],
        )(x),
      )(tensor(2), tensor(4)).item(),
    ).toBe(8);
  });
  test("refuses to capture what would lose its gradient", () => {
    const w = parameter(tensor([1, 2]));
    const capture = (hidden: AnyTensor): string =>
      failure(() =>
        customGradient(
          (x: AnyTensor) => mul(x, hidden),
          ({ cotangent }) => [cotangent],
        )(tensor([1, 2])),
      );
    const wayOut = "which would get no gradient; pass it as an argument, or wrap it in stopGradient()";
    expect(capture(w)).toBe(
      `GraphError: customGradient: the function reads a parameter, of shape [2], ${wayOut}`,
    );
    const dependent = `GraphError: customGradient: the function reads what depends on a parameter or on a differentiated argument, of shape [2], ${wayOut}`;
    expect(capture(mul(w, 2))).toBe(dependent);
    expect(
      failure(() =>
        grad((x: Tensor<[2]>) =>
          sum(
            customGradient(
              (y: Tensor<[2]>) => mul(y, x),
              ({ cotangent }) => [cotangent],
            )(x),
          ),
        )(tensor([1, 2])),
      ),
    ).toBe(dependent);
    expect(capture(stopGradient(w))).toBe("nothing was thrown");
    expect(capture(tensor([3, 4]))).toBe("nothing was thrown");
  });
  test("refuses a rule that gives no array of cotangents, and a function that gives no tensor", () => {
    const by = (rule: (cotangent: Scalar) => unknown): string =>
      failure(() =>
        grad(
          customGradient((x: Scalar) => mul(x, 2), (({ cotangent }: { cotangent: Scalar }) =>
            rule(cotangent)) as never),
        )(tensor(1)),
      );
    const expected = "expected an array with one for each of the 1 arguments, undefined where it is zero";
    expect(by((ct) => ct)).toBe(`GraphError: customGradient: the rule gives no array; ${expected}`);
    expect(by((ct) => [ct, ct])).toBe(`GraphError: customGradient: the rule gives 2 cotangents; ${expected}`);
    expect(by(() => [])).toContain("the rule gives 0 cotangents");
    expect(failure(() => customGradient((() => 3) as never, () => [])())).toBe(
      "ShapeError: customGradient: the function must give one tensor",
    );
  });
});
