import { parseArgs } from "node:util";
import { backends } from "../backends.ts";
import { type OracleDType, OracleFileError } from "./case.ts";
import { expandPaths, oracleFolder, readOracleFile, shortPath } from "./files.ts";
import { runOracle } from "./run.ts";

const dtypes: readonly OracleDType[] = ["float32", "float64"];

const usage = `usage: npm run oracle -- [FILE...] [--backend NAME] [--dtype DTYPE]

Runs reference values and says which cases fail, with expected and actual values.

  FILE             files of reference values, or folders of them (default: packages/testing/oracle)
  --backend NAME   ${Object.keys(backends).join(" or ")} (default: reference)
  --dtype DTYPE    ${dtypes.join(" or ")} (default: both)
  --help           this text
`;

/** Runs files; gives the process's exit code: 0 when all passed, 1 when a case failed, 2 for what cannot be run. */
export function main(args: readonly string[], from: string, print: (line: string) => void): number {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args);
    if (options.help) {
      print(usage);
      return 0;
    }
    // All are read before the first is run, so that a misspelt name costs no time.
    const paths = expandPaths(options.files.length > 0 ? options.files : [oracleFolder()], from);
    const files = paths.map((path) => ({ name: shortPath(path, from), file: readOracleFile(path) }));
    let passed = 0;
    let failed = 0;
    for (const { name, file } of files) {
      const results = runOracle(name, file, options);
      const wrong = results.filter(({ problems }) => problems.length > 0);
      print(`${name}: ${file.form}, ${results.length - wrong.length} passed, ${wrong.length} failed`);
      for (const { case: one, problems } of wrong) {
        print(`  FAILED ${one.name}${one.dtype === undefined ? "" : ` in ${one.dtype}`}`);
        for (const problem of problems) print(`    ${problem}`);
      }
      passed += results.length - wrong.length;
      failed += wrong.length;
    }
    print(`${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof OracleFileError)) throw error;
    print(`oracle: ${error.message}`);
    return 2;
  }
}

function readArguments(args: readonly string[]) {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (cause) {
    throw new OracleFileError((cause as Error).message.split(". ")[0], { cause });
  }
  const { backend, dtype, help } = parsed.values;
  if (!Object.hasOwn(backends, backend)) {
    throw new OracleFileError(`unknown backend "${backend}"; expected ${Object.keys(backends).join(" or ")}`);
  }
  const chosen = dtypes.filter((one) => dtype === undefined || one === dtype);
  if (chosen.length === 0)
    throw new OracleFileError(`unknown dtype "${dtype}"; expected ${dtypes.join(" or ")}`);
  return { files: parsed.positionals, backend: backends[backend], dtypes: chosen, help };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      backend: { type: "string", default: "reference" },
      dtype: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
}
