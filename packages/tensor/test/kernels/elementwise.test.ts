import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  type AnyTensor,
  abs,
  add,
  cos,
  div,
  equal,
  exp,
  expm1,
  floor,
  grad,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  sin,
  sqrt,
  sub,
  type Tensor,
  tensor,
  where,
} from "../../src/index.ts";
import { element } from "../arbitraries.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const edges = [0, -0, 1, -1, 0.5, -2.5, inf, -inf, nan, 5e-324, 1e-45, 1e308, 3e38, -745, 710];

const unary = [
  ["abs", abs, Math.abs],
  ["neg", neg, (x: number) => -x],
  ["floor", floor, Math.floor],
  ["sqrt", sqrt, Math.sqrt],
  ["exp", exp, Math.exp],
  ["expm1", expm1, Math.expm1],
  ["log", log, Math.log],
  ["log1p", log1p, Math.log1p],
  ["sin", sin, Math.sin],
  ["cos", cos, Math.cos],
] as const;

const binary = [
  ["add", add, (a: number, b: number) => a + b],
  ["sub", sub, (a: number, b: number) => a - b],
  ["mul", mul, (a: number, b: number) => a * b],
  ["div", div, (a: number, b: number) => a / b],
  ["maximum", maximum, Math.max],
  ["minimum", minimum, Math.min],
  ["less", less, (a: number, b: number) => Number(a < b)],
  ["equal", equal, (a: number, b: number) => Number(a === b)],
] as const;

const values = (x: AnyTensor): number[] => Array.from(x.toTypedArray());

describe("an elementwise op is its function in float64, rounded once", () => {
  test.for(unary)("%s", ([, op, f]) => {
    const single = edges.map(Math.fround);
    expect(values(op(tensor(edges, { dtype: "float64" })))).toEqual(edges.map((x) => f(x)));
    expect(values(op(tensor(edges)))).toEqual(single.map((x) => Math.fround(f(x))));
  });
  test.for(binary)("%s, also with one operand stretched, or a number", ([, op, f]) => {
    const n = edges.length;
    const [rows, columns] = [
      tensor(edges, [n, 1], { dtype: "float64" }),
      tensor(edges, { dtype: "float64" }),
    ];
    const table = edges.flatMap((a) => edges.map((b) => f(a, b)));
    expect(values(op(rows, columns))).toEqual(table);
    expect(values(op(rows.broadcastTo([n, n]), columns))).toEqual(table);
    expect(values(op(rows, columns.broadcastTo([n, n])))).toEqual(table);
    for (const edge of edges) {
      expect(values(op(columns, edge))).toEqual(edges.map((a) => f(a, edge)));
      expect(values(op(edge, columns))).toEqual(edges.map((b) => f(edge, b)));
      expect(values(op(tensor([edge], { dtype: "float64" }), columns))).toEqual(edges.map((b) => f(edge, b)));
    }
  });
  property.prop([fc.array(fc.tuple(element("float32"), element("float32")), { minLength: 1 })])(
    "in float32",
    (pairs) => {
      const [a, b] = [0, 1].map((i) => tensor(pairs.map((pair) => pair[i])));
      for (const [, op, f] of binary)
        expect(values(op(a, b))).toEqual(pairs.map(([x, y]) => Math.fround(f(x, y))));
    },
  );
  test("of three operands chooses by the first, with each stretched", () => {
    const [t, f] = [tensor([1, nan, -0]), tensor([inf, 5, 6])];
    expect(values(where(tensor([true, false, true]), t, f))).toEqual([1, 5, -0]);
    expect(values(where(tensor(false), t, f))).toEqual([inf, 5, 6]);
    expect(values(where(tensor([true, false, true]), t, -1))).toEqual([1, -1, -0]);
    expect(values(where(tensor([true, false, true]), nan, f))).toEqual([nan, 5, nan]);
    expect(values(where(tensor([2, 0, -1], { dtype: "int32" }), 1, 0))).toEqual([1, 0, 1]);
  });
});

describe("gradients at ties, kinks and NaN", () => {
  type Scalar = Tensor<[]>;
  const slopes = (op: (a: Scalar, b: Scalar) => Scalar, a: number, b: number): unknown[] =>
    [0, 1].map((argument) => grad(op, { argument })(tensor(a), tensor(b)).item());

  test("maximum and minimum give half to each of equals", () => {
    expect(slopes(maximum, 2, 1)).toEqual([1, 0]);
    expect(slopes(maximum, 1, 1)).toEqual([0.5, 0.5]);
    expect(slopes(maximum, 0, -0)).toEqual([0.5, 0.5]);
    expect(slopes(maximum, inf, inf)).toEqual([0.5, 0.5]);
    expect(slopes(minimum, 2, 1)).toEqual([0, 1]);
    expect(slopes(minimum, -inf, 3)).toEqual([1, 0]);
    for (const op of [maximum, minimum]) {
      expect(slopes(op, nan, 1)).toEqual([nan, nan]);
      expect(slopes(op, 1, nan)).toEqual([nan, nan]);
    }
  });
  test("abs has slope 0 at 0, sqrt infinity, and NaN stays", () => {
    expect([-2, -0, 0, 3, nan].map((x) => grad((t: Scalar) => abs(t))(tensor(x)).item())).toEqual([
      -1,
      -0,
      0,
      1,
      nan,
    ]);
    expect(grad((t: Scalar) => sqrt(t))(tensor(0)).item()).toBe(inf);
  });
});
