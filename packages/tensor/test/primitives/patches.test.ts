import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { grad, mul, patches, sum, sumPatches, type Tensor, tensor, zeros } from "../../src/index.ts";
import { type array, arrayOf, dtype } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

type NaiveArray = ReturnType<typeof array> extends fc.Arbitrary<infer A> ? A : never;

interface Axis {
  readonly dimension: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: readonly [number, number];
  readonly positions: number;
}

const axis: fc.Arbitrary<Axis> = fc
  .record({
    dimension: fc.nat({ max: 4 }),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
  })
  .map((one) => {
    const length = one.padding[0] + one.dimension + one.padding[1];
    let positions = 0;
    while (positions * one.stride + (one.window - 1) * one.dilation < length) positions++;
    return { ...one, positions };
  })
  .filter(({ positions }) => positions > 0);

/** How a window slides, for the two functions. */
function slidingOf(axes: readonly Axis[]) {
  return {
    window: axes.map(({ window }) => window),
    options: {
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      padding: axes.map(({ padding }) => padding),
    },
  };
}

const sizes = (axes: readonly Axis[]): number[] => axes.map(({ dimension }) => dimension);
const extents = (axes: readonly Axis[]): number[] => [
  ...axes.map(({ window }) => window),
  ...axes.map(({ positions }) => positions),
];

const frontAndAxes = fc.tuple(
  fc.array(fc.nat({ max: 2 }), { maxLength: 2 }),
  fc.array(axis, { maxLength: 2 }),
);

const images: fc.Arbitrary<[NaiveArray, Axis[]]> = fc
  .tuple(frontAndAxes, dtype())
  .chain(([[front, axes], of]) => arrayOf(of, [...front, ...sizes(axes)]).map((x) => [x, axes]));

const whole = fc.integer({ min: -99, max: 99 });

/** An array and windows of such an array, of whole numbers. */
const imagesAndWindows: fc.Arbitrary<[NaiveArray, NaiveArray, Axis[]]> = frontAndAxes.chain(([front, axes]) =>
  fc.tuple(
    arrayOf("float64", [...front, ...sizes(axes)], whole),
    arrayOf("float64", [...front, ...extents(axes)], whole),
    fc.constant(axes),
  ),
);

describe("patches", () => {
  property.prop([images, fc.constantFrom(0, 1)])("are the elements under each window", ([x, axes], value) => {
    const { window, options } = slidingOf(axes);
    const front = x.shape.length - axes.length;
    const expected = build([...x.shape.slice(0, front), ...extents(axes)], (index) => {
      const from = axes.map(({ stride, dilation, padding }, i) => {
        const [k, o] = [index[front + i], index[front + axes.length + i]];
        return o * stride + k * dilation - padding[0];
      });
      const isInside = from.every((place, i) => place >= 0 && place < axes[i].dimension);
      return isInside ? at(x, [...index.slice(0, front), ...from]) : value;
    });
    expect(read(patches(toTensor(x), window, { ...options, value }))).toEqual(expected);
  });

  test("of a matrix", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(patches(x, [2, 2]).toArray()).toEqual([
      [[[1, 2]], [[2, 3]]],
      [[[4, 5]], [[5, 6]]],
    ]);
    expect(
      patches(tensor([1, 2]), [2], { padding: [[1, 0]], value: Number.NEGATIVE_INFINITY }).toArray(),
    ).toEqual([
      [Number.NEGATIVE_INFINITY, 1],
      [1, 2],
    ]);
    expect(patches(tensor(3), []).item()).toBe(3);
  });

  test("say what is wrong", () => {
    const x = zeros([1, 3, 3]);
    expect(failure(() => patches(x, [2, 4]))).toBe(
      "ShapeError: patches: a window that spans 4 does not fit dimension 3 with 0 of padding",
    );
    expect(
      failure(() =>
        patches(x, [2, 2], {
          dilation: [1, 4],
          padding: [
            [0, 0],
            [0, 1],
          ],
        }),
      ),
    ).toBe("ShapeError: patches: a window that spans 5 does not fit dimension 3 with 1 of padding");
    expect(failure(() => patches(x, [1, 1, 1, 1]))).toBe(
      "ShapeError: patches: [1, 3, 3] has rank 3; expected at least 4, the axes of the window [1, 1, 1, 1]",
    );
    expect(failure(() => patches(x, [2, 0]))).toBe(
      "OptionError: patches: window is [2, 0]; expected 2 whole numbers from 1",
    );
    expect(failure(() => patches(x, [2, 2], { stride: [2] }))).toBe(
      "OptionError: patches: stride is [2]; expected 2 whole numbers from 1",
    );
    expect(failure(() => patches(x, [2, 2], { dilation: [1, 0.5] }))).toBe(
      "OptionError: patches: dilation is [1, 0.5]; expected 2 whole numbers from 1",
    );
    expect(
      failure(() =>
        patches(x, [2, 2], {
          padding: [
            [0, -1],
            [0, 0],
          ],
        }),
      ),
    ).toBe(
      "OptionError: patches: padding is [[0, -1], [0, 0]]; expected 2 pairs [before, after] of whole numbers from 0",
    );
    expect(failure(() => patches(zeros([3], { dtype: "uint8" }), [2], { value: 0.5 }))).toBe(
      'DTypeError: patches: 0.5 is not an integer, as uint8 needs; cast the uint8 tensor to "float32" first',
    );
  });

  test("keep the dtype", () => {
    expectTypeOf(patches(zeros([3], { dtype: "uint8" }), [2]).dtype).toEqualTypeOf<"uint8">();
    expect(patches(zeros([3], { dtype: "uint8" }), [2]).dtype).toBe("uint8");
  });
});

