import { type AnyTensor, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logicalNot } from "../src/index.ts";
import { lowered } from "./lowered.ts";

describe("logicalNot", () => {
  test.each([
    [tensor([true, false]), [false, true]],
    [tensor([0, -0, 2, Number.NaN]), [true, true, false, false]],
    [tensor([0, 7], { dtype: "uint8" }), [true, false]],
  ] as [AnyTensor, boolean[]][])("of %s is %o", (x, expected) => {
    expect(logicalNot(x).toArray()).toEqual(expected);
    expect(lowered(logicalNot(x), [x]).toArray()).toEqual(expected);
  });
  test("is bool, of the same shape", () => {
    expectTypeOf(logicalNot(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
    expect(logicalNot(zeros([0])).toArray()).toEqual([]);
  });
});
