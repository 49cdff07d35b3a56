import {
  type AnyTensor,
  add,
  cumsum,
  div,
  exp,
  log,
  matmul,
  max,
  mul,
  reshape,
  sin,
  sqrt,
  sub,
  sum,
  transpose,
} from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { input, loopsOf, opNames, programOf } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;

describe("grouping", () => {
  test("computes softmax cross-entropy and its gradient in one loop over rows", () => {
    const [z, target] = [input([32, 10]), input([32, 10])];
    const shifted = sub(z, max(z, { axis: 1, keepDims: true }));
    const total = sum(exp(shifted), { axis: 1, keepDims: true });
    const losses = sub(log(reshape(total, [32])), sum(mul(target, shifted), { axis: 1 }) as never);
    const gradient = sub(div(exp(shifted), total), target);
    const program = programOf([z, target], [node(losses), node(gradient)]);
    expect(program.kernels).toHaveLength(1);
    const [loop] = loopsOf(program);
    expect([loop.outer, loop.inner, loop.phases]).toEqual([[32], [10], 3]);
    expect(opNames(loop).filter((name) => name === "exp")).toHaveLength(1);
    expect(loop.stores.map(({ node: stored }) => loop.nodes[stored].extent).sort()).toEqual([
      "full",
      "outer",
    ]);
  });

  test("computes an optimizer's step of one parameter in one loop, written over the old values", () => {
    const [w, m, v, gradient] = [0, 1, 2, 3].map(() => input([20, 5]));
    const nextM = add(mul(m, 0.9), mul(gradient, 0.1));
    const nextV = add(mul(v, 0.99), mul(mul(gradient, gradient), 0.01));
    const nextW = sub(w, div(mul(nextM, 0.001), add(sqrt(nextV), 1e-7)));
    const outputs = [nextW, nextM, nextV].map(node);
    const program = programOf([w, m, v, gradient], outputs, [0, 1, 2]);
    expect(program.kernels).toHaveLength(1);
    expect(loopsOf(program)[0].inner).toEqual([100]);
    expect(program.results.map((result) => result.kind === "buffer" && result.over)).toEqual([0, 1, 2]);
  });

  test("joins two loops that a third reads", () => {
    const [a, b] = [input([3, 4]), input([3, 4])];
    expect(programOf([a, b], [node(mul(sin(a), exp(b)))]).kernels).toHaveLength(1);
  });

  test("keeps apart what reads its operand at another place", () => {
    const x = input([4, 4]);
    const y = sin(x);
    const program = programOf([x], [node(mul(y, transpose(y)))]);
    expect(loopsOf(program).map(opNames)).toEqual([["sin"], ["mul"]]);
  });

  test("keeps apart reductions over different axes", () => {
    const x = input([4, 4]);
    const y = sin(x);
    const program = programOf([x], [node(sum(y, { axis: 0 })), node(sum(y, { axis: 1 }))]);
    expect(program.kernels.length).toBe(2);
  });

  test("makes no two kernels that wait for each other", () => {
    // cumsum is no loop: what comes before it and what comes after must not be one loop.
    const x = input([5]);
    const y = sin(x);
    const running = cumsum(y);
    const z = add(exp(running as AnyTensor), y);
    const other = mul(mul(x, x), z);
    const program = programOf([x], [node(z), node(other), node(y)]);
    expect(program.kernels.map(({ kind }) => kind)).toEqual(["loop", "op", "loop"]);
  });

  test("keeps a matrix product between the loops that it needs and that need it", () => {
    const [a, b] = [input([4, 4]), input([4, 4])];
    const left = sin(a);
    const program = programOf([a, b], [node(add(matmul(left, exp(b) as never), left as never))]);
    expect(program.kernels.map(({ kind }) => kind)).toEqual(
      ["loop", "loop", "op", "loop"].slice(-program.kernels.length),
    );
    expect(program.kernels.at(-2)?.kind).toBe("op");
  });
});
