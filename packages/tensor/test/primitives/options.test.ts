import { describe, expect, test } from "vitest";
import {
  type AnyTensor,
  argmax,
  argsort,
  concat,
  cumsum,
  max,
  pad,
  slice,
  sum,
  take,
  tensor,
  zeros,
} from "../../src/index.ts";

const x: AnyTensor = zeros([2, 3]);
const indices = tensor([0], { dtype: "int32" });

/** Each op by what it is given as its options, as plain JavaScript calls it. */
const calls: Record<string, (options: unknown) => unknown> = {
  sum: (options) => sum(x, options as never),
  max: (options) => max(x, options as never),
  argmax: (options) => argmax(x, options as never),
  cumsum: (options) => cumsum(x, options as never),
  argsort: (options) => argsort(x, options as never),
  concat: (options) => concat([x, x], options as never),
  take: (options) => take(x, indices, options as never),
};

describe.for(Object.keys(calls))("%s", (op) => {
  const call = calls[op];
  test("refuses an option that it does not have", () => {
    expect(() => call({ axes: 0 })).toThrow(`${op}: unknown option "axes"; did you mean "axis"?`);
    expect(() => call({ axis: 0, colour: 1 })).toThrow(
      `${op}: unknown option "colour"; expected one of axis`,
    );
  });
  test("refuses options that are no object", () => {
    expect(() => call(1)).toThrow(
      `${op}: the options are 1; expected an object of them, such as { axis: 1 }`,
    );
    expect(() => call(null)).toThrow(
      `${op}: the options are null; expected an object of them, such as { axis: … }`,
    );
    expect(() => call([0, 1])).toThrow(
      `${op}: the options are an array; expected an object of them, such as { axis: … }`,
    );
    expect(() => call("axis")).toThrow(
      `${op}: the options are "axis"; expected an object of them, such as { axis: "axis" }`,
    );
  });
  test("refuses an axis that is no number", () => {
    expect(() => call({ axis: "1" })).toThrow(`${op}: axis is "1"; expected a whole number`);
    expect(() => call({ axis: true })).toThrow(`${op}: axis is true; expected a whole number`);
  });
});

/** The error of a call, with its name. */
function failure(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "no error";
}

test("errors in full", () => {
  expect(failure(() => sum(x, { keepdims: true } as never))).toBe(
    'OptionError: sum: unknown option "keepdims"; did you mean "keepDims"?',
  );
  expect(failure(() => sum(x, { dimension: 1 } as never))).toBe(
    'OptionError: sum: unknown option "dimension"; expected one of axis, keepDims',
  );
  expect(failure(() => sum(x, 1 as never))).toBe(
    "OptionError: sum: the options are 1; expected an object of them, such as { axis: 1 }",
  );
  expect(failure(() => x.sum({ axis: "1" } as never))).toBe(
    'OptionError: sum: axis is "1"; expected a whole number, or an array of them',
  );
  expect(failure(() => sum(x, { axis: [0, "1"] } as never))).toBe(
    'OptionError: sum: axis is "1"; expected a whole number',
  );
  expect(
    failure(() =>
      pad(
        x,
        [
          [0, 0],
          [0, 0],
        ] as never,
        { fill: 1 } as never,
      ),
    ),
  ).toBe('OptionError: pad: unknown option "fill"; expected one of value, interior');
});

test("a slice without positions is whole", () => {
  expect(slice(x, undefined).shape).toEqual([2, 3]);
  expect(x.slice().shape).toEqual([2, 3]);
  expect(slice(x, undefined, [1]).shape).toEqual([1, 3]);
  expect(slice(x, undefined, undefined, [-1]).shape).toEqual([2, 3]);
});
