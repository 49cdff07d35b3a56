import { type AnyTensor, cumsum, matmul, mul, sin, slice, sum } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { costOf, kernelTitle, printProgram } from "../src/index.ts";
import { input, programOf } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;

describe("printProgram", () => {
  test("shows buffers, loops with their values and stores, ops, and results", () => {
    const [x, w] = [input([2, 3]), input([3])];
    const rows = sum(mul(sin(x), 2), { axis: 1 });
    const program = programOf([x, w], [node(cumsum(rows)), node(mul(w, 0.5)), x], [undefined, 1, undefined]);
    expect(printProgram(program)).toBe(
      [
        "program: 3 kernels, 64 bytes of scratch",
        "  b0: float32 × 6, input 0",
        "  b1: float32 × 3, input 1",
        "  b2: float32 × 2, output 0",
        "  b3: float32 × 3, output 1",
        "  b4: float32 × 2, scratch + 0",
        "  k0: loop [2] of [3], 2 phases; 18 flops, 32 bytes",
        "    %0: float32 full = b0[3 1]",
        "    %1: float32 full = sin(%0)",
        "    %2: float32 uniform = 2",
        "    %3: float32 full = mul(%1, %2)",
        "    %4: float32 outer phase 1 = sum of %3",
        "    b4[1 0] = %4",
        "  k1: b2 [2] = cumsum(b4 [2], axis = 0); 0 flops, 16 bytes",
        "  k2: loop [] of [3]; 3 flops, 24 bytes",
        "    %0: float32 full = b1[1]",
        "    %1: float32 uniform = 0.5",
        "    %2: float32 full = mul(%0, %1)",
        "    b3[1] = %2",
        "  return b2, b3 over input 1, input 0",
      ].join("\n"),
    );
  });
});

describe("the cost of", () => {
  test("a matrix product is 2·m·k·n operations, and each element once", () => {
    const [a, b] = [input([4, 5, 6]), input([6, 7])];
    const program = programOf([a, b], [node(matmul(a, b as never))]);
    const [kernel] = program.kernels;
    expect(costOf(kernel, program)).toEqual({
      flops: 2 * 4 * 5 * 6 * 7,
      bytes: 4 * (4 * 5 * 6 + 6 * 7 + 4 * 5 * 7),
    });
    expect(kernelTitle(kernel)).toBe("matmul [4, 5, 6] × [6, 7]");
  });
  test("a loop counts each op where it is computed", () => {
    const [x, s] = [input([3, 100]), input([3, 1])];
    const program = programOf([x, s], [node(sin(sum(mul(x, s), { axis: 1 })))]);
    const [kernel] = program.kernels;
    expect(costOf(kernel, program)).toEqual({ flops: 2 * 300 + 3, bytes: 4 * (300 + 3 + 3) });
  });
  test("a copy is none", () => {
    const x = input([10]);
    const program = programOf([x], [node(slice(x, [2], [5]))]);
    expect(costOf(program.kernels[0], program).flops).toBe(0);
    expect(kernelTitle(program.kernels[0])).toBe("copy [3]");
  });
});
