import { edgeSamples } from "@adjoint/testing";
import {
  type AnyTensor,
  adam,
  add,
  compile,
  dense,
  div,
  exp,
  grad,
  isFloat,
  less,
  log,
  matmul,
  mul,
  parameter,
  precision,
  relu,
  sequential,
  slice,
  softmax,
  sparseCategoricalCrossentropy,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  withoutStabilising,
} from "adjoint";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases, titled } from "../registry/cases.ts";
import { runs } from "../registry/runs.ts";
import { lineBelow, withoutColumns } from "./tools.ts";

const second = (z: Tensor<[2]>) => log(slice(softmax(z), [1])).reshape([]);
const far = tensor([1000, 0]);

describe("precision", () => {
  test("says where error is born, how it grows and which line it comes from", () => {
    const line = lineBelow(1);
    const cancelling = (x: AnyTensor) => div(sub(add(1, x), 1), x);
    const report = precision(cancelling)(tensor([2 ** -12 / 3, 1]));
    // x is 682⅔ units in the last place of 1, of which 683 are left: the error is ⅓ / 682⅔.
    expect(withoutColumns(String(report))).toBe(
      [
        "3 ops, results off by 4.9e-4",
        "born here  so far  op              worst at  is            should be     called at",
        `4.9e-4     4.9e-4  sub float32[2]  [0]       0.0000814199  0.0000813802  ${line}`,
        `4.0e-8     4.0e-8  add float32[2]  [0]       1.00008       1.00008       ${line}`,
      ].join("\n"),
    );
    expect(report.ops.map(({ op, direction }) => [op, direction])).toEqual([
      ["add", "forward"],
      ["sub", "forward"],
      ["div", "forward"],
    ]);
  });

  test("knows what overflows and underflows in float64, too", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const [worst] = precision(second, { stabilise: false })(far.cast(dtype) as never).worst;
      expect(worst).toMatchObject({
        op: "log",
        type: `${dtype}[1]`,
        direction: "forward",
        localError: Number.POSITIVE_INFINITY,
        error: Number.POSITIVE_INFINITY,
        index: [0],
        computed: Number.NEGATIVE_INFINITY,
        exact: "-1000",
      });
    }
  });

  test("looks at the graph as it is rewritten, unless that is off", () => {
    expect(precision(second)(far).error).toBe(0);
    expect(String(precision(second)(far))).toBe("3 ops, results off by 0; nothing is rounded");
    expect(withoutStabilising(() => precision(second)(far).error)).toBe(Number.POSITIVE_INFINITY);
    expect(precision(second, { stabilise: false })(far).error).toBe(Number.POSITIVE_INFINITY);
  });

  test("looks at gradients", () => {
    const line = lineBelow(1);
    const naive = (z: Tensor<[2]>) => log(slice(softmax(z), [1])).reshape([]);
    const report = precision(grad(naive, { stabilise: false }), { stabilise: false })(far);
    const [worst] = report.worst;
    expect([worst.op, worst.direction, worst.exact]).toEqual(["div", "backward", "1.97007e+434"]);
    expect(withoutColumns(worst.at as string)).toBe(line);
    expect(precision(grad(naive))(far).error).toBe(0);
  });

  test("computes in 106 bits what float64 rounds", () => {
    const f = (x: AnyTensor) => sub(add(x, 1), 1);
    const x = tensor([1 / 3], { dtype: "float64" });
    const computed = 1 / 3 + 1 - 1;
    const { error } = precision(f)(x);
    expect(error).toBeCloseTo(Math.abs(computed - 1 / 3) * 3, 24);
    expect(error).toBeGreaterThan(2 ** -54);
  });

  test("takes comparisons from the graph's own dtype, so that both go the same way", () => {
    const f = (x: AnyTensor) => where(less(1, add(x, 1)), 5, 7);
    // 1 + 2⁻³⁰ is 1 in float32.
    expect(precision(f)(tensor([2 ** -30])).error).toBe(0);
  });

  test("looks at a training step, whose parameters keep their values", () => {
    const model = sequential(dense(2, 3), relu, dense(3, 2));
    const optimizer = adam(model.parameters(), { learningRate: 0.1 });
    const step = (x: Tensor<[2, 2]>, y: Tensor<[2], "int32">) => {
      const loss = sparseCategoricalCrossentropy(model(x), y, { fromLogits: true });
      optimizer.minimize(loss);
      return loss;
    };
    const x = tensor([
      [0.5, 1],
      [1, -1],
    ]) as Tensor<[2, 2]>;
    const y = tensor([0, 1], { dtype: "int32" }) as Tensor<[2], "int32">;
    const before = model.parameters().map((one) => one.toArray());
    for (const fn of [step, compile(step)]) {
      const report = precision(fn as typeof step)(x, y);
      expect(report.ops.some(({ direction }) => direction === "backward")).toBe(true);
      expect(report.worst.every(({ at }) => at?.includes("precision.test.ts"))).toBe(true);
      expect(report.worst).toHaveLength(10);
    }
    expect(model.parameters().map((one) => one.toArray())).toEqual(before);
  });

  test("gives JSON without NaN and ∞", () => {
    const json = JSON.parse(JSON.stringify(precision(second, { stabilise: false })(far)));
    expect(json).toMatchObject({ error: "Infinity", ops: 4 });
    expect({ ...json.worst[0], at: "" }).toEqual({
      op: "log",
      type: "float32[1]",
      direction: "forward",
      at: "",
      localError: "Infinity",
      error: "Infinity",
      index: [0],
      computed: "-Infinity",
      exact: "-1000",
    });
  });

  test("colours the graph by the error that is born in each op", () => {
    const f = (x: AnyTensor) => log(exp(x));
    const report = precision(f, { stabilise: false })(tensor([1000]));
    expect(report.graph()).toBe(
      [
        "flowchart TD",
        '  n0["data<br>float32[1]"]',
        '  n1("exp<br>float32[1]<br>born here ∞, so far ∞")',
        '  n2("log<br>float32[1]<br>born here ∞, so far ∞")',
        "  n0 --> n1",
        "  n1 --> n2",
        "  style n1 fill:#ef5350,color:#000",
        "  style n2 fill:#ef5350,color:#000",
      ].join("\n"),
    );
    expect(report.graph("dot")).toContain(
      '  n1 [label="exp\\nfloat32[1]\\nborn here ∞, so far ∞", style=filled, fillcolor="#ef5350"];',
    );
    expect(precision(f, { stabilise: false })(tensor([1])).graph()).toContain("style n1 fill:#c8e6c9");
  });

  test("an exact 0 is measured by its tensor, and underflow is no error", () => {
    const w = parameter(tensor([[0.1], [0.2], [-0.3]]));
    const { ops } = precision((x: AnyTensor) => matmul(x, w as never))(
      tensor([
        [1, 1, 1],
        [1, 1, 0],
      ]),
    );
    expect(ops[0].error).toBeLessThan(2 ** -20);
    const [tiny] = precision((x: AnyTensor) => mul(x, x))(tensor([1e-30])).ops;
    expect([tiny.computed, tiny.error < 2 ** -24]).toEqual([0, true]);
  });

  test("refuses functions that are async", () => {
    expect(() => precision(async (x: AnyTensor) => x)(tensor(1))).toThrow(
      "precision: the function is async; give one that is synchronous, and await outside it",
    );
  });
});

