import { relu } from "@adjoint/ops";
import { mul, type Tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { dense, dropout, flatten, layer, sequential, summary } from "../src/index.ts";
import { printed } from "./printed.ts";

const quiet = { log: () => {} };

describe("summary", () => {
  test("lists layers, output shapes and numbers of parameters", () => {
    const model = sequential(
      dense(784, 25, { activation: "relu" }),
      dropout(0.2),
      dense(25, 1500),
      relu,
      dense(1500, 10),
    );
    expect(summary(model, quiet)).toBe(
      [
        "layer          output shape   parameters",
        "────────────────────────────────────────",
        "dense (relu)   [batch, 25]        19,625",
        "dropout (0.2)  [batch, 25]             2",
        "dense          [batch, 1500]      39,000",
        "relu           [batch, 1500]           0",
        "dense          [batch, 10]        15,010",
        "────────────────────────────────────────",
        "parameters: 73,637 (trainable 73,635, other 2)",
      ].join("\n"),
    );
  });

  test("prints, and computes nothing: random keys stay", async () => {
    const model = sequential(dense(2, 3), dropout(0.5));
    const before = model.stateDict();
    let text = "";
    const lines = await printed(() => {
      text = model.summary();
    });
    expect(lines).toEqual([text]);
    expect(model.stateDict()).toEqual(before);
  });

  test("shared parameters count once in the sum", () => {
    const shared = dense(3, 3);
    expect(summary(sequential(shared, shared), quiet)).toContain("parameters: 12 (trainable 12, other 0)");
  });

  test("a model that takes any shape needs one", () => {
    const model = sequential(flatten(), dense(6, 2));
    expect(model.summary({ inputShape: [2, 3], ...quiet })).toContain("flatten  [batch, 6]             0");
    expect(() => model.summary(quiet)).toThrow(
      "summary: the first layer takes any shape; give that of one row, such as { inputShape: [784] }",
    );
    expect(() => model.summary({ inputshape: [2] } as never)).toThrow('did you mean "inputShape"?');
  });

  test("a layer of one's own, and a function without a name", () => {
    const double = layer({}, (x: Tensor<[number, 3]>) => mul(x, 2), { name: "double", inputShape: [3] });
    expect(summary(double, quiet).split("\n")[2]).toBe("double  [batch, 3]             0");
    expect(
      summary(
        sequential(dense(2, 2), (x) => mul(x, 2)),
        quiet,
      ),
    ).toContain("function");
  });
});
