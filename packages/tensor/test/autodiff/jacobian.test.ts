import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  cast,
  compile,
  concat,
  type DType,
  hessian,
  jacobian,
  matmul,
  mul,
  pow,
  type Shape,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("jacobian", () => {
  test("has the axes of the result, then those of the argument", () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const j = jacobian((x: Tensor<[3, 1]>) => matmul(a, x))(zeros([3, 1]));
    expect(j.shape).toEqual([2, 1, 3, 1]);
    expect(j.reshape([2, 3]).toArray()).toEqual(a.toArray());
  });
  test("of a scalar by a scalar is a scalar; of elementwise functions a diagonal", () => {
    expect(jacobian((x: Tensor<[]>) => mul(x, x))(tensor(3)).toArray()).toBe(6);
    expect(jacobian((x: Tensor<[2]>) => mul(x, x))(tensor([1, 2])).toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
  });
  test("of what does not depend on the argument, or has no elements", () => {
    expect(jacobian((_: Tensor<[2]>) => tensor([1, 2, 3]))(tensor([1, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(jacobian((x: Tensor<[2]>) => x.slice([2]))(tensor([1, 2])).shape).toEqual([0, 2]);
    expect(jacobian((x: Tensor<[0]>) => concat([x, tensor([1])]))(zeros([0])).shape).toEqual([1, 0]);
  });
  test("is by the argument that is asked for, in its dtype", () => {
    const f = (a: Tensor<[2]>, b: Tensor<[2], "float64">): Tensor<[2], "float64"> => mul(a, b);
    const j = jacobian(f, { argument: 1 })(tensor([1, 2]), tensor([3, 4], { dtype: "float64" }));
    expect([j.dtype, j.toArray()]).toEqual([
      "float64",
      [
        [1, 0],
        [0, 2],
      ],
    ]);
    expectTypeOf(j).toEqualTypeOf<Tensor<Shape, "float64">>();
  });
  test("works compiled", () => {
    expect(compile(jacobian((x: Tensor<[2]>) => pow(x, 3)))(tensor([1, 2])).toArray()).toEqual([
      [3, 0],
      [0, 12],
    ]);
  });
  test("refuses what is no float tensor", () => {
    const call = (fn: (x: AnyTensor) => unknown, x: unknown): string =>
      failure(() => jacobian(fn as never)(x as never));
    expect(call((x) => [x], tensor([1]))).toBe(
      "ShapeError: jacobian: the function gives an array; expected one tensor, or use vjp for trees",
    );
    expect(call((x) => cast(x, "int32"), tensor([1]))).toBe(
      "DTypeError: jacobian: the function gives int32; expected a float tensor",
    );
    expect(call((x) => x, [tensor([1])])).toBe(
      "ShapeError: jacobian: argument 0 is no tensor; expected one tensor, or use vjp for trees",
    );
    expect(call((x) => x, tensor([1], { dtype: "int32" }))).toContain(
      "DTypeError: jacobian: int32 [1] has no gradient",
    );
  });
});

describe("hessian", () => {
  test("of a quadratic form is A + Aᵀ", () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    const form = (x: Tensor<[2]>): Tensor<[]> => sum(mul(x, matmul(a, x.reshape([2, 1])).reshape([2])));
    expect(hessian(form)(tensor([5, 7])).toArray()).toEqual([
      [2, 5],
      [5, 8],
    ]);
  });
  test("of any rank", () => {
    const cubes = (x: Tensor<Shape, DType>): Tensor<[]> => sum(pow(x, 3)) as unknown as Tensor<[]>;
    expect(hessian(cubes)(tensor(2)).toArray()).toBe(12);
    const h = hessian(cubes)(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(h.shape).toEqual([2, 2, 2, 2]);
    const flat = Array.from(h.toTypedArray());
    expect(flat).toEqual(flat.map((_, i) => (i % 5 === 0 ? 6 * (i / 5 + 1) : 0)));
  });
  test("of a linear function is zeros", () => {
    expect(hessian((x: Tensor<[2]>) => sum(x))(tensor([1, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});
