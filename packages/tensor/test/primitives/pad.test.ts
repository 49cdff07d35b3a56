import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { grad, mul, pad, sum, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const few = fc.nat({ max: 3 });
const cases = array({ shapes: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }) }).chain((x) => {
  const rank = { minLength: x.shape.length, maxLength: x.shape.length };
  return fc.tuple(
    fc.constant(x),
    fc.array(fc.tuple(few, few), rank),
    fc.array(few, rank),
    fc.constantFrom(0, 1),
  );
});

describe("pad", () => {
  property.prop([cases])("puts values before, after and between", ([x, paddings, interior, value]) => {
    // Where an index of the result lies in the input, if it does.
    const source = (i: number, axis: number): number => (i - paddings[axis][0]) / (interior[axis] + 1);
    const shape = x.shape.map(
      (dimension, axis) =>
        paddings[axis][0] + paddings[axis][1] + dimension + Math.max(0, dimension - 1) * interior[axis],
    );
    const expected = build(shape, (index) => {
      const from = index.map(source);
      const isInside = from.every((i, axis) => Number.isInteger(i) && i >= 0 && i < x.shape[axis]);
      return isInside ? at(x, from) : value;
    });
    expect(read(pad(toTensor(x), paddings, { value, interior }))).toEqual(expected);
  });
  test("gives back the cotangent at the places of the input", () => {
    const weights = tensor([1, 2, 3, 4, 5, 6, 7, 8]);
    const f = (x: Tensor<[3]>): Tensor<[]> =>
      sum(mul(pad(x, [[1, 2]], { interior: [1] }), weights)) as Tensor<[]>;
    expect(grad(f)(tensor([0, 0, 0])).toArray()).toEqual([2, 4, 6]);
  });
  test("by 0, with 0 by default", () => {
    expect(pad(tensor([1, 2]), [[1, 2]]).toArray()).toEqual([0, 1, 2, 0, 0]);
    expect(pad(tensor([1, 2]), [[0, 0]]).toArray()).toEqual([1, 2]);
    expect(pad(tensor([1, 2]), [[1, 0]], { value: Number.NEGATIVE_INFINITY }).toArray()).toEqual([
      Number.NEGATIVE_INFINITY,
      1,
      2,
    ]);
    expect(pad(tensor([1, 2, 3]), [[0, 0]], { interior: [2] }).toArray()).toEqual([1, 0, 0, 2, 0, 0, 3]);
    expect(pad(zeros([0]), [[1, 1]], { value: 7, interior: [5] }).toArray()).toEqual([7, 7]);
    expect(pad(tensor(3), []).item()).toBe(3);
  });
  test("says what is wrong", () => {
    const x: Tensor = zeros([2, 3]);
    const expected = "expected 2 pairs [before, after] of whole numbers from 0";
    expect(failure(() => pad(x, [[1, 1]]))).toBe(
      `ShapeError: pad: paddings [[1, 1]] for [2, 3]; ${expected}`,
    );
    expect(
      failure(() =>
        pad(x, [
          [1, 1],
          [0, -1],
        ]),
      ),
    ).toBe(`ShapeError: pad: paddings [[1, 1], [0, -1]] for [2, 3]; ${expected}`);
    // @ts-expect-error: a pair has two numbers
    expect(failure(() => pad(x, [[1, 1], [0]]))).toBe(
      `ShapeError: pad: paddings [[1, 1], [0]] for [2, 3]; ${expected}`,
    );
    expect(
      failure(() =>
        pad(
          x,
          [
            [1, 1],
            [0, 0],
          ],
          { interior: [1] },
        ),
      ),
    ).toBe("ShapeError: pad: interior [1] for [2, 3]; expected 2 whole numbers from 0");
    expect(failure(() => pad(zeros([1], { dtype: "uint8" }), [[1, 1]], { value: 256 }))).toBe(
      "DTypeError: pad: 256 is outside uint8's range 0 to 255; cast to a wider dtype first",
    );
  });
  test("computes the type", () => {
    expectTypeOf(
      pad(zeros([2, 3]), [
        [1, 1],
        [0, 2],
      ]),
    ).toEqualTypeOf<Tensor<[4, 5]>>();
    expectTypeOf(
      pad(
        zeros([2, 3]),
        [
          [1, 1],
          [0, 2],
        ],
        { interior: [1, 0] },
      ),
    ).toEqualTypeOf<Tensor<[number, number]>>();
    expectTypeOf(zeros([2]).pad([[1, 1]], { value: 3 })).toEqualTypeOf<Tensor<[4]>>();
    // @ts-expect-error: two axes need two pairs
    expect(() => pad(zeros([2, 3]), [[1, 1]])).toThrow("expected 2 pairs");
  });
});
