import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "adjoint-exit-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script of the folder; fails when it does not end by itself. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message} ${error.killed ? "(did not end)" : ""}\n${stderr}`));
    });
  });
}

beforeAll(async () => {
  const source = (name: string): string => JSON.stringify(join(root, "packages", name, "src/index.ts"));
  writeFileSync(
    join(folder, "entry.ts"),
    `export * from ${source("tensor")}; export * from ${source("wasm")};\n`,
  );
  const config = {
    input: join(folder, "entry.ts"),
    platform: "node",
    tsconfig: false,
    resolve: { conditionNames: ["@adjoint/source", "import", "default"] },
    output: { file: join(folder, "adjoint.mjs"), format: "esm" },
  };
  writeFileSync(join(folder, "rolldown.config.mjs"), `export default ${JSON.stringify(config)};\n`);
  await run([join(root, "node_modules/rolldown/bin/cli.mjs"), "-c", "rolldown.config.mjs"]);
});

const prologue = `
import { mul, setBackend, sum, tensor, WasmBackend } from "./adjoint.mjs";
const backend = new WasmBackend({ threads: 3, costs: { dividedCost: 0, startCost: 0 } });
setBackend(backend);
const { threads } = backend.machinery;
const x = tensor(new Array(1000).fill(2));
const compute = () => console.log(sum(mul(x, x)).item(), threads.available(0));
const ready = async () => { while (threads.available(1) < 3) await new Promise(setImmediate); };
`;

describe("a process that has used threads ends by itself", () => {
  test.each([
    ["when workers wait for more", "await ready(); compute();", /^4000 3\n$/],
    ["when workers are being started", "compute();", /^4000 1\n$/],
    ["when workers have been ended", "await ready(); compute(); threads.stop();", /^4000 3\n$/],
  ])("%s", async (_, program, printed) => {
    const path = join(folder, "program.mjs");
    writeFileSync(path, prologue + program);
    expect(await run([path])).toMatch(printed);
  });
});
