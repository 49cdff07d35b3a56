import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { argsort, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array, axisOf, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const cases = array({ shapes: shape({ minRank: 1, maxRank: 3, maxDimension: 5 }) }).chain((x) =>
  fc.tuple(fc.constant(x), axisOf(x.shape)),
);

/** Sorts by insertion: NaN above all, 0 and −0 equal, the first of equals first. */
function order(values: readonly number[]): number[] {
  const isAfter = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));
  const sorted: number[] = [];
  values.forEach((value, i) => {
    let k = sorted.length;
    while (k > 0 && isAfter(values[sorted[k - 1]], value)) k--;
    sorted.splice(k, 0, i);
  });
  return sorted;
}

describe("argsort", () => {
  property.prop([cases])("is stable and puts NaN last", ([x, axis]) => {
    const along = axis < 0 ? axis + x.shape.length : axis;
    const expected = build(x.shape, (index) => {
      const line = Array.from({ length: x.shape[along] }, (_, i) =>
        at(
          x,
          index.map((j, k) => (k === along ? i : j)),
        ),
      );
      return order(line)[index[along]];
    });
    const result = argsort(toTensor(x), { axis });
    expect(result.dtype).toBe("int32");
    expect(read(result)).toEqual(expected);
  });
  test("of ties, zeros of both signs, NaN and infinities", () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(argsort(tensor([nan, 1, -0, 0, inf, 1, -inf, nan])).toArray()).toEqual([6, 2, 3, 1, 5, 4, 0, 7]);
  });
  test("sorts along the last axis by default", () => {
    expect(
      argsort(
        tensor([
          [3, 1, 2],
          [1, 3, 2],
        ]),
      ).toArray(),
    ).toEqual([
      [1, 2, 0],
      [0, 2, 1],
    ]);
    expect(argsort(zeros([2, 0])).shape).toEqual([2, 0]);
    expect(failure(() => argsort(tensor(1) as Tensor))).toContain(
      "ShapeError: argsort: axis -1 is out of range for []",
    );
  });
});
