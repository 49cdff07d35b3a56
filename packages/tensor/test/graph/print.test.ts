import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  matmul,
  mul,
  parameter,
  printGraph,
  slice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

describe("printGraph", () => {
  const x = tensor([[1, 2]]);
  const w = parameter(zeros([2, 3]));
  const y = sum(mul(matmul(x, w), 0.5), { axis: 1 });

  test("as text has one node a line, inputs before what uses them", () => {
    expect(printGraph(y)).toBe(
      [
        "%0: float32[1, 2] = data",
        "%1: float32[2, 3] = parameter",
        "%2: float32[1, 3] = matmul {transposeA: false, transposeB: false}(%0, %1)",
        "%3: float32[] = 0.5",
        "%4: float32[1, 3] = mul(%2, %3)",
        "%5: float32[1] = sum {axes: [1], keepDims: false}(%4)",
      ].join("\n"),
    );
  });
  test("as DOT is a digraph with leaves as boxes", () => {
    expect(printGraph(add(x, x), "dot")).toBe(
      [
        "digraph {",
        '  n0 [label="data\\nfloat32[1, 2]", shape=box];',
        '  n1 [label="add\\nfloat32[1, 2]"];',
        "  n0 -> n1;",
        "  n0 -> n1;",
        "}",
      ].join("\n"),
    );
  });
  test("as Mermaid is a flow chart", () => {
    expect(printGraph(add(x, x), "mermaid")).toBe(
      [
        "flowchart TD",
        '  n0["data<br>float32[1, 2]"]',
        '  n1("add<br>float32[1, 2]")',
        "  n0 --> n1",
        "  n0 --> n1",
      ].join("\n"),
    );
  });
  test("shows attributes as they are, and shares what is shared", () => {
    const cut = slice(x, [0, undefined], undefined, [1, -1]);
    expect(printGraph([cut, mul(cut, cut)])).toBe(
      [
        "%0: float32[1, 2] = data",
        "%1: float32[1, 2] = slice {begin: [0,1], count: [1,2], step: [1,-1]}(%0)",
        "%2: float32[1, 2] = mul(%1, %1)",
      ].join("\n"),
    );
  });
  test("computes nothing, also of a traced graph", () => {
    let text = "";
    compile((a: Tensor<[2]>) => {
      text = printGraph(add(a, 1));
      return a;
    })(tensor([1, 2]));
    expect(text).toBe("%0: float32[2] = input\n%1: float32[] = 1\n%2: float32[2] = add(%0, %1)");
  });
});
