import {
  type AnyTensor,
  add,
  apply,
  checkpoint,
  composite,
  div,
  explain,
  grad,
  installRules,
  log,
  mul,
  parameter,
  rulesOf,
  sgd,
  sigmoid,
  slice,
  softmax,
  stabilisingRules,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "adjoint";
import { afterEach, describe, expect, test } from "vitest";
import { lineBelow, withoutColumns } from "./tools.ts";

afterEach(() => {
  installRules(stabilisingRules);
});

describe("explain", () => {
  test("says what was written where, what replaces it, why, and how exact both are", () => {
    const line = lineBelow(1);
    const naive = (z: AnyTensor) => log(slice(softmax(z), [1]));
    expect(withoutColumns(explain(naive)(tensor([1000, 0])))).toBe(
      [
        "log(slice(softmax(x))) → slice(logSoftmax(x))",
        "  the logarithm is taken part by part, before a part overflows or underflows",
        "  softmax underflows to 0 where its logarithm is a number of ordinary size",
        "  with x: float32[2]",
        `  written at ${line}`,
        "  off by ∞ at worst as written, by 0 as rewritten",
      ].join("\n"),
    );
  });

  test("each rewrite once, also in what a function differentiates", () => {
    const line = lineBelow(1);
    const f = (z: Tensor<[1]>) => sum(log(sigmoid(z)));
    const text = withoutColumns(explain(valueAndGrad(f))(tensor([-200])));
    expect(text.match(/→/g)).toHaveLength(1);
    expect(text).toContain("log(sigmoid(x)) → logSigmoid(x)");
    expect(text).toContain(`written at ${line}\n  off by ∞ at worst as written, by 0 as rewritten`);
  });

  test("measures at the arguments and in the dtype that are given", () => {
    const f = (x: AnyTensor) => log(add(1, x));
    const errors = (x: AnyTensor) =>
      explain(f)(x)
        .match(/off by (\S+) at worst as written, by (\S+) as/)
        ?.slice(1)
        .map(Number);
    // 1 + 2⁻³⁰ is 1 in float32, and in float64 exact; 1 + 10⁻¹⁰ has 6 digits of the 10⁻¹⁰ in float64.
    const [before, after] = errors(tensor([2 ** -30])) as number[];
    expect([before, after < 2 ** -23]).toEqual([1, true]);
    const [wide] = errors(tensor([1e-10], { dtype: "float64" })) as number[];
    expect(Math.abs(wide / (Math.abs(1 + 1e-10 - 1 - 1e-10) / 1e-10) - 1)).toBeLessThan(0.05);
  });

  test("says where a gradient's formula comes from", () => {
    const halfOp = composite("half", {
      lower: ([x]) => mul(-0.5, x) as AnyTensor,
      replaces: [{ written: (x) => div(mul(-1, x), 2) as AnyTensor, because: "it is shorter" }],
    });
    const ownOp = composite("own", {
      lower: ([x]) => div(1, x) as AnyTensor,
      vjp: ({ cotangent }) => [div(mul(-1, cotangent), 2) as AnyTensor],
    });
    installRules(rulesOf(halfOp));
    const line = lineBelow(1);
    const own = (x: Tensor<[]>) => apply(ownOp, [x]) as Tensor<[]>;
    expect(withoutColumns(explain(grad(own))(tensor(3)))).toBe(
      [
        "div(mul(-1, 1), 2) → half(1)",
        "  it is shorter",
        `  in the gradient of ${line}`,
        "  off by 0 at worst as written, by 0 as rewritten",
      ].join("\n"),
    );
  });

  test("changes no parameter, and knows their values", () => {
    const w = parameter(tensor([1000, 0]), { name: "w" });
    const optimizer = sgd([w], { learningRate: 0.1 });
    const step = () => {
      const loss = sum(log(slice(softmax(w), [1])));
      optimizer.minimize(loss);
      return loss;
    };
    expect(explain(step)()).toContain("off by ∞ at worst as written, by 0 as rewritten");
    expect(w.toArray()).toEqual([1000, 0]);
  });

  test("leaves out errors where a part has no number", () => {
    const inner = checkpoint((x: Tensor<[2]>) => sum(log(softmax(x))));
    const text = explain(inner)(tensor([1, 2]));
    expect(text).toContain("→");
    expect(text).not.toContain("off by");
  });

  test("has nothing to say of what needs no rewriting", () => {
    expect(explain((x: AnyTensor) => sub(x, 2))(tensor([1]))).toBe("nothing to rewrite");
  });
});
