import {
  conv2d,
  dot,
  expandDims,
  greater,
  layerNorm,
  logsumexp,
  maxPool2d,
  mean,
  oneHot,
  outer,
  ravel,
  relu,
  softmax,
  stack,
} from "@adjoint/ops";
import {
  add,
  argmax,
  broadcastTo,
  cast,
  concat,
  div,
  exp,
  less,
  matmul,
  max,
  pad,
  reshape,
  type Shape,
  slice,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  where,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";

const a = zeros([4, 3]);
const b = zeros([3]);
const bytes = zeros([4, 3], { dtype: "uint8" });
const indices = tensor([0, 2], { dtype: "int32" });

/** The shape and dtype as they are, to be compared with the type's. */
function actual({ shape, dtype }: Tensor<Shape, never>): [shape: readonly number[], dtype: string] {
  return [shape, dtype];
}

describe("the type of a result is its shape and dtype", () => {
  test("elementwise", () => {
    expectTypeOf(add(a, b)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(add(a, b) as never)).toEqual([[4, 3], "float32"]);
    expectTypeOf(div(bytes, b)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(div(bytes, b) as never)).toEqual([[4, 3], "float32"]);
    expectTypeOf(add(bytes, 1)).toEqualTypeOf<Tensor<[4, 3], "uint8">>();
    expect(actual(add(bytes, 1) as never)).toEqual([[4, 3], "uint8"]);
    expectTypeOf(exp(bytes)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(exp(bytes) as never)).toEqual([[4, 3], "float32"]);
    expectTypeOf(less(a, 0)).toEqualTypeOf<Tensor<[4, 3], "bool">>();
    expect(actual(less(a, 0) as never)).toEqual([[4, 3], "bool"]);
    expectTypeOf(where(less(b, 0), a, 0)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(where(less(b, 0), a, 0) as never)).toEqual([[4, 3], "float32"]);
    expectTypeOf(cast(a, "float64")).toEqualTypeOf<Tensor<[4, 3], "float64">>();
    expect(actual(cast(a, "float64") as never)).toEqual([[4, 3], "float64"]);
    expectTypeOf(relu(bytes)).toEqualTypeOf<Tensor<[4, 3], "uint8">>();
    expect(actual(relu(bytes) as never)).toEqual([[4, 3], "uint8"]);
    expectTypeOf(greater(a, b)).toEqualTypeOf<Tensor<[4, 3], "bool">>();
    expect(actual(greater(a, b) as never)).toEqual([[4, 3], "bool"]);
  });

  test("reductions", () => {
    expectTypeOf(sum(bytes, { axis: 0 })).toEqualTypeOf<Tensor<[3], "int32">>();
    expect(actual(sum(bytes, { axis: 0 }) as never)).toEqual([[3], "int32"]);
    expectTypeOf(max(a, { axis: [-1], keepDims: true })).toEqualTypeOf<Tensor<[4, 1]>>();
    expect(actual(max(a, { axis: [-1], keepDims: true }) as never)).toEqual([[4, 1], "float32"]);
    expectTypeOf(argmax(a, { axis: 1 })).toEqualTypeOf<Tensor<[4], "int32">>();
    expect(actual(argmax(a, { axis: 1 }) as never)).toEqual([[4], "int32"]);
    expectTypeOf(mean(bytes)).toEqualTypeOf<Tensor<[]>>();
    expect(actual(mean(bytes) as never)).toEqual([[], "float32"]);
    expectTypeOf(logsumexp(a, { axis: 0, keepDims: true })).toEqualTypeOf<Tensor<[1, 3]>>();
    expect(actual(logsumexp(a, { axis: 0, keepDims: true }) as never)).toEqual([[1, 3], "float32"]);
    expectTypeOf(softmax(a)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(softmax(a) as never)).toEqual([[4, 3], "float32"]);
  });

  test("movement and indexing", () => {
    expectTypeOf(transpose(a)).toEqualTypeOf<Tensor<[3, 4]>>();
    expect(actual(transpose(a) as never)).toEqual([[3, 4], "float32"]);
    expectTypeOf(reshape(a, [2, 6])).toEqualTypeOf<Tensor<[2, 6]>>();
    expect(actual(reshape(a, [2, 6]) as never)).toEqual([[2, 6], "float32"]);
    expectTypeOf(broadcastTo(b, [5, 3])).toEqualTypeOf<Tensor<[5, 3]>>();
    expect(actual(broadcastTo(b, [5, 3]) as never)).toEqual([[5, 3], "float32"]);
    expectTypeOf(concat([a, a], { axis: 1 })).toEqualTypeOf<Tensor<[4, 6]>>();
    expect(actual(concat([a, a], { axis: 1 }) as never)).toEqual([[4, 6], "float32"]);
    expectTypeOf(stack([b, b, b])).toEqualTypeOf<Tensor<[3, 3]>>();
    expect(actual(stack([b, b, b]) as never)).toEqual([[3, 3], "float32"]);
    expectTypeOf(take(a, indices, { axis: 1 })).toEqualTypeOf<Tensor<[4, 2]>>();
    expect(actual(take(a, indices, { axis: 1 }) as never)).toEqual([[4, 2], "float32"]);
    expectTypeOf(expandDims(b, 0)).toEqualTypeOf<Tensor<[1, 3]>>();
    expect(actual(expandDims(b, 0) as never)).toEqual([[1, 3], "float32"]);
    expectTypeOf(oneHot(indices, 5)).toEqualTypeOf<Tensor<[2, 5]>>();
    expect(actual(oneHot(indices, 5) as never)).toEqual([[2, 5], "float32"]);
    expectTypeOf(ravel(a)).toEqualTypeOf<Tensor<[12]>>();
    expect(actual(ravel(a) as never)).toEqual([[12], "float32"]);
    expectTypeOf(slice(a, [1], [3]).dtype).toEqualTypeOf<"float32">();
    expect(actual(slice(a, [1], [3]) as never)).toEqual([[2, 3], "float32"]);
    expectTypeOf(pad(b, [[1, 1]]).dtype).toEqualTypeOf<"float32">();
    expect(actual(pad(b, [[1, 1]]) as never)).toEqual([[5], "float32"]);
  });

  test("products", () => {
    expectTypeOf(matmul(a, zeros([3, 2]))).toEqualTypeOf<Tensor<[4, 2]>>();
    expect(actual(matmul(a, zeros([3, 2])) as never)).toEqual([[4, 2], "float32"]);
    expectTypeOf(dot(b, b)).toEqualTypeOf<Tensor<[]>>();
    expect(actual(dot(b, b) as never)).toEqual([[], "float32"]);
    expectTypeOf(outer(b, zeros([2]))).toEqualTypeOf<Tensor<[3, 2]>>();
    expect(actual(outer(b, zeros([2])) as never)).toEqual([[3, 2], "float32"]);
  });

  test("images", () => {
    const images = zeros([2, 3, 8, 9]);
    const kernel = zeros([5, 3, 3, 2]);
    expectTypeOf(conv2d(images, kernel)).toEqualTypeOf<Tensor<[2, 5, 6, 8]>>();
    expect(actual(conv2d(images, kernel) as never)).toEqual([[2, 5, 6, 8], "float32"]);
    expectTypeOf(conv2d(images, kernel, { padding: 1 })).toEqualTypeOf<Tensor<[2, 5, 8, 10]>>();
    expect(actual(conv2d(images, kernel, { padding: 1 }) as never)).toEqual([[2, 5, 8, 10], "float32"]);
    const last = conv2d(zeros([8, 9, 3]), zeros([3, 2, 3, 5]), { layout: "NHWC", padding: "same" });
    expectTypeOf(last).toEqualTypeOf<Tensor<[8, 9, 5]>>();
    expect(actual(last as never)).toEqual([[8, 9, 5], "float32"]);
    expectTypeOf(maxPool2d(images)).toEqualTypeOf<Tensor<[2, 3, number, number]>>();
    expect(actual(maxPool2d(images) as never)).toEqual([[2, 3, 4, 4], "float32"]);
    expectTypeOf(layerNorm(bytes, b)).toEqualTypeOf<Tensor<[4, 3]>>();
    expect(actual(layerNorm(bytes, b) as never)).toEqual([[4, 3], "float32"]);
  });
});
