import { readFileSync } from "node:fs";
import { type AnyTensor, equal, exp, mul, referenceBackend, sin, tensor, where } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { unaryFunctions } from "./accuracy/functions.ts";
import { runJob } from "./accuracy/job.ts";
import { main } from "./accuracy/main.ts";
import { measureExactly, measureSingle, patterns, worse } from "./accuracy/measure.ts";
import { measurePow } from "./accuracy/pairs.ts";
import { errorInUlps, pow, type Real, real } from "./accuracy/real.ts";
import { samples } from "./accuracy/samples.ts";
import { line, withRows } from "./accuracy/table.ts";
import { backends } from "./backends.ts";

/** What `packages/tensor/test/golden/<name>.py` wrote with mpmath: arguments, value, and what its rounding left, in ulps. */
function goldenValues(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../packages/tensor/test/golden/${name}.json`, import.meta.url), "utf8"),
  );
}
const powers = goldenValues("pow") as [a: number, b: number, y: number, residual: number][];
const golden = goldenValues("special") as Record<string, [x: number, y: number, residual: number][]>;

/** Does the judge find the error that mpmath found, to its four digits? */
function agrees(y: number, residual: number, exact: Real): boolean {
  const error = errorInUlps(y, exact, "float64");
  // Below a power of two an ulp is half of the one above, which the golden values count in.
  const below = Math.abs(Math.log2(Math.abs(y))) % 1 === 0 ? error / 2 : error;
  return [error, below].some((one) => Math.abs(one - Math.abs(residual)) <= 1e-4);
}

describe("the judge", () => {
  test.for(Object.entries(golden))("agrees with mpmath: %s", ([name, rows]) => {
    const { exact, isDefined = () => true } = unaryFunctions[name.replace(/^\w+ of /, "")];
    const given = rows.filter(([x, y]) => isDefined(x) && Number.isFinite(y));
    expect(given.length).toBeGreaterThan(rows.length / 2);
    expect(given.filter(([x, y, residual]) => !agrees(y, residual, exact(real(x))))).toEqual([]);
  });

  test("agrees with mpmath: pow", () => {
    expect(powers.filter(([a, b, y, residual]) => !agrees(y, residual, pow(real(a), real(b))))).toEqual([]);
  });

  test.for<[number, number, "float32" | "float64", number]>([
    [1, 1, "float64", 0],
    [1 + 2 ** -52, 1, "float64", 1],
    [1 - 2 ** -53, 1, "float64", 0.5],
    [1 + 2 ** -23, 1, "float32", 1],
    [2 ** -149, 2 ** -148, "float32", 1],
    [0, 2 ** -151, "float32", 0.25],
    [Number.POSITIVE_INFINITY, Number.MAX_VALUE, "float64", 1],
    [Number.POSITIVE_INFINITY, 1e300, "float32", 0],
    [Number.NEGATIVE_INFINITY, 1e300, "float32", Number.POSITIVE_INFINITY],
    [Number.NaN, 1, "float64", Number.POSITIVE_INFINITY],
  ])("%d for %d in %s is off by %d ulps", ([actual, exact, format, error]) => {
    expect(errorInUlps(actual, real(exact), format)).toBe(error);
  });
});

describe.for(Object.entries(backends))("on %s", ([name, backend]) => {
  test.for(Object.keys(unaryFunctions))("%s is within 2 ulps at every exponent of float32", (fn) => {
    const x = samples("float32", { perExponent: 300 }) as Float32Array;
    expect(x.length).toBeGreaterThan(170_000);
    expect(measureSingle(unaryFunctions[fn], x, backend)).toSatisfy(({ ulps }) => ulps <= 2);
    const specials = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0);
    expect(measureSingle(unaryFunctions[fn], specials, backend)).toSatisfy(({ ulps }) => ulps <= 2);
  });

  test.for(Object.keys(unaryFunctions))("%s is within 2 ulps of float64", (fn) => {
    const x = samples("float64", { perExponent: 1, stride: 6 });
    expect(measureExactly(unaryFunctions[fn], x, backend)).toSatisfy(({ ulps }) => ulps <= 2);
  });

  test.for(["float32", "float64"] as const)("pow is within 2 ulps of %s", (dtype) => {
    expect(measurePow(dtype, 3000, backend)).toSatisfy(({ ulps }) => ulps <= 2);
  });

  test("a job covers the bit patterns that it names", () => {
    const job = { name: "exp", backends: [name], start: 0, end: 2 ** 32, stride: 65537 };
    const [worst, ...others] = runJob(job);
    expect(worst.count).toBe(65536);
    expect(worst.ulps).toBeLessThanOrEqual(2);
    expect(others).toEqual([]);
  });
});

test("the sine of 10⁷ has its digits", () => {
  // sin(10⁷) = 0.420547793190782491298506589740… (mpmath, 60 digits)
  expect(sin(tensor(1e7)).item()).toBe(Math.fround(0.4205477931907825));
  expect(sin(tensor(1e7, { dtype: "float64" })).item()).toBe(0.4205477931907825);
});

test("backends that are measured in one pass each get their own errors", () => {
  const job = { name: "exp", start: 0x3f800000, end: 0x40800000, stride: 257 };
  const both = runJob({ ...job, backends: ["reference", "wasm"] });
  expect(both).toEqual([
    ...runJob({ ...job, backends: ["reference"] }),
    ...runJob({ ...job, backends: ["wasm"] }),
  ]);
  expect(both[0].ulps).toBeLessThan(both[1].ulps);
});

describe("what is measured", () => {
  /** Exact in float64, and made worse in float32. */
  const spoilt = (spoil: (y: AnyTensor, x: AnyTensor) => AnyTensor) => ({
    ...unaryFunctions.exp,
    compute: (x: AnyTensor): AnyTensor =>
      x.dtype === "float32" ? spoil(exp(x) as AnyTensor, x) : (exp(x) as AnyTensor),
  });

  test("an error of some ulps is found, with its argument", () => {
    const threeUlps = spoilt((y) => mul(y, 1 + 2 ** -21) as AnyTensor);
    const { ulps, at, count } = measureSingle(threeUlps, Float32Array.of(0, 1, 1.5), referenceBackend);
    expect(ulps).toBeGreaterThan(3.5);
    expect(ulps).toBeLessThan(8.5);
    expect([0, 1, 1.5]).toContain(at);
    expect(count).toBe(3);
  });

  test("NaN for a number, and a number for ∞, are found", () => {
    const notANumber = spoilt((y, x) => where(equal(x, 1), Number.NaN, y) as AnyTensor);
    expect(measureSingle(notANumber, Float32Array.of(0, 1), referenceBackend)).toEqual({
      ulps: Number.POSITIVE_INFINITY,
      at: 1,
      count: 2,
    });
    const noOverflow = spoilt((y, x) => where(equal(x, 100), 1, y) as AnyTensor);
    expect(measureSingle(noOverflow, Float32Array.of(100), referenceBackend).ulps).toBeGreaterThan(2 ** 22);
  });

  test("a number where a function is not defined is found", () => {
    const log = { ...unaryFunctions.log, compute: (x: AnyTensor): AnyTensor => mul(x, 0) as AnyTensor };
    expect(measureExactly(log, Float64Array.of(-1), referenceBackend).ulps).toBe(Number.POSITIVE_INFINITY);
  });

  test("the worse of two keeps both counts", () => {
    const a = { ulps: 1, at: 3, count: 5 };
    expect(worse(a, { ulps: 2, at: 4, count: 6 })).toEqual({ ulps: 2, at: 4, count: 11 });
    expect(worse(a, { ulps: 0.5, at: 4, count: 6 })).toEqual({ ulps: 1, at: 3, count: 11 });
  });

  test("patterns are numbers by their bits", () => {
    expect([...patterns(0x3f800000, 3, 2)]).toEqual([1, 1 + 2 ** -22, 1 + 2 ** -21]);
  });
});

describe("the table", () => {
  const row = {
    name: "exp",
    dtype: "float32",
    backend: "reference",
    inputs: "all",
    worst: { ulps: 0.50001, at: 1.5, count: 4_294_967_296 },
  } as const;
  const head =
    "| function | dtype | backend | worst ulps | at | inputs | which |\n| --- | --- | --- | --: | --- | --: | --- |\n";

  test("a row bounds the error from above", () => {
    expect(line(row)).toBe("| exp | float32 | reference | 0.501 | 1.5 | 4,294,967,296 | all |");
  });

  test("a row takes the place of an older one, in order, and the page stays as it is", () => {
    const page = `above\n\n${head}${line({ ...row, name: "log" })}\n${line({ ...row, inputs: "few" })}\n\nbelow\n`;
    expect(withRows(page, [row])).toBe(
      `above\n\n${head}${line(row)}\n${line({ ...row, name: "log" })}\n\nbelow\n`,
    );
    expect(withRows(`${head}\nbelow\n`, [row])).toBe(`${head}${line(row)}\n\nbelow\n`);
  });
});

describe("npm run accuracy", () => {
  const told = async (...args: string[]): Promise<[number, string]> => {
    let text = "";
    const code = await main(args, (one) => {
      text += `${one}\n`;
    });
    return [code, text];
  };

  test("tells the worst error of a function", async () => {
    const [code, text] = await told("--function", "sqrt", "--dtype", "float64", "--sample", "1");
    expect(code).toBe(0);
    expect(text).toMatch(
      /^\| sqrt \| float64 \| reference \| 0\.500 \| \S+ \| [\d,]+ \| 1 of each sign at each exponent \|\n$/,
    );
  });

  test("says what it takes", async () => {
    expect((await told("--help"))[1]).toMatch(/^usage: npm run accuracy -- /);
  });

  test.for([
    [["--function", "sine"], /^accuracy: unknown function "sine"; expected exp, /],
    [["--backend", "gpu"], /^accuracy: unknown backend "gpu"; expected reference/],
    [["--dtype", "int32"], /^accuracy: unknown dtype "int32"; expected float32 or float64\n/],
    [["--sample", "0"], /^accuracy: --sample is "0"; expected a whole number from 1\n/],
    [
      ["--sample", "2"],
      /^accuracy: --sample 2 is even and would leave out mantissas of float32; give an odd number\n/,
    ],
    [["--exhaustive"], /^accuracy: --exhaustive goes with --dtype float32, and not with --sample\n/],
    [["--fast"], /^accuracy: Unknown option '--fast'/],
  ] as const)("%j is refused", async ([args, sentence]) => {
    const [code, text] = await told(...args);
    expect(code).toBe(2);
    expect(text).toMatch(sentence);
  });
});
