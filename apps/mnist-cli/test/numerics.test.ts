import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exactLoss, relativeError } from "../src/numerics/extremes.ts";
import { numberText } from "../src/numerics/number-text.ts";
import { curveOf } from "../src/numerics/series.ts";
import { partings } from "../src/numerics/text.ts";
import { firstDifference, reasonOf, type TrainingRun } from "../src/numerics/training.ts";
import { events, mnist, writeDigits } from "./commands.ts";

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mnist-numerics-"));
  data = join(folder, "data");
  await mkdir(data);
  await writeDigits(data, 200);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A short comparison. */
function compare(...args: string[]): ReturnType<typeof mnist> {
  return mnist("numerics", "--data-dir", data, "--limit", "96", "--epochs", "2", ...args);
}

/** The text of a run without its colours. */
async function textOf(...args: string[]): Promise<string> {
  const { code, out, err } = await compare(...args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  return out.replace(/\u001b\[\d+m/g, "");
}

// log(1 + k e⁻ˣ) and its derivative from 60-digit arithmetic (Python's decimal), rounded to float64.
const exact: readonly [k: number, x: number, value: number, gradient: number][] = [
  [9, 1, 1.4611501717344748, -0.768030683315926],
  [9, -1, 3.237286756995212, -0.9607296994499495],
  [9, 20, 1.8550382429888676e-8, -1.855038225783033e-8],
  [9, -20, 22.197224577565237, -0.999999999770983],
  [9, 100, 3.3480683784187523e-43, -3.3480683784187523e-43],
  [9, -100, 102.19722457733621, -1],
  [9, 1000, 0, 0],
  [9, -1000, 1002.1972245773362, -1],
  [1, 1, 0.3132616875182228, -0.2689414213699951],
  [1, -1, 1.3132616875182228, -0.7310585786300049],
  [1, 20, 2.061153620314381e-9, -2.0611536181902037e-9],
  [1, -20, 20.000000002061153, -0.9999999979388464],
  [1, 100, 3.720075976020836e-44, -3.720075976020836e-44],
  [1, -100, 100, -1],
  [1, 1000, 0, 0],
  [1, -1000, 1000, -1],
];

describe("mnist numerics", () => {
  test("shows 2/10000 in two ways to 18 digits", async () => {
    const text = await textOf("--pixels", "scaled");
    // Digits from exact rational arithmetic on IEEE 754 numbers; float64's are those of the lesson.
    expect(
      text.startsWith(`1. One number, two ways

x1 = 2.0 / 10000
x2 = 1 + (1 / 10000) - (1 - 1 / 10000)

         x1                                      x2  relative error
float32  0.000199999994947575  0.000200033187866211          1.7e-4
float64  0.000200000000000000  0.000199999999999978         1.1e-13

2. The loss at the extremes, in float32

`),
    ).toBe(true);
  });

  test("the two ways are those of the machine's own arithmetic", async () => {
    const lines = events((await compare("--pixels", "scaled", "--json")).out);
    const f = Math.fround;
    const small = f(1 / 10000);
    const arithmetic = lines.filter(({ event }) => event === "arithmetic");
    expect(arithmetic).toMatchObject([
      { dtype: "float32", x1: f(2 / 10000), x2: f(f(1 + small) - f(1 - small)) },
      { dtype: "float64", x1: 2 / 10000, x2: 1 + 1 / 10000 - (1 - 1 / 10000) },
    ]);
  });

  test("gives the loss at every logit each way, and only the naive one goes wrong", async () => {
    const lines = events((await compare("--pixels", "scaled", "--json")).out);
    const rows = lines.filter(({ event }) => event === "loss");
    expect(rows).toHaveLength(2 * 8 * 3);
    for (const [k, x, value, gradient] of exact) {
      const activation = k === 9 ? "softmax" : "sigmoid";
      const here = rows.filter((row) => row.activation === activation && row.logit === x);
      expect(here.map(({ way }) => way)).toEqual([
        "naive, rewrites off",
        "naive, rewrites on",
        "from logits",
      ]);
      for (const row of here.slice(1)) {
        // 2 ulp of float32, and 8 of the smallest numbers where the sum over nine classes is subnormal.
        const tolerance = (y: number): number => 2 ** -22 * Math.abs(y) + 8 * 2 ** -149;
        expect(Math.abs((row.value as number) - value)).toBeLessThanOrEqual(tolerance(value));
        expect(Math.abs((row.gradient as number) - gradient)).toBeLessThanOrEqual(tolerance(gradient));
      }
    }
    const off = (activation: string, logit: number): unknown =>
      rows.find(
        (row) => row.activation === activation && row.logit === logit && row.way === "naive, rewrites off",
      );
    expect(off("softmax", 20)).toMatchObject({ value: 0, valueError: 1 });
    expect(off("softmax", -1000)).toMatchObject({
      value: "Infinity",
      gradient: "NaN",
      valueError: "Infinity",
    });
    expect(off("sigmoid", 20)).toMatchObject({ value: "NaN", gradient: "NaN", gradientError: "Infinity" });
    expect(off("sigmoid", -1000)).toMatchObject({ value: "Infinity", gradient: "NaN" });
  });

  test("trains both nets each way, with both kinds of pixels, and ends", async () => {
    const lines = events((await compare("--json")).out);
    expect(lines.map(({ event }) => event)).toEqual([
      "start",
      ...new Array(2).fill("arithmetic"),
      ...new Array(48).fill("loss"),
      ...new Array(12).fill("training"),
      "done",
    ]);
    const runs = lines.filter(({ event }) => event === "training");
    expect(runs.map(({ pixels, net, way }) => `${pixels} ${net} ${way}`)).toEqual(
      ["scaled", "raw"].flatMap((pixels) =>
        ["25-15-10", "25-15-1"].flatMap((net) =>
          ["naive, rewrites off", "naive, rewrites on", "from logits"].map(
            (way) => `${pixels} ${net} ${way}`,
          ),
        ),
      ),
    );
    for (const { losses, epochLosses, layers } of runs as unknown as TrainingRun[]) {
      expect(losses).toHaveLength(6); // 96 digits in batches of 32, twice
      expect(epochLosses).toHaveLength(2);
      expect(layers.slice(0, 3)).toEqual([16, 25, 15]);
    }
    const ofLogits = runs.filter(({ way }) => way === "from logits");
    for (const { losses, reason } of ofLogits) {
      expect((losses as unknown[]).every((loss) => typeof loss === "number")).toBe(true);
      expect(reason).toBeNull();
    }
    // Before the first update all ways see the same net.
    const [off, on, logits] = runs.map(({ losses }) => (losses as number[])[0]);
    expect(relativeError(off, logits)).toBeLessThan(1e-6);
    expect(relativeError(on, logits)).toBeLessThan(1e-6);
  });

  test("raw pixels spoil the naive loss and no other, and the reason is told", async () => {
    const { out } = await compare("--pixels", "raw", "--learning-rate", "1", "--json");
    const runs = events(out).filter(({ event }) => event === "training");
    const reasons = ["25-15-10", "25-15-1"].map((net) =>
      runs.filter((run) => run.net === net).map(({ reason }) => reason),
    );
    expect(reasons).toEqual([
      [expect.stringMatching(/^the loss of step \d+ is (NaN|∞): .*a label's logit (lies|lay) /), null, null],
      [
        expect.stringMatching(
          /^the loss of step \d+ is (NaN|∞): a logit is \d+\.\d away from 0, p or 1 - p is 0 in float32, log\(0\) is -∞ and 0·∞ is NaN$/,
        ),
        null,
        null,
      ],
    ]);
  });

  test("one seed gives one result, another seed another", async () => {
    const losses = async (seed: string): Promise<unknown[]> =>
      events((await compare("--pixels", "scaled", "--seed", seed, "--json")).out).map((line) => line.losses);
    const first = await losses("3");
    expect(await losses("3")).toEqual(first);
    expect(await losses("4")).not.toEqual(first);
  });

  test("prints tables, reasons and charts for people", async () => {
    const text = await textOf();
    expect(text.match(/^(\d\. .*|softmax: .*|sigmoid: .*|16-.*)$/gm)).toEqual([
      "1. One number, two ways",
      "2. The loss at the extremes, in float32",
      "softmax: naive is -log(softmax([x, 0, 0, 0, 0, 0, 0, 0, 0, 0])[0])",
      "sigmoid: naive is -(y*log(p) + (1 - y)*log(1 - p)), p = sigmoid(x), y = 1",
      "3. The same nets trained each way, in float32",
      "16-25-15-10, pixels divided by 255",
      "16-25-15-1, pixels divided by 255",
      "16-25-15-10, pixels as they are, from 0 to 255: large logits",
      "16-25-15-1, pixels as they are, from 0 to 255: large logits",
    ]);
    expect(text).toContain(
      "96 digits, 2 epochs, batches of 32, Adam with learning rate 0.001, relu, seed 0.\n",
    );
    expect(text).toContain("  log(sum(slice(softmax(x)))) → logsumexp(slice(logSoftmax(x)))\n");
    expect(text).toContain("  sub(1, sigmoid(x)) → sigmoid(neg(x))\n");
    expect(text.match(/^ {4}off by ∞ at worst as written, by (0|\d\.\de-\d+) as rewritten$/gm)).toHaveLength(
      2,
    );
    expect(text).not.toContain("written at");
    expect(text).toMatch(
      /^ +loss, epoch 1 +loss, epoch 2 +first step unlike logits +first NaN or ∞ +test accuracy$/m,
    );
    expect(text).toMatch(/^from logits +[\d.]+ +[\d.]+ +- +never +\d+\.\d\d %$/m);
    expect(text).toMatch(/^loss of each step, naive, rewrites off\n +▲\n *[\d.]+┤/m);
    expect(text).not.toMatch(/[ \t]$/m);
  });

  test("writes a page that needs nothing else", async () => {
    const page = join(folder, "numerics.html");
    const { code, out } = await compare("--html", page, "--json");
    expect(code).toBe(0);
    expect(events(out).at(-1)).toEqual({ event: "done", saved: page });
    const html = await readFile(page, "utf8");
    expect(html).not.toMatch(/https?:|\/\/|src=|href=|url\(|@import|<script|<link|<img|<iframe/i);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/);
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html.match(/<polyline /g)).toHaveLength(12);
    expect(html.match(/<table>/g)).toHaveLength(1 + 2 + 4);
    expect(html).toContain("0.000199999999999978");
    expect(html).not.toContain("undefined");
    // Every tag that is opened is closed, in order.
    const open: string[] = [];
    for (const [, close, tag, selfClosed] of html.matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/g)) {
      if (selfClosed === "/" || tag === "meta") continue;
      if (close === "/") expect(open.pop()).toBe(tag);
      else open.push(tag);
    }
    expect(open).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.for([
    ["--limit 0", "error: option '--limit <n>' argument '0' is invalid. Expected a whole number from 1."],
    ["--limit 201", "mnist: --limit 201 is more than the 200 training digits"],
    ["--epochs x", "error: option '--epochs <n>' argument 'x' is invalid. Expected a whole number from 1."],
    ["--seed -1", "error: option '--seed <n>' argument '-1' is invalid. Expected a whole number from 0."],
    [
      "--pixels grey",
      "error: option '--pixels <as>' argument 'grey' is invalid. Allowed choices are scaled, raw, both.",
    ],
    [
      "--binary 10",
      "error: option '--binary <digit>' argument '10' is invalid. Expected a whole number from 0 to 9.",
    ],
    [
      "--learning-rate 0",
      "error: option '--learning-rate <x>' argument '0' is invalid. Expected a number above 0.",
    ],
    ["--scaled", "error: unknown option '--scaled'\n(Did you mean --seed?)"],
  ])("%s is refused", async ([options, sentence]) => {
    expect(await mnist("numerics", "--data-dir", data, ...options.split(" "))).toEqual({
      code: 2,
      out: "",
      err: `${sentence}\n`,
    });
  });

  test("a page that cannot be written is told, before anything is trained", async () => {
    const page = join(folder, "nowhere", "numerics.html");
    const { code, out, err } = await compare("--html", page);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(`mnist: ${page}: the file cannot be written: no such file or folder\n`);
  });

  test("--help names its options", async () => {
    const { code, out } = await mnist("numerics", "--help");
    expect(code).toBe(0);
    expect(out.match(/^ {2}--[\w-]+/gm)?.map((option) => option.trim())).toEqual([
      "--epochs",
      "--limit",
      "--batch-size",
      "--learning-rate",
      "--binary",
      "--pixels",
      "--seed",
      "--html",
      "--data-dir",
      "--json",
    ]);
  });
});

describe("the parts", () => {
  test.for(exact)("log(1 + %d e^-(%d)) = %d, slope %d", ([k, x, value, gradient]) => {
    const computed = exactLoss(x, k);
    // Each is at most four roundings from the exact value.
    expect(Math.abs(computed.value - value)).toBeLessThanOrEqual(2 ** -51 * Math.abs(value));
    expect(Math.abs(computed.gradient - gradient)).toBeLessThanOrEqual(2 ** -51 * Math.abs(gradient));
  });

  test("a relative error is 0 for the nearest float32, and ∞ for what is no number", () => {
    expect(relativeError(Math.fround(0.1), 0.1)).toBe(0);
    expect(relativeError(0, 1e-50)).toBe(0); // under the smallest float32
    expect(relativeError(2, 1)).toBe(1);
    expect(relativeError(1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError(Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test.for([
    [0, "0"],
    [-1000, "-1000"],
    [2.061153620314381e-9, "2.06115e-9"],
    [1e-10, "1e-10"],
    [Number.NEGATIVE_INFINITY, "-∞"],
    [Number.NaN, "NaN"],
  ] as const)("%d is written %s", ([x, text]) => {
    expect(numberText(x)).toBe(text);
  });

  const run = (losses: number[], facts: Partial<TrainingRun> = {}): TrainingRun => ({
    net: "25-15-10",
    layers: [784, 25, 15, 10],
    pixels: "raw",
    way: "naive, rewrites off",
    losses,
    epochLosses: losses,
    breakdown: undefined,
    testAccuracy: 0.5,
    seconds: 1,
    ...facts,
  });

  test("a curve is made of means, and ends at the first loss that is no number", () => {
    expect(curveOf(run([1, 3, 5, 7, 9]), 3)).toEqual([
      [1.5, 2],
      [3.5, 6],
      [5, 9],
    ]);
    expect(curveOf(run([2, 1, Number.NaN, 1]), 4)).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(curveOf(run([Number.POSITIVE_INFINITY]), 4)).toEqual([]);
  });

  test("runs part at the first loss with other bits", () => {
    expect(firstDifference(run([1, 2, Number.NaN]), run([1, 2, Number.NaN]))).toBeUndefined();
    expect(firstDifference(run([1, 2, 3]), run([1, 2 + Number.EPSILON * 2, 3]))).toBe(2);
    expect(partings([run([1, 2.5])], run([1, 2]))).toEqual([
      "naive, rewrites off: parts by rounding, at step 2 with 2.5 for 2; no loss is NaN or ∞",
    ]);
  });

  test("a gradient that overflowed is told by the step before", () => {
    const breakdown = { step: 2, loss: Number.NaN, reach: Number.NaN, reachBefore: 95 };
    expect(reasonOf(run([1], { breakdown }))).toBe(
      "the loss of step 2 is NaN: in the step before, a label's logit lay 95.0 below the largest, the inverse of its probability e^-95.0 is ∞ in float32, and the gradient NaN",
    );
  });

  test("a loss that is NaN for another reason is not laid on the logarithm", () => {
    const breakdown = { step: 4, loss: Number.NaN, reach: Number.NaN, reachBefore: 3 };
    expect(reasonOf(run([1], { breakdown }))).toBe(
      "the loss of step 4 is NaN: the logits, the largest of which is NaN, were spoilt before",
    );
    expect(reasonOf(run([1]))).toBeUndefined();
  });
});
