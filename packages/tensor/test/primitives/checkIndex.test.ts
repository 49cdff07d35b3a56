import { describe, expect, test } from "vitest";
import { checkIndex, OptionError, tensor } from "../../src/index.ts";

describe("checkIndex", () => {
  const indices = tensor([0, 2], { dtype: "int32" });
  const sentence = { op: "pick", message: "index {value} is out of range" };
  test("gives the indices back, or names the first that is out of range", () => {
    expect(checkIndex(indices, 3, sentence).toArray()).toEqual([0, 2]);
    expect(() => checkIndex(indices, 2, sentence).toArray()).toThrow("pick: index 2 is out of range");
    expect(checkIndex(indices, 2, { ...sentence, except: 2 }).toArray()).toEqual([0, 2]);
  });
  test.for([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY])("has no bound of %d", (below) => {
    expect(() => checkIndex(indices, below, sentence)).toThrow(
      new OptionError("pick", `checkIndex: indices below ${below}; expected a whole number from 0`),
    );
  });
});
