// What shapes as types cost the compiler: 500 chained expressions of five ops each, all of different shapes.
// Prints the time of tsc, start and the engine's own sources included, and whether it is under 2 s.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const expressions = 500;
const repeats = 5;
const limit = 2000; // ms

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "node_modules/.cache/bench-types");

const engine = `from "../../../packages/tensor/src/index.ts";\n`;
const header = `import { add, concat, exp, matmul, mul, reshape, sum, type Tensor, transpose } ${engine}`;

/** The i-th expression, with its type written out, so that a wrong rule fails the benchmark. */
function expression(i) {
  const [m, k, n] = [2 + i, 3 + (i % 97), 2 + (i % 89)];
  const inputs =
    `declare const x${i}: Tensor<[${m}, ${k}]>;\n` +
    `declare const w${i}: Tensor<[${k}, ${n}]>;\n` +
    `declare const b${i}: Tensor<[${n}]>;\n`;
  const forms = [
    [`Tensor<[${m}]>`, `x${i}.matmul(w${i}).add(b${i}).mul(3).exp().sum({ axis: 1 })`],
    [
      `Tensor<[${m}, 1]>`,
      `sum(exp(mul(add(matmul(x${i}, w${i}), b${i}), 0.5)), { axis: -1, keepDims: true })`,
    ],
    [`Tensor<[${n * m}]>`, `reshape(transpose(exp(add(matmul(x${i}, w${i}), b${i}))), [-1])`],
    [
      `Tensor<[${2 * m}, ${n}]>`,
      `concat([x${i}.matmul(w${i}).add(b${i}), x${i}.mul(2).matmul(w${i})], { axis: 0 })`,
    ],
  ];
  const [type, source] = forms[i % forms.length];
  return `${inputs}export const y${i}: ${type} = ${source};\n`;
}

function check(name, source) {
  writeFileSync(join(folder, `${name}.ts`), source);
  writeFileSync(
    join(folder, `${name}.json`),
    JSON.stringify({
      extends: "../../../tsconfig.json",
      compilerOptions: { incremental: false, tsBuildInfoFile: null, noUnusedLocals: false, rootDir: root },
      include: [`${name}.ts`],
      exclude: [],
    }),
  );
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "--project", join(folder, `${name}.json`)],
      { encoding: "utf8" },
    );
    times.push(performance.now() - start);
    if (status !== 0) throw new Error(`${name}.ts does not type-check:\n${stdout.slice(0, 2000)}`);
  }
  return times.sort((a, b) => a - b);
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const [baseline] = check("imports", `export type { Tensor } ${engine}`);
const times = check(
  "expressions",
  header + Array.from({ length: expressions }, (_, i) => expression(i)).join(""),
);
rmSync(folder, { recursive: true, force: true });

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const fast = times[0] < limit;
console.log(
  `${expressions} expressions of five ops: ${seconds(times[0])} (best of ${repeats}, worst ${seconds(times[repeats - 1])}); ` +
    `the engine without them: ${seconds(baseline)}. ${fast ? "Under" : "NOT under"} ${seconds(limit)}.`,
);
