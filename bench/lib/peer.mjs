// A peer's process: started once, asked by JSON lines, alive until closed. See lib/harness.mjs for the other side.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import readline from "node:readline";

const folder = dirname(import.meta.dirname);
const python = process.env.PEERS_PYTHON ?? "/usr/bin/python3";
const processor = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
const canPin = existsSync("/usr/bin/taskset");

/** The OpenBLAS kernels for this processor. Older builds do not know newer processors and fall back to slow ones. */
export const coreType = /avx512f/.test(processor) ? "SkylakeX" : /avx2/.test(processor) ? "Haswell" : "";

/** Is there a Python that can import `module`? */
export function pythonHas(module) {
  return spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
}

/** The command line and environment that a peer's entry in peers.json asks for. */
export function commandOf(spec, command, core) {
  const env = { ...process.env };
  if (spec.blas) {
    env.OPENBLAS_NUM_THREADS = env.OMP_NUM_THREADS = String(spec.blas);
    const type = spec.coretype ?? coreType;
    if (type) env.OPENBLAS_CORETYPE = type;
    else delete env.OPENBLAS_CORETYPE;
  }
  Object.assign(env, spec.env);
  const words = command.map((word) => (word === "PYTHON" ? python : word));
  const [program, ...args] = spec.pin && canPin ? ["taskset", "-c", core, ...words] : words;
  return { program, args, options: { cwd: folder, env } };
}

export class Peer {
  #child;
  #settle;
  #stderr = "";
  #ended = false;

  constructor(spec, core) {
    this.name = spec.name;
    this.spec = spec;
    const { program, args, options } = commandOf(spec, spec.cmd, core);
    this.#child = spawn(program, [...args, "--serve"], { ...options, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (text) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", (error) => {
      this.#stderr += error.message;
      this.#end();
    });
    this.#child.on("exit", () => this.#end());
    readline.createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.startsWith("@peer ")) this.#settle?.(JSON.parse(line.slice(6)));
    });
  }

  get ended() {
    return this.#ended;
  }

  #end() {
    this.#ended = true;
    this.#settle?.(this.#epitaph());
  }

  #epitaph() {
    const lines = this.#stderr.trim().split("\n");
    const reason = lines.findLast((line) => line.includes("Error")) ?? lines.at(-1);
    return { ok: false, error: `process ended: ${reason}` };
  }

  /** Sends one message and gives the answer: `{ ok: true, … }` or `{ ok: false, error }`. Never throws. */
  ask(message, timeoutMs) {
    if (this.#ended) return Promise.resolve(this.#epitaph());
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#child.kill("SIGKILL");
        this.#settle({ ok: false, error: `no answer in ${timeoutMs / 1000} s` });
      }, timeoutMs);
      this.#settle = (answer) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(answer);
      };
      this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    });
  }

  async close() {
    if (this.#ended) return;
    const gone = new Promise((resolve) => {
      this.#child.once("exit", resolve);
    });
    this.#child.stdin.end('{"op":"exit"}\n');
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(timer);
  }
}