/** The largest finite size of an element; at least 1. */
function largestIn(x: AnyTensor): number {
  return [...x.toTypedArray()].reduce((m, n) => (Number.isFinite(n) ? Math.max(m, Math.abs(n)) : m), 1);
}

describe("the exact evaluation of an op agrees with its kernel", () => {
  const floats = titled(cases);
  test.for(floats)("%s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one), ({ form, inputs }) => {
        const exactInputs = inputs.map((input) =>
          input.dtype === "float32" ? input.cast("float64") : input,
        );
        if (!isFloat(form.call(...exactInputs).dtype)) return;
        // Integers that float32 does not hold are rounded before the op has them.
        fc.pre(
          exactInputs.every((x) => isFloat(x.dtype) || x.toTypedArray().every((n) => Math.abs(n) < 2 ** 24)),
        );
        // What an overflow or underflow on the way leaves says nothing: products of numbers between have none.
        const isExtreme = (n: number): boolean =>
          n !== 0 && Number.isFinite(n) && !(Math.abs(n) > 1e-150 && Math.abs(n) < 1e150);
        if (exactInputs.some((x) => x.toTypedArray().some(isExtreme))) return;
        const report = precision((...given: AnyTensor[]) => form.call(...given), { stabilise: false })(
          ...exactInputs,
        );
        // Products of this size may cancel to anything smaller.
        const size = exactInputs.reduce((product, x) => product * largestIn(x), 1);
        // Integers become float32 on the way to float64.
        const unit = exactInputs.every((x) => isFloat(x.dtype)) ? 1e-14 : 1e-6;
        for (const op of report.ops) {
          // A result that cancels to 0, or underflows on its way through float32, says nothing of the rule.
          const least = op.op === "cast" || op.computed === 0 ? 1e-36 : 1e-290;
          const isMeasure = Number.isFinite(op.computed) && Math.abs(Number(op.exact)) > least;
          const isClose = op.error < 1e-6 || Math.abs(op.computed - Number(op.exact)) < unit * size;
          if (isMeasure && op.type.startsWith("float64")) expect(op).toSatisfy(() => isClose);
        }
      }),
      runs(0.3),
    );
  });
});

test("sum of nothing, of one element and rank 0", () => {
  expect(precision((x: AnyTensor) => sum(x))(tensor([])).error).toBe(0);
  expect(precision((x: AnyTensor) => exp(x))(tensor(0)).error).toBe(0);
});
