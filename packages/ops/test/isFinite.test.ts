import { type AnyTensor, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { isFinite as op } from "../src/index.ts";
import { floats } from "./elementwise.ts";
import { lowered } from "./lowered.ts";

const edges = [0, -0, 1e-45, 3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

describe("isFinite", () => {
  property.prop([floats("float64")])("says what JavaScript says", (value) => {
    expect(op(tensor(value, { dtype: "float64" })).item()).toBe(Number.isFinite(value));
  });
  test("is right at the edges, and what it lowers to", () => {
    const x: AnyTensor = tensor(edges);
    const expected = edges.map((value) => Number.isFinite(value));
    expect(op(x).toArray()).toEqual(expected);
    expect(lowered(op(x), [x]).toArray()).toEqual(expected);
  });
  test("of integers is that of numbers", () => {
    const value = 5;
    expect(op(tensor([value], { dtype: "int32" })).toArray()).toEqual([Number.isFinite(value)]);
    expect(lowered(op(tensor([value], { dtype: "int32" }))).toArray()).toEqual([Number.isFinite(value)]);
  });
  test("is bool, of the same shape", () => {
    expectTypeOf(op(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
  });
});
