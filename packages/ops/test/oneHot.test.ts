import { DTypeError, IndexError, OptionError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { oneHot } from "../src/index.ts";

describe("oneHot", () => {
  property.prop([fc.array(fc.integer({ min: 0, max: 9 }))])(
    "has one 1 in each row, where the index says",
    (indices) => {
      const y = oneHot(tensor(indices, { dtype: "int32" }), 10);
      expect(y.toArray()).toEqual(
        indices.map((index) => Array.from({ length: 10 }, (_, i) => Number(i === index))),
      );
      expect(y.dtype).toBe("float32");
    },
  );
  test("takes indices of any shape, and gives any dtype", () => {
    expect(oneHot(tensor(1, { dtype: "uint8" }), 2).toArray()).toEqual([0, 1]);
    expect(oneHot(tensor([[0], [1]], { dtype: "int32" }), 2, { dtype: "bool" }).toArray()).toEqual([
      [[true, false]],
      [[false, true]],
    ]);
    expect(oneHot(tensor([255, 0], { dtype: "uint8" }), 300).toArray()[0][255]).toBe(1);
    expect(oneHot(zeros([0], { dtype: "int32" }), 3).shape).toEqual([0, 3]);
  });
  test("an index out of range is an error when run", () => {
    const indices = tensor([0, 3], { dtype: "int32" });
    expect(() => sum(oneHot(indices, 3)).item()).toThrow(
      new IndexError("oneHot", "index 3 is out of range for depth 3"),
    );
    expect(() => oneHot(tensor([-1], { dtype: "int32" }), 3).toArray()).toThrow(
      new IndexError("oneHot", "index -1 is out of range for depth 3"),
    );
  });
  test("float indices and depths that are no count are refused at the call", () => {
    expect(() => oneHot(tensor([0.5]), 3)).toThrow(
      new DTypeError(
        "oneHot",
        'indices are float32; expected int32 or uint8, as cast(indices, "int32") gives',
      ),
    );
    expect(() => oneHot(tensor([0], { dtype: "int32" }), 2.5)).toThrow(
      new OptionError("oneHot", "depth is 2.5; expected a whole number from 0"),
    );
  });
  test("computes the type of the shape", () => {
    const indices = tensor([0, 1], { dtype: "int32" });
    expectTypeOf(oneHot(indices, 3)).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(oneHot(indices, 3, { dtype: "float64" })).toEqualTypeOf<Tensor<[2, 3], "float64">>();
    expectTypeOf(oneHot(indices, 3 as number)).toEqualTypeOf<Tensor<[2, number]>>();
  });
});
