import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { broadcastTo, type Tensor, tensor, zeros } from "../../src/index.ts";
import { arrayOf, broadcastable, dtype } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const cases = fc
  .tuple(broadcastable(2), dtype())
  .chain(([{ result, shapes }, of]) => fc.tuple(fc.constant(result), arrayOf(of, shapes[0])));

describe("broadcastTo", () => {
  property.prop([cases])("repeats along new and extent-1 axes", ([result, x]) => {
    const missing = result.length - x.shape.length;
    const expected = build(result, (index) =>
      at(
        x,
        x.shape.map((dimension, axis) => (dimension === 1 ? 0 : index[axis + missing])),
      ),
    );
    expect(read(broadcastTo(toTensor(x), result))).toEqual(expected);
  });
  test("says what does not fit", () => {
    const x: Tensor = zeros([3]);
    expect(failure(() => broadcastTo(x, [2, 4]))).toBe(
      "ShapeError: broadcastTo: cannot broadcast [3] to [2, 4]: axis -1 has dimensions 3 and 4",
    );
    expect(failure(() => broadcastTo(zeros([1, 3]) as Tensor, [3]))).toBe(
      "ShapeError: broadcastTo: cannot broadcast [1, 3] to [3]: rank 2 is above 1",
    );
    expect(failure(() => broadcastTo(x, [-1, 3]))).toBe(
      "ShapeError: broadcastTo: [-1, 3] has dimension -1; dimensions are whole numbers from 0",
    );
    expect(failure(() => broadcastTo(x, [1]))).toContain("axis -1 has dimensions 3 and 1");
  });
  test("stretches 1 to 0", () => {
    expect(broadcastTo(tensor([1]), [2, 0]).shape).toEqual([2, 0]);
  });
  test("computes the type", () => {
    expectTypeOf(broadcastTo(zeros([3]), [2, 3])).toEqualTypeOf<Tensor<[2, 3]>>();
    // @ts-expect-error: axis -1 has dimensions 3 and 4
    expect(() => broadcastTo(zeros([3]), [2, 4])).toThrow("axis -1");
  });
});
