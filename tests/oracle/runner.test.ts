import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyTensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluateExpression, parseExpression } from "./expression.ts";
import { main } from "./main.ts";
import { relative, relativeToMeanSquare, within } from "./numbers.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "oracle-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the runner on a file of this content. */
function run(content: unknown, ...args: string[]): { code: number; lines: string[] } {
  writeFileSync(join(folder, "file.json"), typeof content === "string" ? content : JSON.stringify(content));
  const lines: string[] = [];
  const code = main(["file.json", ...args], folder, (line) => lines.push(line));
  return { code, lines };
}

const numeric = (one: object): object => ({ cases: [{ attrs: {}, gradients: null, ...one }] });

describe("a file of numerics", () => {
  test("passes in both dtypes", () => {
    const file = numeric({ id: 7, op: "square", inputs: [[3, -1]], value: [9, 1], gradients: [[6, -2]] });
    expect(run(file)).toEqual({
      code: 0,
      lines: ["file.json: numerics, 2 passed, 0 failed", "2 passed, 0 failed"],
    });
  });

  test("a failure is told with what was expected and what came", () => {
    const file = numeric({
      id: 7,
      op: "square",
      inputs: [[3, -1]],
      value: [9, 2],
      gradients: [[6, "NaN"]],
      secondDerivatives: [[2, 3]],
    });
    expect(run(file, "--dtype", "float64")).toEqual({
      code: 1,
      lines: [
        "file.json: numerics, 0 passed, 1 failed",
        "  FAILED numerics #7 square in float64",
        "    value: [1] expected 2, actual 1",
        "    gradient 0: [1] expected NaN, actual -2",
        "    second derivative 0: [1] expected 3, actual 2",
        "0 passed, 1 failed",
      ],
    });
  });

  test("an unknown op is a failed case", () => {
    expect(run(numeric({ op: "fft", inputs: [[1]], value: [1] }), "--dtype", "float32").lines).toEqual([
      "file.json: numerics, 0 passed, 1 failed",
      "  FAILED numerics #1 fft in float32",
      '    no function for the op "fft"',
      "0 passed, 1 failed",
    ]);
  });

  test("an op by a name that every object has is unknown too", () => {
    expect(run(numeric({ op: "constructor", inputs: [[1]], value: [1] })).code).toBe(1);
  });

  test("an option that the function does not have is a failed case", () => {
    const file = numeric({
      op: "huber",
      attrs: { slack: 1 },
      inputs: [[1], [1]],
      value: 0,
    });
    expect(run(file).lines.at(-1)).toBe("0 passed, 2 failed");
  });

  test("a cotangent, a mask, a row as a batch, labels written 2.0", () => {
    const file = {
      cases: [
        { op: "square", attrs: {}, inputs: [[3, 4]], value: [9, 16], gradients: [[6, 0]], cotangent: [1, 0] },
        {
          op: "softmax",
          attrs: { mask: [true, false] },
          inputs: [[5, 9]],
          value: [1, 0],
          gradients: [[0, 0]],
        },
        {
          op: "sparseCategoricalCrossentropy",
          attrs: { fromLogits: true },
          inputs: [[0, 0], 1.0],
          value: Math.LN2,
          gradients: [[0.5, -0.5]],
        },
      ],
    };
    expect(run(file).lines).toEqual(["file.json: numerics, 6 passed, 0 failed", "6 passed, 0 failed"]);
  });

  test("a tolerance of its own means float32 alone, relative or absolute", () => {
    const fill = { fill: 1, count: 16777224, dtype: "float32" };
    const sum = { op: "sum", inputs: [fill], gradients: null };
    const file = {
      cases: [
        { ...sum, value: 16777224, float32Tolerance: { absolute: 0 } },
        { ...sum, value: 16777226, float32Tolerance: { absolute: 1 } },
        { ...sum, value: 16777226, float32Tolerance: { relative: 1e-3 } },
      ],
    };
    const { lines } = run(file);
    expect(lines[0]).toBe("file.json: numerics, 2 passed, 1 failed");
    expect(lines[2]).toBe("    value: expected 16777226, actual 16777224");
  });

  test('"throws" is an error of ours, and nothing else', () => {
    const loss = { op: "sparseCategoricalCrossentropy", attrs: { fromLogits: true }, value: "throws" };
    const passing = { ...loss, inputs: [[1, 2, 3], 3] };
    const failing = { ...loss, inputs: [[1, 2, 3], 2] };
    const foreign = { op: "transpose", attrs: { axes: 3 }, inputs: [[1]], value: "throws" };
    const { lines } = run({ cases: [passing, failing, foreign] }, "--dtype", "float64");
    expect(lines[0]).toBe("file.json: numerics, 1 passed, 2 failed");
    expect(lines[2]).toMatch(/^ {4}expected an error, actual 0\.4/);
  });

  test("a rewrite is evaluated as it is written", () => {
    const file = numeric({
      op: "rewrite",
      attrs: { expression: "sum(x*x) / 2 - x[0]" },
      inputs: [[1, 2]],
      value: 1.5,
      gradients: [[0, 2]],
    });
    expect(run(file).lines).toEqual(["file.json: numerics, 2 passed, 0 failed", "2 passed, 0 failed"]);
  });

  test("a rewrite that cannot be read is a failed case", () => {
    const file = numeric({ op: "rewrite", attrs: { expression: "log(x" }, inputs: [[1]], value: 0 });
    expect(run(file, "--dtype", "float64").lines[2]).toBe("    cannot read the expression log(x at its end");
  });
});

