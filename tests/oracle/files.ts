import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type OracleFile, OracleFileError } from "./case.ts";
import { type NumericCase, numericCases } from "./numerics.ts";
import { type OpsCase, opsCases } from "./ops.ts";
import { type RandomCase, randomCases } from "./random.ts";
import { type TrainingTrace, trainingCases } from "./training.ts";

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Do all have these members? */
function allHave(list: readonly unknown[], ...names: readonly string[]): boolean {
  return list.length > 0 && list.every((one) => isObject(one) && names.every((name) => name in one));
}

/** The file's content as cases. Throws {@link OracleFileError} when it is of no known form. */
function recognise(file: string, content: unknown): OracleFile {
  if (isObject(content)) {
    const { cases } = content;
    if (Array.isArray(cases)) {
      if (allHave(cases, "op", "inputs", "output"))
        return { form: "ops", cases: (dtypes) => opsCases(cases as OpsCase[], dtypes) };
      if (allHave(cases, "op", "inputs", "value"))
        return { form: "numerics", cases: (dtypes) => numericCases(cases as NumericCase[], dtypes) };
      if (allHave(cases, "seed", "key"))
        return { form: "random", cases: () => randomCases(cases as RandomCase[]) };
    }
    const trace = ["layers", "activation", "loss", "optimizer", "batch", "steps", "losses", "gradNorms"];
    if (allHave([content], ...trace, "finalParamSums", "finalParamNorms")) {
      const training = content as unknown as TrainingTrace;
      return { form: "training", cases: (dtypes) => trainingCases(training, dtypes) };
    }
  }
  throw new OracleFileError(
    `${file} has none of the known forms: cases of numerics, ops or random, or a training trace`,
  );
}

/** Reads a file of one of the known forms. Throws {@link OracleFileError}. */
export function readOracleFile(path: string): OracleFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(cause);
    throw new OracleFileError(`cannot read ${path}: ${reason}`, { cause });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new OracleFileError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return recognise(path, content);
}

/** The folder of the reference values, found upwards from this module, which runs from its source or as it is built. */
export function oracleFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, "packages", "testing", "oracle");
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) throw new OracleFileError("cannot find packages/testing/oracle");
  }
}

/** A path as it reads shortest from here. */
export function shortPath(path: string, from: string): string {
  const short = relative(from, path);
  return short.startsWith("..") ? path : short;
}

/** The files that paths name: a folder stands for the JSON files in it, in the order of their names. */
export function expandPaths(paths: readonly string[], from: string): string[] {
  return paths.flatMap((path) => {
    const whole = resolve(from, path);
    if (!existsSync(whole) || !statSync(whole).isDirectory()) return [whole];
    const names = readdirSync(whole, { recursive: true, encoding: "utf8" }).sort();
    return names.filter((name) => name.endsWith(".json")).map((name) => join(whole, name));
  });
}
