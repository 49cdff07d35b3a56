import {
  type AnyTensor,
  add,
  arange,
  cast,
  equal,
  exp,
  max,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  where,
} from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { input, loopsOf, opNames, programOf } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;
const x = input([8, 20]);
const labels = input([8], "int32");
const isLabel = equal(reshape(labels, [8, 1]), arange(20));

/** The loops of a sum over the last axis. */
const loopsOfSum = (summand: unknown): ReturnType<typeof loopsOf> =>
  loopsOf(programOf([x, labels], [node(sum(node(summand), { axis: -1 }))]));

describe("a sum of what is 0 but at one place of each row", () => {
  test.each([
    ["of what is loaded", where(isLabel, x, 0)],
    ["of what is computed of it", where(isLabel, neg(exp(x)), 0)],
    ["of what needs the whole row", where(isLabel, sub(x, max(x, { axis: -1, keepDims: true })), 0)],
    ["with the index first", where(equal(arange(20), reshape(labels, [8, 1])), x, 0)],
    ["counted from another number", where(equal(reshape(labels, [8, 1]), slice(arange(21), [1])), x, 0)],
    ["counted from the end", where(equal(reshape(labels, [8, 1]), slice(arange(20), [], [], [-1])), x, 0)],
    ["of the index itself", where(isLabel, add(cast(x, "int32"), arange(20)), 0)],
  ])("%s is that element, without a pass", (_, summand) => {
    const [loop, ...others] = loopsOfSum(summand);
    expect(others).toEqual([]);
    expect(opNames(loop)).not.toContain("sum");
    const isFull = loop.nodes.some(
      ({ kind, extent, phase }) => kind === "apply" && extent === "full" && phase > 0,
    );
    expect(isFull).toBe(false);
    expect(loop.nodes.some((one) => one.kind === "load" && one.at !== undefined)).toBe(true);
  });
  test.each([
    ["is not 0 elsewhere", where(isLabel, x, 1)],
    ["is 0 there alone", where(isLabel, 0, x)],
    [
      "has places that do not count the elements",
      where(equal(reshape(labels, [8, 1]), mul(2, arange(20))), x, 0),
    ],
    ["has a place for each element", where(equal(cast(x, "int32"), arange(20)), x, 0)],
    [
      "has places that are no whole numbers",
      where(equal(max(x, { axis: -1, keepDims: true }), arange(20)), x, 0),
    ],
  ])("is a sum when it %s", (_, summand) => {
    expect(loopsOfSum(summand).flatMap(opNames)).toContain("sum");
  });
  test("is a sum when two axes are summed", () => {
    const all = sum(node(where(isLabel, x, 0)));
    expect(loopsOf(programOf([x, labels], [node(all)])).flatMap(opNames)).toContain("sum");
  });
});
