import "@adjoint/ops/methods";
import { argmin, conv2d, expandDims, maxPool2d, mean, norm, squeeze, stack, std } from "@adjoint/ops";
import {
  type AnyTensor,
  argmax,
  concat,
  max,
  pad,
  reshape,
  type Shape,
  type ShapeOf,
  slice,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";

// A type that is not known is unknown, never one of those that it may be: each test has values that a guess would be wrong for.

const matrix: Tensor<[2, 3]> = zeros([2, 3]);
const square: Tensor<[2, 2]> = zeros([2, 2]);
const indices = tensor([1], { dtype: "int32" });
const images: Tensor<[1, 2, 9, 9]> = zeros([1, 2, 9, 9]);

/** A value that the compiler knows nothing about. */
// biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
const untyped = (value: unknown): any => value;

/** The shape is one that the type allows. */
function expectAllowed<T extends AnyTensor>(x: T, ...shapes: ShapeOf<T>[]): void {
  expect(shapes).toContainEqual(x.shape);
}

describe("an option that may be absent", () => {
  test("of a reduction", () => {
    const one = (o: { axis?: number } = {}) => sum(matrix, o);
    expectTypeOf(one()).toEqualTypeOf<Tensor>();
    expectAllowed(one(), []);
    expectAllowed(one({ axis: 0 }), [3]);
    const literal = (o: { axis?: 0 } = {}) => max(matrix, o);
    expectTypeOf(literal()).toEqualTypeOf<Tensor>();
    const list = (o: { axis?: [0] } = {}) => mean(matrix, o);
    expectTypeOf(list()).toEqualTypeOf<Tensor>();
    const length = (o: { axis?: 0 } = {}) => norm(matrix, o);
    expectTypeOf(length()).toEqualTypeOf<Tensor>();
    expectAllowed(length(), []);
    const both = (o: { axis?: 0; keepDims?: true } = {}) => std(matrix, o);
    expectTypeOf(both()).toEqualTypeOf<Tensor>();
    expectAllowed(both(), []);
    const kept = (o: { keepDims?: true } = {}) => matrix.sum({ axis: 0, ...o });
    expectTypeOf(kept()).toEqualTypeOf<Tensor>();
    expectAllowed(kept({ keepDims: true }), [1, 3]);
    const method = (o: { axis?: 1 } = {}) => matrix.mean(o);
    expectTypeOf(method()).toEqualTypeOf<Tensor>();
    const place = (o: { axis?: 1 } = {}) => argmin(zeros([2, 3, 4]), o).add(argmax(zeros([2, 3, 4]), o));
    expectTypeOf(place()).toEqualTypeOf<Tensor<Shape, "int32">>();
  });
  test("but one that is given, also as undefined, is known", () => {
    expectTypeOf(sum(matrix, { axis: undefined })).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(sum(matrix, { axis: undefined, keepDims: true })).toEqualTypeOf<Tensor<[1, 1]>>();
    expectTypeOf(sum(matrix, {})).toEqualTypeOf<Tensor<[]>>();
    const axis = { axis: 1 } as const;
    expectTypeOf(sum(matrix, axis)).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(mean(matrix, { ...axis, keepDims: true })).toEqualTypeOf<Tensor<[2, 1]>>();
  });
  test("in one of several objects", () => {
    const choose = (which: boolean) => sum(matrix, which ? { axis: 0 } : {});
    expectTypeOf(choose(true)).toEqualTypeOf<Tensor>();
    expectAllowed(choose(false), []);
  });
  test("of what joins and takes", () => {
    const joined = (o: { axis?: 1 } = {}) => concat([matrix, matrix], o);
    expectTypeOf(joined()).toEqualTypeOf<Tensor<[number, number]>>();
    expectAllowed(joined(), [4, 3]);
    const stacked = (o: { axis?: 2 } = {}) => stack([matrix, matrix], o);
    expectTypeOf(stacked()).toEqualTypeOf<Tensor<[number, number, number]>>();
    const taken = (o: { axis?: 1 } = {}) => take(matrix, indices, o);
    expectTypeOf(taken()).toEqualTypeOf<Tensor<[number, number]>>();
    const takenByMethod = (o: { axis?: 1 } = {}) => matrix.take(indices, o);
    expectTypeOf(takenByMethod()).toEqualTypeOf<Tensor<[number, number]>>();
    expectAllowed(taken(), [1, 3]);
    const squeezed = (o: { axis?: 0 } = {}) => squeeze(zeros([1, 1, 3]), o);
    expectTypeOf(squeezed()).toEqualTypeOf<Tensor>();
    expectAllowed(squeezed(), [3]);
  });
  test("of images", () => {
    const kernel = zeros([4, 2, 3, 3]);
    const padded = (o: { padding?: "same" } = {}) => conv2d(images, kernel, o);
    expectTypeOf(padded()).toEqualTypeOf<Tensor<[1, 4, number, number]>>();
    expectAllowed(padded(), [1, 4, 7, 7]);
    const strided = (o: { stride?: 1; dilation?: 1; padding?: 0 } = {}) => conv2d(images, kernel, o);
    expectTypeOf(strided()).toEqualTypeOf<Tensor<[1, 4, 7, 7]>>();
    const laid = (o: { layout?: "NHWC" } = {}) => maxPool2d(images, o);
    expectTypeOf(laid()).toEqualTypeOf<Tensor>();
    expectAllowed(laid(), [1, 2, 4, 4]);
  });
  test("as an argument", () => {
    const cut = (end?: [4]) => slice(zeros([10, 3]), [1], end);
    expectTypeOf(cut()).toEqualTypeOf<Tensor<[number, number]>>();
    expectAllowed(cut(), [9, 3]);
    const walked = (steps?: [-1]) => zeros([10]).slice([5], undefined, steps);
    expectTypeOf(walked()).toEqualTypeOf<Tensor<[number]>>();
    expectAllowed(walked(), [5]);
    expectTypeOf(slice(matrix, [1], undefined)).toEqualTypeOf<Tensor<[1, 3]>>();
    const turned = (axes?: [0, 1]) => transpose(matrix, axes);
    expectTypeOf(turned()).toEqualTypeOf<Tensor<[number, number]>>();
    expectAllowed(turned(), [3, 2]);
    const turnedByMethod = (axes?: [0, 1]) => matrix.transpose(axes);
    expectTypeOf(turnedByMethod()).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(transpose(matrix, undefined)).toEqualTypeOf<Tensor<[3, 2]>>();
  });
});

describe("one of several", () => {
  const either = (which: boolean): Tensor<[2, 3]> | Tensor<[3]> => (which ? matrix : zeros([3]));
  test("lists of axes", () => {
    expectTypeOf(sum(matrix, { axis: untyped([0]) as [0] | [1] })).toEqualTypeOf<Tensor>();
    expectTypeOf(sum(matrix, { axis: untyped([0]) as [0] | [1], keepDims: true })).toEqualTypeOf<
      Tensor<[number, number]>
    >();
    expectAllowed(sum(matrix, { axis: untyped([0]) as [0] | [1] }), [3]);
    expectTypeOf(transpose(matrix, untyped([0, 1]) as [0, 1] | [1, 0])).toEqualTypeOf<
      Tensor<[number, number]>
    >();
  });
  test("ranks", () => {
    expectTypeOf(sum(either(true), { axis: -1 })).toEqualTypeOf<Tensor>();
    expectTypeOf(mean(either(true), { axis: -1, keepDims: true })).toEqualTypeOf<Tensor>();
    expectTypeOf(argmax(either(true), { axis: -1 })).toEqualTypeOf<Tensor<Shape, "int32">>();
    expectTypeOf(expandDims(either(true), -1)).toEqualTypeOf<Tensor>();
    expectTypeOf(take(either(true), indices, { axis: -1 })).toEqualTypeOf<Tensor>();
    const thin = untyped(zeros([3, 1])) as Tensor<[3, 1]> | Tensor<[1]>;
    expectTypeOf(squeeze(thin, { axis: -1 })).toEqualTypeOf<Tensor>();
    expectTypeOf(slice(either(true), [1])).toEqualTypeOf<Tensor>();
    expectTypeOf(concat([either(true), either(true)], { axis: -1 })).toEqualTypeOf<Tensor>();
    expectTypeOf(stack([either(true), either(true)], { axis: -1 })).toEqualTypeOf<Tensor>();
    expectTypeOf(transpose(either(true))).toEqualTypeOf<Tensor<[number, number] | [number]>>();
    expectAllowed(sum(either(true), { axis: -1 }), [2]);
    expectAllowed(expandDims(either(false), -1), [3, 1]);
    expect(() => sum(either(false), { axis: 1 })).toThrow("sum: axis 1 is out of range for [3]");
  });
  test("dimensions", () => {
    const wide = untyped(matrix) as Tensor<[2, 3]> | Tensor<[4, 5]>;
    expectTypeOf(sum(wide, { axis: -1 })).toEqualTypeOf<Tensor<[2 | 4]>>();
    expectTypeOf(reshape(wide, [-1])).toEqualTypeOf<Tensor<[number]>>();
    expectTypeOf(transpose(wide)).toEqualTypeOf<Tensor<[3 | 5, 2 | 4]>>();
  });
});

describe("a list of any length", () => {
  test("that begins with known tensors", () => {
    const list = [matrix, zeros([4, 3]), zeros([4, 3])] as [Tensor<[2, 3]>, ...Tensor<[4, 3]>[]];
    expectTypeOf(concat(list)).toEqualTypeOf<Tensor<[number, 3]>>();
    expectAllowed(concat(list), [10, 3]);
    const equal = [matrix, matrix] as [Tensor<[2, 3]>, ...Tensor<[2, 3]>[]];
    expectTypeOf(stack(equal, { axis: -1 })).toEqualTypeOf<Tensor<[2, 3, number]>>();
    const ranks = [matrix, matrix] as [Tensor<[2, 3]>, ...Tensor[]];
    expectTypeOf(concat(ranks)).toEqualTypeOf<Tensor>();
  });
  test("that may end early", () => {
    const list = [matrix, matrix] as [Tensor<[2, 3]>, Tensor<[2, 3]>?];
    expectTypeOf(concat(list as [Tensor<[2, 3]>])).toEqualTypeOf<Tensor<[2, 3]>>();
    expect(list).toHaveLength(2);
  });
});

describe("any", () => {
  test("is no axis", () => {
    const axis = untyped(1);
    expectTypeOf(sum(matrix, { axis })).toEqualTypeOf<Tensor>();
    expectTypeOf(sum(matrix, { axis, keepDims: true })).toEqualTypeOf<Tensor>();
    expectTypeOf(sum(matrix, { axis: [axis] })).toEqualTypeOf<Tensor>();
    expectTypeOf(sum(matrix, { keepDims: untyped(true) })).toEqualTypeOf<Tensor>();
    expectTypeOf(matrix.mean({ axis })).toEqualTypeOf<Tensor>();
    expectTypeOf(sum(matrix, untyped({ axis: 1 })).shape).toEqualTypeOf<Shape>();
    expectTypeOf(argmax(matrix, { axis })).toEqualTypeOf<Tensor<Shape, "int32">>();
    expectTypeOf(squeeze(zeros([1, 1]), { axis })).toEqualTypeOf<Tensor>();
    expectTypeOf(concat([matrix, matrix], { axis })).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(take(matrix, indices, { axis })).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(expandDims(matrix, axis)).toEqualTypeOf<Tensor<[number, number, number]>>();
    expectTypeOf(transpose(matrix, [axis, 0])).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(transpose(matrix, untyped([1, 0]))).toEqualTypeOf<Tensor<[number, number]>>();
    expectAllowed(sum(matrix, { axis }), [2]);
  });
  test("is no position, length or window", () => {
    const one = untyped(1);
    expectTypeOf(slice(matrix, [one])).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(slice(matrix, [0], [one])).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(slice(matrix, [0], [2], [one])).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(slice(matrix, untyped([1]))).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(slice(matrix, [1], untyped([2]))).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(
      pad(matrix, [
        [one, 0],
        [0, 0],
      ]),
    ).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(reshape(square, [one, 4])).toEqualTypeOf<Tensor<[number, 4]>>();
    expectTypeOf(reshape(square, untyped([4]))).toEqualTypeOf<Tensor>();
    expectTypeOf(zeros([one, 3]).shape.length).toEqualTypeOf<2>();
    expectTypeOf(zeros(untyped([3]))).toEqualTypeOf<Tensor>();
    const kernel = zeros([4, 2, 3, 3]);
    expectTypeOf(conv2d(images, kernel, { stride: one })).toEqualTypeOf<Tensor<[1, 4, number, number]>>();
    expectTypeOf(conv2d(images, kernel, { padding: one })).toEqualTypeOf<Tensor<[1, 4, number, number]>>();
    expectTypeOf(conv2d(images, kernel, { layout: untyped("NCHW") })).toEqualTypeOf<Tensor>();
    expectTypeOf(maxPool2d(images, { layout: untyped("NCHW") })).toEqualTypeOf<Tensor>();
  });
});