describe("a file of ops", () => {
  const file = {
    cases: [
      {
        op: "take",
        attrs: { axis: 0 },
        inputs: [
          { shape: [2], data: [3, 4] },
          { shape: [3], data: [0, 0, 1], dtype: "int32" },
        ],
        output: { shape: [3], data: [3, 3, 4] },
        cotangent: [1, 2, 3],
        gradients: [[3, 3], null],
      },
    ],
  };

  test("passes", () => {
    expect(run(file).lines).toEqual(["file.json: ops, 2 passed, 0 failed", "2 passed, 0 failed"]);
  });

  test("takes numbers for scalars, and second derivatives by any input", () => {
    const power = { op: "pow", attrs: {}, inputs: [{ shape: [2], data: [3, 2] }, 2] };
    expect(run({ cases: [{ ...power, output: { shape: [2], data: [9, 4] } }] }).code).toBe(0);
    const cube = {
      op: "pow",
      inputs: [[2], [3]],
      value: [8],
      secondDerivatives: [[12], [8 * Math.LN2 ** 2]],
    };
    expect(run({ cases: [cube] }).code).toBe(0);
  });

  test("fails by the shape, the value and the gradient", () => {
    const [one] = file.cases;
    const wrong = { ...one, output: { shape: [1, 3], data: [3, 3, 5] }, gradients: [[3, 4], null] };
    expect(run({ cases: [wrong] }, "--dtype", "float64").lines.slice(2, 5)).toEqual([
      "    shape: expected [1, 3], actual [3]",
      "    value: [2] expected 5, actual 4",
      "    gradient 0: [1] expected 4, actual 3",
    ]);
  });
});

describe("a file of random draws", () => {
  test("is run once, whatever the dtype", () => {
    const one = {
      seed: 0,
      key: [0, 0],
      split2: [
        [1797259609, 2579123966],
        [928981903, 3453687069],
      ],
    };
    expect(run({ cases: [one] }).lines[0]).toBe("file.json: random, 2 passed, 0 failed");
    const wrong = {
      ...one,
      split2: [
        [1797259609, 2579123966],
        [928981903, 3453687070],
      ],
      gamma: 1,
    };
    expect(run({ cases: [wrong] }).lines.slice(1, 5)).toEqual([
      "  FAILED random seed 0 split2",
      "    split2: [3] expected 3453687070, actual 3453687069",
      "  FAILED random seed 0 gamma",
      '    no function for "gamma"',
    ]);
  });
});

