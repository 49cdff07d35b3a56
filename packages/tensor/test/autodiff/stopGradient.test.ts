import { describe, expect, expectTypeOf, test } from "vitest";
import { add, grad, jvp, mul, parameter, stopGradient, sum, type Tensor, tensor } from "../../src/index.ts";

describe("stopGradient", () => {
  test("keeps the value, dtype and type, and lets nothing through", () => {
    const x = tensor([1, 2], { dtype: "float64" });
    expect(stopGradient(x).toArray()).toEqual([1, 2]);
    expect(stopGradient(tensor([3], { dtype: "int32" })).dtype).toBe("int32");
    expectTypeOf(stopGradient(x)).toEqualTypeOf<Tensor<[2], "float64">>();
    const f = (t: Tensor<[]>): Tensor<[]> => add(mul(t, stopGradient(t)), stopGradient(mul(t, t)));
    expect(grad(f)(tensor(3)).item()).toBe(3);
    expect(grad(grad(f))(tensor(3)).item()).toBe(0);
    expect(jvp(f, [tensor(3)], [tensor(1)])[1].item()).toBe(3);
  });
  test("hides parameters from backward", () => {
    const [w, v] = [parameter(tensor([1, 2])), parameter(tensor([3, 4]))];
    sum(mul(w, v)).backward();
    sum(mul(w, stopGradient(v))).backward();
    expect([w.grad?.toArray(), v.grad?.toArray()]).toEqual([
      [6, 8],
      [1, 2],
    ]);
  });
});
