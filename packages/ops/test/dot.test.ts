import { type AnyTensor, gradients, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { dot } from "../src/index.ts";

const pairs = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })));

describe("dot", () => {
  property.prop([pairs])("is Σ aᵢ bᵢ; each one's gradient is the other", (rows) => {
    const [left, right] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
    const [a, b]: AnyTensor[] = [tensor(left, { dtype: "float64" }), tensor(right, { dtype: "float64" })];
    const y = dot(a, b);
    expect(y.shape).toEqual([]);
    expect(y.item()).toBe(rows.reduce((total, [p, q]) => total + p * q, 0));
    const [slopeA, slopeB] = gradients(y as never, [a, b]);
    expect((slopeA.toArray() as number[]).map((v) => v + 0)).toEqual(right.map((v) => v + 0));
    expect((slopeB.toArray() as number[]).map((v) => v + 0)).toEqual(left.map((v) => v + 0));
  });
  test("of integers is an integer", () => {
    const y = dot(tensor([1, 2], { dtype: "int32" }), tensor([3, 4], { dtype: "int32" }));
    expect([y.item(), y.dtype]).toEqual([11, "int32"]);
  });
  test("names lengths that differ and ranks that are not 1", () => {
    // @ts-expect-error dot: lengths 2 and 3 differ
    expect(() => dot(zeros([2]), zeros([3]))).toThrow(new ShapeError("dot", "lengths 2 and 3 differ"));
    expect(() => dot(zeros([2]), zeros([2, 2]))).toThrow(
      new ShapeError("dot", "[2, 2] has rank 2; expected 1, or use matmul"),
    );
  });
  test("is a scalar", () => {
    expectTypeOf(dot(zeros([2]), zeros([2]))).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(dot(zeros([2]), zeros([2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[], "float64">>();
    expectTypeOf(dot(zeros([2]), zeros([2 as number]))).toEqualTypeOf<Tensor<[]>>();
  });
});