describe("a training trace", () => {
  const trace = {
    name: "tiny",
    seed: 1,
    layers: [784, 2],
    activation: "relu",
    loss: { name: "meanSquaredError", positiveLabel: 3 },
    optimizer: { name: "sgd", learningRate: 0.1 },
    batch: 1,
    steps: 1,
    losses: [1],
    gradNorms: [1],
    finalParamSums: [1, 1],
    finalParamNorms: [1, 1],
  };

  test("with an optimizer that is not there fails with its name", () => {
    const { lines, code } = run({ ...trace, optimizer: { name: "lion" } }, "--dtype", "float64");
    expect(code).toBe(1);
    expect(lines.slice(0, 3)).toEqual([
      "file.json: training, 0 passed, 4 failed",
      "  FAILED training tiny losses in float64",
      '    no optimizer "lion"; there are adagrad, adam, adamw, rmsprop, sgd',
    ]);
  });
});

describe("what cannot be run is one sentence and exit code 2", () => {
  test("no such file", () => {
    const lines: string[] = [];
    expect(main(["absent.json"], folder, (line) => lines.push(line))).toBe(2);
    expect(lines).toEqual([`oracle: cannot read ${join(folder, "absent.json")}: there is no such file`]);
  });

  test("a file that is not JSON", () => {
    const { code, lines } = run("{");
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^oracle: .*file\.json is not JSON: /);
  });

  test.for([{}, [], 3, { cases: [] }, { cases: [{ op: "add" }] }, { cases: [3] }])(
    "%j has no known form",
    (content) => {
      const { code, lines } = run(content);
      expect(code).toBe(2);
      expect(lines[0]).toMatch(
        /has none of the known forms: cases of numerics, ops or random, or a training trace$/,
      );
    },
  );

  test("an unknown backend, dtype or option", () => {
    const file = numeric({ op: "square", inputs: [[1]], value: [1] });
    expect(run(file, "--backend", "abacus")).toEqual({
      code: 2,
      lines: ['oracle: unknown backend "abacus"; expected reference or wasm'],
    });
    expect(run(file, "--dtype", "float16")).toEqual({
      code: 2,
      lines: ['oracle: unknown dtype "float16"; expected float32 or float64'],
    });
    expect(run(file, "--quick")).toEqual({ code: 2, lines: ["oracle: Unknown option '--quick'"] });
  });
});

test("--help says how it is called", () => {
  const lines: string[] = [];
  expect(main(["--help"], folder, (line) => lines.push(line))).toBe(0);
  expect(lines[0]).toMatch(/^usage: npm run oracle/);
});

interface Written {
  readonly text: string;
  readonly value: number;
}

const onNumbers: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** Operands joined by operators of one precedence, worked out from the left. */
function chain(operand: fc.Arbitrary<Written>, operators: readonly string[]): fc.Arbitrary<Written> {
  const rest = fc.array(fc.tuple(fc.constantFrom(...operators), operand), { maxLength: 2 });
  return fc.tuple(operand, rest).map(([first, others]) =>
    others.reduce(
      (left, [operator, right]) => ({
        text: `${left.text} ${operator} ${right.text}`,
        value: onNumbers[operator](left.value, right.value),
      }),
      first,
    ),
  );
}

