import { stabilisingRules } from "@adjoint/ops";
import { getBackend, installRules, setBackend } from "@adjoint/tensor";
import type { OracleFile, OracleOptions, OracleResult } from "./case.ts";

/** Runs the cases of a file on a backend. An exception is a problem like a wrong number. */
export function runOracle(
  name: string,
  file: OracleFile,
  { dtypes, backend, compiled = false }: OracleOptions,
): OracleResult[] {
  const before = getBackend();
  setBackend(backend);
  installRules(stabilisingRules);
  try {
    return file.cases(dtypes).map((one) => {
      let problems: readonly string[];
      try {
        problems = one.check({ compiled });
      } catch (error) {
        problems = [error instanceof Error ? error.message : String(error)];
      }
      return { file: name, form: file.form, case: one, problems };
    });
  } finally {
    setBackend(before);
  }
}
