import { basename } from "node:path";
import { referenceBackend } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import type { OracleCase, OracleDType } from "./oracle/case.ts";
import { expandPaths, oracleFolder, readOracleFile } from "./oracle/files.ts";
import { runOracle } from "./oracle/run.ts";

const dtypes: readonly OracleDType[] = ["float64", "float32"];

/** Ops of the reference values that do not exist here. Whoever adds one takes it off this list. */
const missing: readonly string[] = ["batchNormTrain", "embedding"];

/** The op of a case, if it is missing. */
function obstacle({ name }: OracleCase): string | undefined {
  const [, , op] = name.split(" ");
  return missing.includes(op) ? op : undefined;
}

for (const path of expandPaths([oracleFolder()], ".")) {
  const file = readOracleFile(path);
  const results = (cases: readonly OracleCase[]) =>
    runOracle(path, { form: file.form, cases: () => cases }, { dtypes, backend: referenceBackend });

  describe(basename(path), () => {
    const cases = file.cases(dtypes);
    const titled = cases.map((one) => [`${one.name}${one.dtype ? ` in ${one.dtype}` : ""}`, one] as const);

    test.for(titled.filter(([, one]) => obstacle(one) === undefined))("%s", ([, one]) => {
      expect(results([one])[0].problems).toEqual([]);
    });

    test("no other op is missing, and those that are are told", () => {
      for (const result of results(cases.filter((one) => obstacle(one) !== undefined))) {
        expect(result.problems).toEqual([`no function for the op "${obstacle(result.case)}"`]);
      }
    });
  });
}
