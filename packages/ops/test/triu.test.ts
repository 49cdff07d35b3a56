import { type AnyTensor, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { triu } from "../src/index.ts";
import { derivative } from "./elementwise.ts";

describe("triu", () => {
  property.prop([fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })])(
    "keeps one triangle, and so does its gradient",
    (m, n) => {
      const x: AnyTensor = tensor(
        Float32Array.from({ length: m * n }, (_, i) => i + 1),
        [m, n],
      );
      const entry = (f: (i: number, j: number) => number): number[][] =>
        Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => (j >= i ? f(i, j) : 0)));
      expect(triu(x).toArray()).toEqual(entry((i, j) => i * n + j + 1));
      expect(derivative(triu(x), x).toArray()).toEqual(entry(() => 1));
    },
  );
  test("goes over a batch and keeps the dtype", () => {
    const x = tensor(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      { dtype: "int32" },
    );
    expect(triu(x).toArray()).toEqual([
      [
        [1, 2],
        [0, 4],
      ],
    ]);
    expectTypeOf(triu(x)).toEqualTypeOf<Tensor<[1, 2, 2], "int32">>();
  });
  test("names a rank below 2", () => {
    expect(() => triu(zeros([2]))).toThrow(new ShapeError("triu", "[2] has rank 1; expected at least 2"));
  });
});
