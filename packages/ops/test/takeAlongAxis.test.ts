import {
  type AnyTensor,
  argsort,
  DTypeError,
  gradients,
  IndexError,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { takeAlongAxis } from "../src/index.ts";

describe("takeAlongAxis", () => {
  property.prop([fc.constantFrom(0, 1, 2, -1, -2, -3)])("takes each element from its own row", (axis) => {
    const values = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i));
    const x: AnyTensor = tensor(values, [2, 3, 4]);
    const order = argsort(x, { axis });
    const place = axis < 0 ? axis + 3 : axis;
    const strides = [12, 4, 1];
    const expected = [...order.toTypedArray()].map((k, i) => {
      const along = Math.floor(i / strides[place]) % x.shape[place];
      return values[i + (k - along) * strides[place]];
    });
    const y = takeAlongAxis(x, order, { axis });
    expect([...y.toTypedArray()]).toEqual(expected);
    const [slope] = gradients(sum(mul(y, y) as AnyTensor) as never, [x]);
    expect([...slope.toTypedArray()]).toEqual([...values].map((value) => 2 * value));
  });
  test("the indices may be fewer or more than the elements; repeated ones add up in the gradient", () => {
    const x: AnyTensor = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const indices: AnyTensor = tensor(
      [
        [2, 2, 0, 2],
        [1, 1, 1, 0],
      ],
      { dtype: "int32" },
    );
    const y = takeAlongAxis(x, indices);
    expect(y.toArray()).toEqual([
      [3, 3, 1, 3],
      [5, 5, 5, 4],
    ]);
    expect(gradients(sum(y) as never, [x])[0].toArray()).toEqual([
      [1, 0, 3],
      [1, 3, 0],
    ]);
    const label = tensor([[0], [2]], { dtype: "uint8" });
    expect(takeAlongAxis(x, label).toArray()).toEqual([[1], [6]]);
  });
  test("uint8 indices reach beyond 255 elements", () => {
    const x = tensor(
      Float32Array.from({ length: 600 }, (_, i) => i),
      [3, 200],
    );
    expect(takeAlongAxis(x, tensor([[199], [0], [7]], { dtype: "uint8" })).toArray()).toEqual([
      [199],
      [200],
      [407],
    ]);
  });
  test("empty rows stay empty", () => {
    expect(takeAlongAxis(zeros([0, 3]), zeros([0, 2], { dtype: "int32" })).shape).toEqual([0, 2]);
    expect(takeAlongAxis(zeros([2, 3]), zeros([2, 0], { dtype: "int32" })).shape).toEqual([2, 0]);
  });
  test("the errors name what was given", () => {
    const first = zeros([2, 1], { dtype: "int32" });
    // @ts-expect-error there is no axis 2
    expect(() => takeAlongAxis(zeros([2, 3]), first, { axis: 2 })).toThrow(
      new ShapeError("takeAlongAxis", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    // @ts-expect-error takeAlongAxis: indices [3, 1] for [2, 3]; expected equal dimensions but on axis 1
    expect(() => takeAlongAxis(zeros([2, 3]), zeros([3, 1], { dtype: "int32" }))).toThrow(
      new ShapeError("takeAlongAxis", "indices [3, 1] for [2, 3]; expected equal dimensions but on axis 1"),
    );
    // @ts-expect-error takeAlongAxis: indices [2] for [2, 3]; expected equal dimensions but on axis 1
    expect(() => takeAlongAxis(zeros([2, 3]), zeros([2], { dtype: "int32" }))).toThrow(
      new ShapeError("takeAlongAxis", "indices [2] for [2, 3]; expected equal dimensions but on axis 1"),
    );
    expect(() => takeAlongAxis(zeros([2, 3]), zeros([2, 1]))).toThrow(
      new DTypeError(
        "takeAlongAxis",
        'indices are float32; expected int32 or uint8, as cast(indices, "int32") gives',
      ),
    );
    expect(() => takeAlongAxis(zeros([2, 3]), tensor([[0], [3]], { dtype: "int32" })).toArray()).toThrow(
      new IndexError("takeAlongAxis", "index 3 is out of range for axis 1 of dimension 3"),
    );
  });
  test("has the type of the indices' shape and of the dtype", () => {
    const indices = zeros([2, 1], { dtype: "int32" });
    expectTypeOf(takeAlongAxis(zeros([2, 3], { dtype: "float64" }), indices)).toEqualTypeOf<
      Tensor<[2, 1], "float64">
    >();
  });
});