describe("expressions", () => {
  const at = (text: string, values: number[]): unknown => {
    const x = tensor(values, { dtype: "float64" }) as AnyTensor;
    return evaluateExpression(parseExpression(text), x).toArray();
  };

  test.for([
    ["1 + 2 * x[0]", [3], 7],
    ["(1 + 2) * x[0]", [3], 9],
    ["8 / 2 / 2 - 1 - 1", [0], 0],
    ["-x[0] * -2", [3], 6],
    ["--x", [3], [3]],
    ["2 - -x", [3], [5]],
    ["+x", [3], [3]],
    ["x[-1]", [3, 4], 4],
    ["x * x + 1", [1, 2], [2, 5]],
    ["where(x > 1, x, 0)", [1, 2], [0, 2]],
    ["where(x >= 2, 1e1, .5)", [1, 2], [0.5, 10]],
    ["where(x + 1 <= 2, 1, 0)", [1, 2], [1, 0]],
    ["where(x < 2, 1, 0)", [1, 2], [1, 0]],
    ["where(x == 2, 1, 0)", [1, 2], [0, 1]],
    ["where(x != 2, 1, 0)", [1, 2], [1, 0]],
    ["maximum(z, 1.5)", [1, 2], [1.5, 2]],
    ["sum(exp(z - z))", [1, 2], 2],
    ["sqrt(4)", [1], 2],
    ["2 > 1", [1], 1],
  ] as const)("%s of %j is %j", ([text, values, expected]) => {
    expect(at(text, [...values])).toEqual(expected);
  });

  /** Text of the usual precedence, and its value. */
  const { sum } = fc.letrec<{ sum: Written; product: Written; factor: Written }>((tie) => ({
    sum: chain(tie("product"), ["+", "-"]),
    product: chain(tie("factor"), ["*", "/"]),
    factor: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.integer({ min: 1, max: 9 }).map((value) => ({ text: String(value), value })),
      tie("factor").map(({ text, value }) => ({ text: `-${text}`, value: -value })),
      tie("sum").map(({ text, value }) => ({ text: `(${text})`, value })),
    ),
  }));

  property.prop([sum])("are read from the left, products first, signs before both", ({ text, value }) => {
    expect(at(text, [0])).toEqual(value);
  });

  test.for([
    ["x +", "its end"],
    ["x ) 1", '")"'],
    ["log(x,, 1)", '","'],
    ["x[x]", '"]"'],
    ["x[1.5]", '"]"'],
    ["* x", '"*"'],
    ["x % 2", '"% 2"'],
    ["", "its end"],
  ])("%s cannot be read at %s", ([text, place]) => {
    expect(() => parseExpression(text)).toThrow(`cannot read the expression ${text} at ${place}`);
  });

  test("has one variable", () => {
    expect(() => parseExpression("x * y")).toThrow("the expression x * y has two variables, x and y");
  });
});

describe("tolerances", () => {
  test("are relative, element by element, to the last digit", () => {
    const agrees = relative(1e-6, "float32");
    expect([agrees(1 + 9e-7, 1, 0), agrees(1 + 2e-6, 1, 0), agrees(1e-9, 0, 0), agrees(-0, 0, 0)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  test("let what is under the smallest normal number be 0", () => {
    const agrees = relative(1e-6, "float32");
    expect([
      agrees(0, 8e-40, 0),
      agrees(0, 2e-38, 0),
      agrees(3e-45, 2e-45, 0),
      agrees(1e-40, 8e-40, 0),
    ]).toEqual([true, false, true, false]);
    expect(relative(1e-13, "float64")(0, 8e-40, 0)).toBe(false);
  });

  test("know NaN, infinities, and the range of float32", () => {
    const agrees = relative(1e-6, "float32");
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect([agrees(nan, nan, 0), agrees(nan, 1, 0), agrees(1, nan, 0)]).toEqual([true, false, false]);
    expect([agrees(infinity, infinity, 0), agrees(-infinity, infinity, 0)]).toEqual([true, false]);
    expect([agrees(infinity, 1e39, 0), relative(1e-13, "float64")(infinity, 1e39, 0)]).toEqual([true, false]);
  });

  test("of ops are relative to the larger of the element and the root mean square", () => {
    const agrees = relativeToMeanSquare(1e-2, [3, 4, 0]);
    const size = 5 / Math.sqrt(3);
    expect([agrees(0.009 * size, 0, 2), agrees(0.011 * size, 0, 2), agrees(4.039, 4, 1)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("may depend on the place", () => {
    const agrees = within((_, place) => place);
    expect([agrees(1, 0, 0), agrees(1, 0, 1)]).toEqual([false, true]);
  });
});
