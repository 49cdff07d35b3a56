import { basename } from "node:path";
import { referenceBackend } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import type { OracleCase, OracleDType } from "./oracle/case.ts";
import { expandPaths, oracleFolder, readOracleFile } from "./oracle/files.ts";
import { runOracle } from "./oracle/run.ts";

const dtypes: readonly OracleDType[] = ["float64", "float32"];

for (const path of expandPaths([oracleFolder()], ".")) {
  const file = readOracleFile(path);
  const problemsOf = (one: OracleCase): readonly string[] =>
    runOracle(path, { form: file.form, cases: () => [one] }, { dtypes, backend: referenceBackend })[0]
      .problems;

  describe(basename(path), () => {
    const cases = file.cases(dtypes);
    const titled = cases.map((one) => [`${one.name}${one.dtype ? ` in ${one.dtype}` : ""}`, one] as const);

    test.for(titled)("%s", ([, one]) => {
      expect(problemsOf(one)).toEqual([]);
    });
  });
}