describe("sumPatches", () => {
  property.prop([imagesAndWindows])(
    "is the transpose of patches: ⟨x, sumPatches(y)⟩ = ⟨patches(x), y⟩",
    ([x, y, axes]) => {
      const { window, options } = slidingOf(axes);
      const [images, taken] = [toTensor(x), toTensor(y)];
      const left = sum(mul(images, sumPatches(taken, sizes(axes), window, options)));
      const right = sum(mul(patches(images, window, options), taken));
      expect(left.item()).toBe(right.item());
    },
  );

  test("adds what overlaps and drops what is padded", () => {
    const y = tensor([
      [1, 2, 3],
      [10, 20, 30],
    ]);
    expect(sumPatches(y, [4], [2]).toArray()).toEqual([1, 12, 23, 30]);
    expect(sumPatches(y, [2], [2], { padding: [[1, 1]] }).toArray()).toEqual([12, 23]);
    const bools = tensor([[true], [true]]);
    expect(sumPatches(bools, [2], [2]).dtype).toBe("int32");
    expectTypeOf(sumPatches(bools, [2], [2]).dtype).toEqualTypeOf<"int32">();
  });

  test("adds in float64, and rounds once", () => {
    const y = tensor([
      [0, 0, 1],
      [0, 2 ** -24, 0],
      [2 ** -24, 0, 0],
    ]);
    expect(sumPatches(y, [5], [3]).toArray()).toEqual([0, 0, 1 + 2 ** -23, 0, 0]);
  });

  test("is the gradient of patches, and the other way round", () => {
    const weights = tensor([
      [1, 2],
      [30, 40],
    ]);
    const ofPatches = grad((x: Tensor<[3]>) => sum(mul(patches(x, [2]), weights)) as Tensor<[]>);
    expect(ofPatches(zeros([3])).toArray()).toEqual([1, 32, 40]);
    const ofSum = grad(
      (y: Tensor<[2, 2]>) => sum(mul(sumPatches(y, [3], [2]), tensor([1, 2, 3]))) as Tensor<[]>,
    );
    expect(ofSum(zeros([2, 2])).toArray()).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test("says what is wrong", () => {
    expect(failure(() => sumPatches(zeros([2, 4]), [4], [2]))).toBe(
      "ShapeError: sumPatches: [2, 4] does not end with [2, 3], the windows of [4]",
    );
    expect(failure(() => sumPatches(zeros([3]), [4], [2]))).toBe(
      "ShapeError: sumPatches: [3] does not end with [2, 3], the windows of [4]",
    );
    expect(failure(() => sumPatches(zeros([2, 3]), [4, 4], [2]))).toBe(
      "ShapeError: sumPatches: size [4, 4] and window [2] differ in rank",
    );
    expect(failure(() => sumPatches(zeros([3, 1]), [2], [3]))).toBe(
      "ShapeError: sumPatches: a window that spans 3 does not fit dimension 2 with 0 of padding",
    );
    expect(failure(() => sumPatches(zeros([2, 3]), [-4], [2]))).toBe(
      "ShapeError: sumPatches: [-4] has dimension -4; dimensions are whole numbers from 0",
    );
  });
});
