import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { backends } from "../backends.ts";
import { unaryFunctions } from "./functions.ts";
import type { Job } from "./job.ts";
import { measureExactly, nothing, type Worst, worse } from "./measure.ts";
import { measurePow } from "./pairs.ts";
import { samples } from "./samples.ts";
import { line, type Row, withRows } from "./table.ts";

const dtypes = ["float32", "float64"] as const;
const names = [...Object.keys(unaryFunctions), "pow"];

const usage = `usage: npm run accuracy -- [--function NAME]... [--backend NAME]... [--dtype DTYPE] [--exhaustive | --sample N] [--record]

Tells the largest errors of the functions of one number, in ulps. float64 is judged by 256-bit arithmetic, float32 by the
reference's float64, and so fast enough for all of its numbers.

  --function NAME  one of ${names.join(", ")} (default: all)
  --backend NAME   ${Object.keys(backends).join(" or ")}, or both in one pass (default: reference)
  --dtype DTYPE    ${dtypes.join(" or ")} (default: both)
  --exhaustive     all 2^32 numbers of float32: minutes for each function
  --sample N       float32: every N-th number, N odd, so that every exponent occurs (default: 257);
                   float64: N numbers of each sign at each exponent (default: 20); pow: 2,000 N pairs
  --threads N      workers for float32 (default: the machine's cores)
  --record         put what is found into the table of docs/accuracy.md
  --help           this text
`;

/** A mistake in the call. */
class UsageError extends Error {}

/** The page that keeps the table, from dist/accuracy as from the sources. */
function pagePath(): URL {
  const up = import.meta.url.includes("/dist/") ? "../../../" : "../../";
  return new URL(`${up}docs/accuracy.md`, import.meta.url);
}

/** Measures what is asked for; gives the process's exit code: 0, or 1 if an error is beyond 2 ulps, 2 for a mistake in the call. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  try {
    const options = readArguments(args);
    if (options.help) {
      print(usage);
      return 0;
    }
    const rows: Row[] = [];
    for (const dtype of options.dtypes) {
      for (const name of options.functions) {
        const found =
          name === "pow"
            ? measurePairs(dtype, options)
            : dtype === "float32"
              ? await measure32(name, options)
              : measure64(name, options);
        rows.push(...found);
        for (const row of found) print(line(row));
        if (options.record) writeFileSync(pagePath(), withRows(readFileSync(pagePath(), "utf8"), found));
      }
    }
    return rows.every(({ worst }) => worst.ulps <= 2) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(`accuracy: ${error.message}`);
    return 2;
  }
}

type Options = ReturnType<typeof readArguments>;

function measure64(name: string, { backends: chosen, sample = 20 }: Options): Row[] {
  const x = samples("float64", { perExponent: sample });
  const inputs = `${sample} of each sign at each exponent`;
  return chosen.map((backend) => {
    return {
      name,
      dtype: "float64",
      backend,
      inputs,
      worst: measureExactly(unaryFunctions[name], x, backends[backend]),
    };
  });
}

function measurePairs(dtype: Row["dtype"], { backends: chosen, sample = 20 }: Options): Row[] {
  const inputs = "pairs with results of every size";
  return chosen.map((backend) => {
    return {
      name: "pow",
      dtype,
      backend,
      inputs,
      worst: measurePow(dtype, 2000 * sample, backends[backend]),
    };
  });
}

/** All backends in one pass, since what judges them takes most of the time. */
async function measure32(
  name: string,
  { backends: chosen, exhaustive, sample = 257, threads }: Options,
): Promise<Row[]> {
  const stride = exhaustive ? 1 : sample;
  const size = Math.ceil(2 ** 32 / threads / stride) * stride;
  const jobs = Array.from({ length: threads }, (_, i): Job => {
    return { name, backends: chosen, stride, start: i * size, end: Math.min(2 ** 32, (i + 1) * size) };
  });
  const found = await Promise.all(jobs.map(inWorker));
  const inputs = exhaustive ? "all" : `every ${stride}th`;
  return chosen.map((backend, i) => {
    const worst = found.map((parts) => parts[i]).reduce(worse, nothing);
    return { name, dtype: "float32", backend, inputs, worst };
  });
}

function inWorker(job: Job): Promise<readonly Worst[]> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: job });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function readArguments(args: readonly string[]) {
  const { values } = parse(args);
  const functions = values.function ?? names;
  for (const name of functions) {
    if (!names.includes(name))
      throw new UsageError(`unknown function "${name}"; expected ${names.join(", ")}`);
  }
  const chosenBackends = values.backend ?? ["reference"];
  for (const name of chosenBackends) {
    if (!Object.hasOwn(backends, name))
      throw new UsageError(`unknown backend "${name}"; expected ${Object.keys(backends).join(" or ")}`);
  }
  const chosen = dtypes.filter((one) => values.dtype === undefined || one === values.dtype);
  if (chosen.length === 0)
    throw new UsageError(`unknown dtype "${values.dtype}"; expected ${dtypes.join(" or ")}`);
  const sample = values.sample === undefined ? undefined : wholeNumber("--sample", values.sample);
  if (values.exhaustive && (sample !== undefined || values.dtype !== "float32")) {
    throw new UsageError("--exhaustive goes with --dtype float32, and not with --sample");
  }
  if (sample !== undefined && sample % 2 === 0 && chosen.includes("float32")) {
    throw new UsageError(
      `--sample ${sample} is even and would leave out mantissas of float32; give an odd number`,
    );
  }
  const threads =
    values.threads === undefined ? availableParallelism() : wholeNumber("--threads", values.threads);
  const { exhaustive, record, help } = values;
  return { functions, backends: chosenBackends, dtypes: chosen, exhaustive, sample, threads, record, help };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`${option} is "${text}"; expected a whole number from 1`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        function: { type: "string", multiple: true },
        backend: { type: "string", multiple: true },
        dtype: { type: "string" },
        exhaustive: { type: "boolean", default: false },
        sample: { type: "string" },
        threads: { type: "string" },
        record: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message.split(". ")[0], { cause });
  }
}
