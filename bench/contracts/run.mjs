// Writes docs/contracts.md: what other libraries give for the cases in which Adjoint fixes an answer. `npm run contracts`
// installs the JavaScript ones first; PyTorch and JAX are taken from a Python that has them (PEERS_PYTHON and JAX_PYTHON, or
// python3), else left out.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cases, flat } from "./cases.mjs";

const path = (name) => new URL(name, import.meta.url).pathname;
const { PEERS_PYTHON = "/usr/bin/python3", JAX_PYTHON = PEERS_PYTHON } = process.env;

function answers(command, args, name) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input: JSON.stringify(cases) });
  if (status !== 0) {
    console.error(`${name} is left out: ${error?.message ?? String(stderr).trim().split("\n").at(-1)}`);
    return undefined;
  }
  return JSON.parse(String(stdout).trim().split("\n").at(-1));
}

const peers = [
  answers(PEERS_PYTHON, [path("pytorch.py")], "PyTorch"),
  answers(JAX_PYTHON, [path("jax_cpu.py")], "JAX"),
  answers(process.execPath, [path("tfjs.mjs")], "tfjs"),
  answers(process.execPath, [path("jaxjs.mjs")], "jax-js"),
].filter(Boolean);

const smallestNormal = 2 ** -126;

/** Equal within the relative tolerance; results under the smallest normal number may round to 0, as in the oracle. */
function isClose(actual, expected, tolerance) {
  if (actual.length !== expected.length) return false;
  return actual.every((given, i) => {
    const [a, b] = [Number(given), expected[i]];
    if (Object.is(a, b) || a === b) return true;
    if (Math.abs(b) < smallestNormal && Math.abs(a) < smallestNormal) return true;
    return Math.abs(a - b) <= tolerance * Math.abs(b);
  });
}

function number(x) {
  const value = Number(x);
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  return String(Number(value.toPrecision(6)));
}

function list(values) {
  const all = flat(values).map(number);
  return all.length === 1 ? all[0] : `[${all.join(", ")}]`;
}

function input(nested) {
  if (typeof nested === "boolean") return String(nested);
  return Array.isArray(nested) ? `[${nested.map(input).join(", ")}]` : number(nested);
}

/** The call, in generic names. */
function call({ op, attrs, inputs }) {
  const given = inputs.map((one) => (Array.isArray(one) && one.length === 1 ? input(one[0]) : input(one)));
  if (op === "rewrite") return `\`${attrs.expression}\` at ${given.join(", ")}`;
  const options = Object.entries(attrs).map(([name, value]) =>
    `${name}: ${input(value)}`.replace("1e+0", "1"),
  );
  const named = options.filter((text) => !text.startsWith("fromLogits")).join(", ");
  return `\`${op}(${[...given, ...(named === "" ? [] : [named])].join(", ")})\`${op.endsWith("ntropy") ? " of logits" : ""}`;
}

function cell(one, { absent, error, value, gradient }) {
  if (absent !== undefined) return absent;
  if (one.value === "throws") return error === undefined ? `gives ${list(value)}` : "✓";
  if (error !== undefined) return "throws";
  const tolerance = one.float32Tolerance ?? 1e-6;
  const wrong = [];
  if (!isClose(flat(value), flat(one.value), tolerance)) wrong.push(`value ${list(value)}`);
  if (one.gradients !== null && !isClose(flat(gradient), flat(one.gradients[0]), tolerance)) {
    wrong.push(`gradient ${list(gradient)}`);
  }
  return wrong.length === 0 ? "✓" : wrong.join(", ");
}

function row(one) {
  const gradient = one.gradients === null ? "" : list(one.gradients[0]);
  const value = one.value === "throws" ? "throws" : list(one.value);
  return [call(one), value, gradient, ...peers.map(({ results }) => cell(one, results[one.id]))];
}

const rows = cases.map(row);
const right = peers.map((_, i) => rows.filter((cells) => cells[3 + i] === "✓").length);
const table = [
  ["case", "value", "gradient", ...peers.map(({ name, version }) => `${name} ${version}`)],
  ["---", "---", "---", ...peers.map(() => "---")],
  ...rows,
  [
    "**as stated**",
    `${cases.length} of ${cases.length}`,
    "",
    ...right.map((count) => `${count} of ${cases.length}`),
  ],
];

const page = `# Answers that are fixed

Libraries disagree, or fail, in the cases below. Adjoint's answers are the ones in the columns "value" and "gradient": \`npm run oracle\` holds it to them, in float32 and float64, and the reasons are in the notes of [\`numerics.json\`](../packages/testing/oracle/numerics.json). The formulas in the second half are run as they are written.

\`npm run contracts\` runs the other libraries and writes this page. All in float32 on a CPU: tfjs on its cpu backend, jax-js on its WebAssembly backend, PyTorch without compilation, JAX with \`jit\`. ✓ stands for a value and a gradient as stated, to 1e-6 (values under the smallest normal number may be 0); otherwise what is different is told. Where a library lacks an op it is written with what it has: \`silu\` in tfjs as \`z * sigmoid(z)\`, binary cross-entropy in jax-js and JAX with \`logSigmoid\`, the other cross-entropies in JAX with \`log_softmax\`. That an out-of-range label gives 0 in tfjs and jax-js comes from one-hot rows of zeros, which both take for labels.

${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}
`;
writeFileSync(path("../../docs/contracts.md"), page);
console.log(
  peers
    .map(({ name, version }, i) => `${name} ${version}: ${right[i]} of ${cases.length} as stated`)
    .join("\n"),
);
