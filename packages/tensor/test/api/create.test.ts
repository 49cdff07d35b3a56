import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  arange,
  concat,
  eye,
  full,
  ones,
  onesLike,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from "../../src/index.ts";
import { array } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { read, toTensor } from "../naive.ts";

describe("tensor", () => {
  property.prop([array()])("of nested arrays holds them, and gives them back", (x) => {
    const nested = toTensor(x).toArray();
    const again = tensor(nested as never, { dtype: x.dtype }) as Tensor;
    expect(again.toArray()).toEqual(nested);
    // Nested empty arrays do not say what lies below them.
    if (!x.shape.includes(0)) expect(read(again)).toEqual({ shape: x.shape, values: Array.from(x.values) });
  });
  test("takes its dtype from the values", () => {
    expect(tensor([1, 2]).dtype).toBe("float32");
    expect(tensor([true, false]).dtype).toBe("bool");
    expect(tensor(true).item()).toBe(true);
    expect(tensor([]).dtype).toBe("float32");
    for (const [values, dtype] of [
      [new Float32Array(2), "float32"],
      [new Float64Array(2), "float64"],
      [new Int32Array(2), "int32"],
      [new Uint8Array(2), "uint8"],
    ] as const)
      expect(tensor(values).dtype).toBe(dtype);
    expectTypeOf(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).toEqualTypeOf<Tensor<[2, 2]>>();
    expectTypeOf(tensor([true])).toEqualTypeOf<Tensor<[1], "bool">>();
    expectTypeOf(tensor(3)).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(tensor(new Int32Array(4), [2, 2])).toEqualTypeOf<Tensor<[2, 2], "int32">>();
  });
  test("keeps its dtype wherever it stands", () => {
    expectTypeOf(concat([zeros([2]), ones([3])])).toEqualTypeOf<Tensor<[5]>>();
    // @ts-expect-error: zeros are float32 unless another dtype is given
    const wrong: Tensor<[2], "int32"> = zeros([2]);
    expect(wrong.dtype).toBe("float32");
  });
  test("copies a typed array, as it is or in another dtype", () => {
    const values = Uint8Array.of(0, 1, 255);
    const [same, wide] = [tensor(values), tensor(values, { dtype: "float32" })];
    values[0] = 9;
    expect([same.toArray(), wide.toArray(), wide.dtype]).toEqual([[0, 1, 255], [0, 1, 255], "float32"]);
    expect(tensor(Float64Array.of(0.1), { dtype: "float32" }).toArray()).toEqual([Math.fround(0.1)]);
    expect(tensor(Uint8Array.of(0, 1), { dtype: "bool" }).toArray()).toEqual([false, true]);
    expect(tensor(new Float32Array(10).subarray(2, 6), [2, 2]).shape).toEqual([2, 2]);
  });
  test("takes another shape of the same size", () => {
    expect(tensor([1, 2, 3, 4], [2, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        [4],
      ).toArray(),
    ).toEqual([1, 2, 3, 4]);
    expect(tensor(3, [1, 1]).toArray()).toEqual([[3]]);
    expect(failure(() => tensor([1, 2, 3], [2, 2]))).toBe(
      "ShapeError: tensor: 3 values do not fill [2, 2], which has 4 elements",
    );
  });
  test("refuses what is ragged, with the first place that differs", () => {
    // @ts-expect-error: [1] has 1 elements where its neighbour has 2
    expect(failure(() => tensor([[1, 2], [3]]))).toBe(
      "ShapeError: tensor: ragged array: [1] has 1 elements where its neighbour has 2 elements",
    );
    expect(failure(() => tensor([[1], 2] as never))).toBe(
      "ShapeError: tensor: ragged array: [1] has number 2 where its neighbour has 1 elements",
    );
    expect(failure(() => tensor([1, [2]] as never))).toBe(
      "DTypeError: tensor: element [1] is an array; expected a number or a boolean",
    );
  });
  test("refuses what is no number", () => {
    expect(failure(() => tensor(["1"] as never))).toBe(
      "DTypeError: tensor: element [0] is string 1; expected a number or a boolean",
    );
    expect(failure(() => tensor(null as never))).toContain("is null; expected a number or a boolean");
    expect(failure(() => tensor([undefined] as never))).toContain("element [0] is undefined");
    expect(failure(() => tensor(new BigInt64Array(1) as never))).toBe(
      "DTypeError: tensor: a BigInt64Array has no dtype here; expected Float32Array, Float64Array, Int32Array or Uint8Array",
    );
    expect(failure(() => tensor(tensor(1) as never))).toBe(
      "DTypeError: tensor: the value is a tensor already; use it as it is, or cast it",
    );
  });
  test("refuses what the dtype cannot hold", () => {
    expect(failure(() => tensor([1.5], { dtype: "int32" }))).toBe(
      'DTypeError: tensor: 1.5 is not an integer, as int32 needs; give dtype "float32", or round it',
    );
    expect(failure(() => tensor([300], { dtype: "uint8" }))).toContain(
      "300 is outside uint8's range 0 to 255",
    );
    expect(failure(() => tensor([2], { dtype: "bool" }))).toContain("2 is outside bool's range 0 to 1");
    expect(failure(() => tensor([Number.NaN], { dtype: "int32" }))).toContain("NaN is not an integer");
    // @ts-expect-error: int64 is no dtype
    expect(failure(() => tensor([1], { dtype: "int64" }))).toBe(
      'OptionError: tensor: unknown dtype "int64"; expected one of bool, uint8, int32, float32, float64',
    );
  });
});

describe("full, zeros, ones, eye", () => {
  test("have one value, in any dtype and shape", () => {
    expect(full([2, 1], 7).toArray()).toEqual([[7], [7]]);
    expect(full([2], true).toArray()).toEqual([true, true]);
    expect(full([], -0).item()).toBe(-0);
    expect(zeros([0, 3]).toArray()).toEqual([]);
    expect(ones([2], { dtype: "int32" }).toArray()).toEqual([1, 1]);
    expect(zerosLike(tensor([true])).toArray()).toEqual([false]);
    expect(onesLike(tensor([1.5], { dtype: "float64" })).dtype).toBe("float64");
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(0).shape).toEqual([0, 0]);
    expectTypeOf(eye(3)).toEqualTypeOf<Tensor<[3, 3]>>();
    expectTypeOf(full([2], true)).toExtend<Tensor<[2], "float32" | "bool">>();
    expect(failure(() => full([2], 0.5, { dtype: "uint8" }))).toContain(
      "DTypeError: full: 0.5 is not an integer",
    );
    expect(failure(() => eye(1.5))).toContain("ShapeError: eye: [1.5, 1.5] has dimension 1.5");
  });
});

