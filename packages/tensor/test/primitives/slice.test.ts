import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { slice, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

type Range = readonly [begin: number | undefined, end: number | undefined, step: number | undefined];

/** The positions that Python's `range(dimension)[begin:end:step]` has: its documentation, word for word. */
function positions(dimension: number, [begin, end, step = 1]: Range): number[] {
  const fromEnd = (i: number): number => (i < 0 ? i + dimension : i);
  const clip = (i: number): number =>
    step > 0
      ? Math.min(Math.max(fromEnd(i), 0), dimension)
      : Math.min(Math.max(fromEnd(i), -1), dimension - 1);
  const from = begin === undefined ? (step > 0 ? 0 : dimension - 1) : clip(begin);
  const to = end === undefined ? (step > 0 ? dimension : -1) : clip(end);
  const found: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) found.push(i);
  return found;
}

const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });
const step = fc.option(
  fc.integer({ min: -3, max: 3 }).filter((one) => one !== 0),
  { nil: undefined },
);
const cases = array().chain((x) =>
  fc.tuple(
    fc.constant(x),
    fc.array(fc.tuple(bound, bound, step), { minLength: 0, maxLength: x.shape.length }),
  ),
);

describe("slice", () => {
  property.prop([cases], { numRuns: 500 })("takes what Python takes", ([x, ranges]) => {
    const whole: Range = [undefined, undefined, undefined];
    const taken = x.shape.map((dimension, axis) => positions(dimension, ranges[axis] ?? whole));
    const expected = build(
      taken.map((axis) => axis.length),
      (index) =>
        at(
          x,
          index.map((i, axis) => taken[axis][i]),
        ),
    );
    const [begin, end, steps] = [0, 1, 2].map((i) => ranges.map((range) => range[i]));
    expect(read(slice(toTensor(x), begin, end, steps))).toEqual(expected);
  });
  test("counts from the end and cuts off what is beyond", () => {
    const x = tensor([0, 1, 2, 3, 4]);
    expect(slice(x, [-2]).toArray()).toEqual([3, 4]);
    expect(slice(x, [0], [-1]).toArray()).toEqual([0, 1, 2, 3]);
    expect(slice(x, [-99], [99]).toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(slice(x, [3], [2]).toArray()).toEqual([]);
    expect(slice(x, [undefined], undefined, [-1]).toArray()).toEqual([4, 3, 2, 1, 0]);
    expect(slice(x, [3], [0], [-2]).toArray()).toEqual([3, 1]);
    expect(slice(x, []).toArray()).toEqual([0, 1, 2, 3, 4]);
  });
  test("says what is wrong", () => {
    const x: Tensor = zeros([2, 3]);
    expect(failure(() => slice(x, [0, 0, 0]))).toBe(
      "ShapeError: slice: [0, 0, 0] names 3 axes of [2, 3], which has 2",
    );
    expect(failure(() => slice(x, [0], [1], [0]))).toBe(
      "ShapeError: slice: axis 0 of [2, 3]: begin 0, end 1, step 0; expected whole numbers and a step that is not 0",
    );
    expect(failure(() => slice(x, [0, 0.5]))).toContain(
      "axis 1 of [2, 3]: begin 0.5, end undefined, step 1; expected",
    );
    expect(failure(() => slice(x, [0], [Number.POSITIVE_INFINITY]))).toContain("end Infinity");
  });
  test("computes the type", () => {
    expectTypeOf(slice(zeros([5, 3]), [1], [4])).toEqualTypeOf<Tensor<[3, 3]>>();
    expectTypeOf(slice(zeros([5]), [2])).toEqualTypeOf<Tensor<[3]>>();
  });
});
