import { compileGraph } from "@adjoint/compiler";
import { mean, softmax } from "@adjoint/ops";
import { type AnyTensor, type DType, log, type Shape, sub, sum, Tensor } from "@adjoint/tensor";
import { leaves } from "@adjoint/tensor/engine";
import { describe, expect, test } from "vitest";
import { loopSpec } from "../src/loop/emitLoop.ts";
import { isNative } from "../src/program/composites.ts";
import { withLoadOrder } from "./runLanes.ts";

type Rows = (x: AnyTensor) => unknown;

/** Does the loop of an expression of `x` compute four rows at once? */
function isAcross(rows: Rows, shape: Shape, dtype: DType = "float32"): boolean {
  const x = new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype) as AnyTensor;
  const { kernels, buffers } = compileGraph({ inputs: [x], outputs: [rows(x) as AnyTensor] }, { isNative });
  expect(kernels).toHaveLength(1);
  const [loop] = kernels;
  if (loop.kind !== "loop") throw new Error("expected a loop");
  return loopSpec(loop, buffers, withLoadOrder("plain", false)).loop.isVectorOuter;
}

const softmaxes: Rows = (x) => softmax(x);
const centred: Rows = (x) => sub(x, mean(x, { axis: -1, keepDims: true }) as AnyTensor);
const logarithms: Rows = (x) => log(sum(x, { axis: -1 }) as AnyTensor);

describe("four rows at once", () => {
  test.each([
    ["short rows that are dear", softmaxes, [128, 10]],
    ["short rows of which something dear is made", logarithms, [128, 3]],
    ["rows over several axes, along the last", softmaxes, [6, 32, 10]],
  ] as const)("are computed for %s", (_, rows, shape) => {
    expect(isAcross(rows, shape)).toBe(true);
  });
  test.each([
    ["long rows", softmaxes, [128, 1000]],
    ["rows that are loaded and stored more than computed", centred, [128, 10]],
    ["a few rows, most lanes of which are nothing", softmaxes, [5, 12]],
  ] as const)("are not for %s", (_, rows, shape) => {
    expect(isAcross(rows, shape)).toBe(false);
  });
  test("are not where a value is no vector", () => {
    expect(isAcross(softmaxes, [128, 10], "float64")).toBe(false);
  });
});
