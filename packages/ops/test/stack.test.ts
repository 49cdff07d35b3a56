import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { stack } from "../src/index.ts";

describe("stack", () => {
  property.prop([fc.integer({ min: 1, max: 4 }), fc.integer({ min: -3, max: 2 })])(
    "each tensor is a slice of the result",
    (count, axis: number) => {
      const parts: AnyTensor[] = Array.from({ length: count }, (_, k) =>
        tensor([
          [k, 1, 2],
          [3, k, 5],
        ]),
      );
      const y: AnyTensor = stack(parts, { axis });
      expect(y.shape.at(axis)).toBe(count);
      parts.forEach((part, k) => {
        expect(y.take(tensor(k, { dtype: "int32" }), { axis }).toArray()).toEqual(part.toArray());
      });
    },
  );
  test("promotes, also scalars", () => {
    const y = stack([tensor(1), tensor(2, { dtype: "float64" })]);
    expect([y.toArray(), y.dtype]).toEqual([[1, 2], "float64"]);
  });
  test("gives each tensor its slice of the cotangent", () => {
    const [a, b]: AnyTensor[] = [zeros([2]), zeros([2])];
    const weighted = mul(
      stack([a, b], { axis: 1 }) as AnyTensor,
      tensor([
        [1, 2],
        [3, 4],
      ]) as AnyTensor,
    );
    const slopes = gradients(sum(weighted as AnyTensor) as never, [a, b]);
    expect(slopes.map((slope) => slope.toArray())).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
  test("names shapes that differ", () => {
    // @ts-expect-error 2 is not 3
    expect(() => stack([zeros([2]), zeros([3])])).toThrow(
      new ShapeError("stack", "[2] and [3] differ; expected equal shapes"),
    );
    expect(() => stack([])).toThrow(
      new ShapeError("stack", "there are no tensors to stack; give at least one"),
    );
    // @ts-expect-error the result has axes 0 and 1
    expect(() => stack([zeros([2])], { axis: 2 })).toThrow(
      new ShapeError("stack", "axis 2 is out of range for [2, 1]: axes go from -2 to 1"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(stack([zeros([2, 3]), zeros([2, 3])], { axis: -1 })).toEqualTypeOf<Tensor<[2, 3, 2]>>();
    expectTypeOf(stack([zeros([2]), zeros([2]), zeros([2])])).toEqualTypeOf<Tensor<[3, 2]>>();
  });
});
