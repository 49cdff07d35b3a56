import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { cumsum, slice, sum, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array, axisOf, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const shapes = shape({ minRank: 1, maxRank: 3 });
const integers = array({ shapes, among: ["bool", "uint8", "int32"] }).chain((x) =>
  fc.tuple(fc.constant(x), axisOf(x.shape)),
);
const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 }), { minLength: 1 });

describe("cumsum", () => {
  property.prop([integers])("of integers adds up along the axis and wraps", ([x, axis]) => {
    const along = axis < 0 ? axis + x.shape.length : axis;
    const expected = build(x.shape, (index) => {
      let total = 0;
      for (let i = 0; i <= index[along]; i++)
        total =
          (total +
            at(
              x,
              index.map((j, k) => (k === along ? i : j)),
            )) |
          0;
      return total;
    });
    const result = cumsum(toTensor(x), { axis });
    expect(result.dtype).toBe("int32");
    expect(read(result)).toEqual(expected);
  });
  property.prop([floats])("ends with the sum, and each place with the sum up to it", (values) => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor(
        values.map((value) => value / 2 ** 24),
        { dtype },
      );
      const running = cumsum(x).toTypedArray();
      for (let i = 0; i < values.length; i += 7) expect(running[i]).toBe(sum(slice(x, [0], [i + 1])).item());
    }
  });
  test("carries what rounding takes away", () => {
    // The exact sums are 1 + k 2⁻⁵³; those halfway between neighbours round to the even one.
    const x = tensor([1, 2 ** -53, 2 ** -53, 2 ** -53, 2 ** -53], { dtype: "float64" });
    expect(cumsum(x).toArray()).toEqual([1, 1, 1 + 2 ** -52, 1 + 2 ** -51, 1 + 2 ** -51]);
  });
  test("takes NaN and infinity along", () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(cumsum(tensor([1, inf, 2, -inf, 1])).toArray()).toEqual([1, inf, inf, nan, nan]);
    expect(cumsum(tensor([1, nan, 2])).toArray()).toEqual([1, nan, nan]);
  });
  test("says which axis there is not", () => {
    expect(failure(() => cumsum(tensor(1) as Tensor))).toBe(
      "ShapeError: cumsum: axis -1 is out of range for []: a scalar has no axes",
    );
    expect(failure(() => cumsum(zeros([2]) as Tensor, { axis: 1 }))).toBe(
      "ShapeError: cumsum: axis 1 is out of range for [2]: axes go from -1 to 0",
    );
  });
});
