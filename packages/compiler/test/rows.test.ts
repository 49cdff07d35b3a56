import { type AnyTensor, apply, matmul, mul, primitives, reshape, slice, sum, take } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { type CompilerOptions, compileGraph, type LoopProgram, printProgram } from "../src/index.ts";
import { input } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;
/** aᵀ b, as gradients have it. */
const transposedProduct = (a: unknown, b: unknown): AnyTensor =>
  apply(primitives.matmul, [node(a), node(b)], { transposeA: true, transposeB: false });

const samples = input([100, 6]);
const images = input([100, 2, 3]);
const rows = input([8], "int32");
const weight = input([6, 5]);
const cotangent = input([8, 5]);
const columns = input([6], "int32");
const small = input([3, 5]);
const four = input([4], "int32");
const inputs = [samples, images, rows, weight, cotangent, columns, small, four];

type ReadsRows = NonNullable<CompilerOptions["readsRows"]>;

/** Products read the rows of their first operand where they are. */
const byProducts: ReadsRows = ({ op }, at) => op === primitives.matmul && at === 0;

function programOf(outputs: readonly unknown[], readsRows = byProducts): LoopProgram {
  return compileGraph({ inputs, outputs: outputs.map(node) }, { isNative: () => false, readsRows });
}

/** The op kernels, by name. */
const opsOf = ({ kernels }: LoopProgram): string[] =>
  kernels.flatMap((kernel) => (kernel.kind === "op" && !kernel.op.checks ? [kernel.op.name] : []));

const batch = take(samples, rows);
const forward = matmul(batch, weight);
const backward = transposedProduct(batch, cotangent);

describe("a gather of rows that products read", () => {
  test("is left out, and the products are told the indices", () => {
    const program = programOf([forward, backward]);
    expect(opsOf(program)).toEqual(["matmul", "matmul"]);
    for (const kernel of program.kernels) {
      if (kernel.kind !== "op" || kernel.op.checks) continue;
      const [values] = kernel.inputs;
      expect(values).toMatchObject({ shape: [8, 6], rows: { shape: [8], dtype: "int32" } });
      expect(program.buffers[values.buffer].place).toEqual({ kind: "input", index: 0 });
      expect(program.buffers[values.rows?.buffer ?? -1].place).toEqual({ kind: "input", index: 2 });
    }
    expect(printProgram(program)).toMatch(
      /matmul\(b0\[b2 \[8\]\] \[8, 6\], b3 \[6, 5\]\); 480 flops, 504 bytes/,
    );
  });

  test("is left out where the products read it with fewer axes", () => {
    expect(opsOf(programOf([matmul(reshape(take(images, rows), [8, 6]), weight)]))).toEqual(["matmul"]);
  });

  test.each([
    ["it is a result itself", [forward, batch]],
    ["a loop reads it too", [forward, sum(mul(batch, batch))]],
    ["a product reads it as its second operand too", [forward, transposedProduct(cotangent, batch)]],
    ["it takes from another axis", [matmul(take(samples, columns, { axis: 1 }), weight)]],
    [
      "what is a row to the product is half of one, and the indices are half of an array",
      [matmul(reshape(take(samples, slice(four, [0], [2])), [4, 3]), small)],
    ],
    ["what is a row to the product is half of one", [matmul(reshape(batch, [16, 3]), small)]],
  ])("stays where %s", (_, outputs) => {
    expect(opsOf(programOf(outputs))).toContain("take");
  });

  test("stays where a backend does not read rows in place, in one of the products or at all", () => {
    const isForward: ReadsRows = ({ attributes }) => attributes.transposeA !== true;
    expect(opsOf(programOf([forward, backward], isForward))).toContain("take");
    expect(opsOf(compileGraph({ inputs, outputs: [node(forward)] }, { isNative: () => false }))).toContain(
      "take",
    );
  });
});