describe("arange", () => {
  const whole = fc.integer({ min: -50, max: 50 });
  property.prop([whole, whole, fc.integer({ min: -7, max: 7 }).filter((step) => step !== 0)])(
    "goes from start to before stop",
    (start, stop, step) => {
      const expected: number[] = [];
      for (let x = start; step > 0 ? x < stop : x > stop; x += step) expected.push(x);
      for (const dtype of ["int32", "float32", "float64"] as const)
        expect(arange(start, stop, step, { dtype }).toArray()).toEqual(expected);
    },
  );
  test("counts by default, int32 when the numbers are whole", () => {
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect([arange(3).dtype, arange(0, 1, 0.25).dtype, arange(0.5, 3).dtype]).toEqual([
      "int32",
      "float32",
      "float32",
    ]);
    expect(arange(0, 1, 0.25).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(arange(3, { dtype: "float64" }).dtype).toBe("float64");
    expect(arange(0).toArray()).toEqual([]);
    expect(arange(5, 2).toArray()).toEqual([]);
    expect(arange(10, 8, -1, { dtype: "uint8" }).toArray()).toEqual([10, 9]);
  });
  test("does not wrap where the dtype ends", () => {
    expect(arange(0, 4e9, 1e9, { dtype: "float64" }).toArray()).toEqual([0, 1e9, 2e9, 3e9]);
    expect(failure(() => arange(0, 4e9, 1e9))).toContain(
      "DTypeError: arange: 3000000000 is outside int32's range",
    );
    expect(failure(() => arange(258, { dtype: "uint8" }))).toContain(
      "DTypeError: arange: 257 is outside uint8's range",
    );
    expect(failure(() => arange(0, 2, 0.5, { dtype: "int32" }))).toContain(
      "DTypeError: arange: 0.5 is not an integer",
    );
  });
  test("refuses a step 0 and what is not finite", () => {
    expect(failure(() => arange(0, 1, 0))).toBe(
      "OptionError: arange: from 0 to 1 in steps of 0; expected finite numbers and a step that is not 0",
    );
    expect(failure(() => arange(Number.POSITIVE_INFINITY))).toContain("from 0 to Infinity");
  });
});
