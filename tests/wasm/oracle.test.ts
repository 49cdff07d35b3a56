import { basename } from "node:path";
import { WasmBackend } from "@adjoint/wasm";
import { describe, expect, test } from "vitest";
import type { OracleDType } from "../oracle/case.ts";
import { expandPaths, oracleFolder, readOracleFile } from "../oracle/files.ts";
import { runOracle } from "../oracle/run.ts";

const dtypes: readonly OracleDType[] = ["float64", "float32"];
const backend = new WasmBackend({ threads: 1 });

describe.each([
  ["evaluated", false],
  ["compiled", true],
])("WebAssembly gives the reference values, %s:", (_, compiled) => {
  test.each(expandPaths([oracleFolder()], ".").map((path) => [basename(path), path]))("%s", (_name, path) => {
    const results = runOracle(path, readOracleFile(path), { dtypes, backend, compiled });
    const wrong = results.filter(({ problems }) => problems.length > 0);
    expect(results.length).toBeGreaterThan(0);
    expect(wrong.map(({ case: one, problems }) => [one.name, one.dtype, ...problems])).toEqual([]);
  });
});
