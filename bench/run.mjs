// Drives all peers through the same workloads, interleaved: in every round each peer in turn does one sample while the
// others wait, and the order turns by one place each round. One process per peer, all alive at once.
// Progress goes to standard error, every record as a JSON line to --out, the tables to standard output.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { commandOf, coreType, Peer, pythonHas } from "./lib/peer.mjs";
import { markdown, median, show, timeTables } from "./lib/table.mjs";

const usage = `npm run bench -- [options]
  --job JOB         time (default), cold, first, memory, accuracy or numeric
  --peers a,b       these peers of peers.json, or all; by default those marked so
  --cases a,b       these workloads of workloads.json; by default all
  --rounds N        samples of each peer (default 7)
  --sample MS       length of a sample (default 300)
  --clock CLOCK     wall (default), or cpu: processor time, for a machine that has other work
  --threads N       how many threads the peer adjoint has (default 1; it is pinned to a core with 1 only)
  --mode MODE       compiled (default), or plain: the peer adjoint without compile
  --pixels PIXELS   mnist (default), or dense: the same digits with no pixel of 0
  --baseline PEER   whose time the ratios divide by (default adjoint)
  --epochs N        of the job accuracy (default 3)
  --timeout S       how long a peer may take for one answer (default 240)
  --core N          the processor core that single-threaded peers are pinned to (default 1)
  --out FILE        where the records go (default out/JOB-DATE.jsonl)`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

function readOptions() {
  const text = (value) => ({ type: "string", ...(value !== undefined && { default: value }) });
  try {
    const { values } = parseArgs({
      options: {
        job: text("time"),
        peers: text(),
        cases: text(),
        rounds: text("7"),
        sample: text("300"),
        clock: text("wall"),
        threads: text("1"),
        mode: text("compiled"),
        pixels: text("mnist"),
        baseline: text("adjoint"),
        epochs: text("3"),
        timeout: text("240"),
        core: text("1"),
        out: text(),
        help: { type: "boolean" },
      },
    });
    for (const name of ["rounds", "sample", "epochs", "timeout", "threads"]) {
      const number = Number(values[name]);
      if (!(number > 0)) fail(`--${name} is ${values[name]}; expected a number above 0`);
      values[name] = number;
    }
    if (!["wall", "cpu"].includes(values.clock)) fail(`--clock is ${values.clock}; expected wall or cpu`);
    if (!["mnist", "dense"].includes(values.pixels))
      fail(`--pixels is ${values.pixels}; expected mnist or dense`);
    if (!["compiled", "plain"].includes(values.mode))
      fail(`--mode is ${values.mode}; expected compiled or plain`);
    return values;
  } catch (error) {
    return fail(`${error.message}\n\n${usage}`);
  }
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const { job, rounds, core } = options;
const timeoutMs = options.timeout * 1000;
const read = (file) => JSON.parse(readFileSync(path.join(import.meta.dirname, file), "utf8"));

/** The entries that a comma-separated option names; all that `byDefault` holds for when there is no such option. */
function choose(entries, key, option, byDefault) {
  const list = options[option];
  if (list === undefined) return entries.filter(byDefault);
  if (list === "all") return entries;
  const wanted = list.split(",");
  const known = entries.map((entry) => entry[key]);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`--${option}: there is no "${unknown}"; known are ${known.join(", ")}`);
  return entries.filter((entry) => wanted.includes(entry[key]));
}

function withoutMissingPythons(specs) {
  const modules = new Set(specs.flatMap(({ python }) => python ?? []));
  for (const module of modules) {
    if (pythonHas(module)) continue;
    const left = specs.filter(({ python }) => python === module).map(({ name }) => name);
    console.error(
      `Left out: ${left.join(", ")}, as no Python with the module ${module} was found. ` +
        "Install python3-torch and libopenblas0-pthread on Debian, or set PEERS_PYTHON to a Python that has torch and numpy.",
    );
    modules.delete(module);
  }
  return specs.filter(({ python }) => python === undefined || modules.has(python));
}

/** A peer's entry with the options of this run that it takes. */
function withOptions(spec) {
  if (!spec.takesOptions) return spec;
  const { mode, threads } = options;
  return {
    ...spec,
    cmd: [...spec.cmd, `--mode=${mode}`, `--threads=${threads}`],
    pin: spec.pin && threads === 1,
  };
}

process.env.BENCH_PIXELS = options.pixels; // peers inherit it
const specs = withoutMissingPythons(
  choose(read("peers.json").map(withOptions), "name", "peers", ({ default: isDefault }) => isDefault).filter(
    ({ only }) => only === undefined || only.includes(job),
  ),
);
const workloads = choose(read("workloads.json"), "id", "cases", () => true);

const started = new Date().toISOString();
const outFile = path.resolve(
  options.out ??
    path.join(import.meta.dirname, "out", `${job}-${started.slice(0, 19).replace(/[:T]/g, "")}.jsonl`),
);
mkdirSync(path.dirname(outFile), { recursive: true });
const out = createWriteStream(outFile);
const say = (text) => console.error(text);

function record(peer, workload, metric, value, unit = "") {
  out.write(`${JSON.stringify({ peer, workload, metric, value, unit })}\n`);
}

function recordFailure(peer, workload, answer) {
  const reason = answer.error ?? answer.unsupported;
  record(peer, workload, answer.unsupported ? "unsupported" : "error", reason);
  say(`  ${peer}: ${reason}`);
  if (!answer.unsupported) process.exitCode = 1;
}

async function open(spec) {
  const peer = new Peer(spec, core);
  const answer = await peer.ask({ op: "info" }, timeoutMs);
  record(peer.name, "info", "info", answer.info ?? answer.error);
  return peer;
}

/** How many units of work make a sample of the wanted length. The runs that find it out also warm up. */
async function calibrate(peer) {
  let count = 1;
  let spent = 0;
  for (;;) {
    const answer = await peer.ask({ op: "run", n: count }, timeoutMs);
    if (!answer.ok) return answer;
    spent += answer.ms;
    const isLong = answer.ms > options.sample * 0.8;
    if (isLong && (spent > 3 * options.sample || answer.ms > 3 * options.sample))
      return { ok: true, count, unitMs: answer.ms / count };
    count = Math.max(1, Math.ceil(count * Math.min(10, options.sample / Math.max(answer.ms, 0.01))));
  }
}

/** The peer made ready for a workload: its answers to the check, and how much work a sample is. Undefined if it cannot. */
async function prepare(peer, { id, kind, params }) {
  const steps = [
    () => peer.ask({ op: "setup", kind, params }, timeoutMs),
    () => peer.ask({ op: "check" }, timeoutMs),
    () => calibrate(peer),
  ];
  const answers = [];
  for (const step of steps) {
    const answer = await step();
    if (!answer.ok) {
      recordFailure(peer.name, id, answer);
      await peer.ask({ op: "dispose" }, timeoutMs);
      return undefined;
    }
    answers.push(answer);
  }
  const [, { check }, { count, unitMs }] = answers;
  if (check) record(peer.name, id, "check", check);
  return { peer, check, count, unitMs, samples: [] };
}

/** Do two peers' answers agree? To 0.5 %: a library that adds up 4 Mi float32 one after the other is off by half of that. */
function agree(a, b) {
  const difference = Math.abs(Number(a) - Number(b));
  return difference <= 5e-3 * Math.abs(Number(b)) + 1e-9;
}

/** Throws out peers whose answers differ from the first one's: they do other work. */
function compareAnswers(contenders, id) {
  const reference = contenders.find(({ check }) => check);
  return contenders.filter(({ peer, check }) => {
    if (!check) return true;
    const wrong = Object.keys(check).find(
      (key) => key in reference.check && !agree(check[key], reference.check[key]),
    );
    if (wrong === undefined) return true;
    const values = `${check[wrong]} where ${reference.peer.name} has ${reference.check[wrong]}`;
    recordFailure(peer.name, id, { error: `its answer ${wrong} is ${values}; not timed` });
    return false;
  });
}

async function timeWorkload(peers, workload) {
  const { id, per, flops, ops, bytes } = workload;
  say(id);
  const prepared = [];
  for (const peer of peers) {
    if (peer.spec.cases && !peer.spec.cases.includes(id)) continue;
    const contender = await prepare(peer, workload);
    if (contender) prepared.push(contender);
  }
  const contenders = compareAnswers(prepared, id);
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < contenders.length; k++) {
      const contender = contenders[(k + round) % contenders.length];
      const { peer, count, unitMs, samples } = contender;
      const isSlow = unitMs > 2000 && round >= 3;
      if (isSlow || contender.failed) continue;
      const answer = await peer.ask({ op: "run", n: count }, timeoutMs);
      if (answer.ok) {
        samples.push((options.clock === "cpu" ? answer.cpuMs : answer.ms) / count);
        const sample = { ms: answer.ms / count, cpuMs: answer.cpuMs / count, round, count };
        record(peer.name, id, "sample", sample, `ms/${per}`);
      } else {
        contender.failed = true;
        recordFailure(peer.name, id, answer);
      }
    }
  }
  const times = [];
  for (const { peer, samples } of contenders) {
    if (samples.length > 0) {
      const time = { workload: id, peer: peer.name, median: median(samples), min: Math.min(...samples) };
      times.push(time);
      record(peer.name, id, "ms_median", time.median, `ms/${per}`);
      record(peer.name, id, "ms_min", time.min, `ms/${per}`);
      if (flops) record(peer.name, id, "gflops_max", flops / time.min / 1e6, "GFLOP/s");
      if (ops) record(peer.name, id, "us_per_op_min", (time.min * 1e3) / ops, "us");
      if (bytes) record(peer.name, id, "gbps_fused_max", bytes / time.min / 1e6, "GB/s");
    }
    if (!peer.ended) await peer.ask({ op: "dispose" }, timeoutMs);
  }
  for (const { peer } of prepared.filter((one) => !contenders.includes(one)))
    await peer.ask({ op: "dispose" }, timeoutMs);
  record("", id, "load", os.loadavg()[0]);
  return times;
}

async function time() {
  const peers = [];
  for (const spec of specs) peers.push(await open(spec));
  const times = [];
  for (const workload of workloads.filter((one) => one.job === undefined)) {
    for (const [i, peer] of peers.entries()) if (peer.ended) peers[i] = await open(peer.spec);
    times.push(...(await timeWorkload(peers, workload)));
  }
  await Promise.all(peers.map((peer) => peer.close()));
  if (times.length > 0) console.log(timeTables(times, options.baseline, rounds, options.clock));
}

/** Runs `ask` with each peer alone, set up for the workload. */
async function eachAlone(workload, ask) {
  const found = new Map();
  for (const spec of specs) {
    const peer = await open(spec);
    const { kind, params } = workload;
    const answer = await peer.ask({ op: "setup", kind, params }, timeoutMs);
    if (answer.ok) found.set(peer.name, await ask((message) => peer.ask(message, timeoutMs), peer));
    else recordFailure(peer.name, workload.id, answer);
    await peer.close();
  }
  return found;
}

/** Accuracy on the test digits after some epochs, and the time they took. */
async function accuracy() {
  const workload = workloads.find(({ kind }) => kind === "mlp_train");
  if (workload === undefined) fail("--job accuracy: none of --cases trains digits; name W1-b32 or W1-b128");
  const steps = Math.floor(60000 / workload.params.batch) * options.epochs;
  const found = await eachAlone(workload, async (ask, { name }) => {
    const run = await ask({ op: "run", n: steps });
    const answer = run.ok ? await ask({ op: "result" }) : run;
    if (!answer.ok) return recordFailure(name, workload.id, answer);
    const result = { ...answer.result, train_s: run.ms / 1e3, rss_mib: Math.round(run.rss) };
    record(name, workload.id, `after_${options.epochs}_epochs`, result);
    return result;
  });
  const columns = ["test accuracy", "seconds"];
  const cells = ({ test_acc, train_s }) => ({
    "test accuracy": `${(100 * test_acc).toFixed(2)} %`,
    seconds: show(train_s),
  });
  printRows(`${workload.id}, ${options.epochs} epochs`, columns, found, cells);
}

/** Hard numerical cases: value and gradient. Functions: their largest error in units in the last place. */
async function numeric() {
  const workload = workloads.find(({ kind }) => kind === "numeric");
  const found = await eachAlone(workload, async (ask, { name }) => {
    const answer = await ask({ op: "result" });
    if (!answer.ok) return recordFailure(name, workload.id, answer);
    for (const [metric, value] of Object.entries(answer.result)) record(name, workload.id, metric, value);
    return answer.result;
  });
  const able = [...found].filter(([, result]) => result !== undefined);
  const rows = [...new Set(able.flatMap(([, result]) => Object.keys(result)))];
  const short = (value) => String(Number.isFinite(value) ? Number(value.toPrecision(8)) : value);
  const cell = (row, peer) => {
    const { v, g, error } = found.get(peer)[row] ?? { error: "–" };
    if (error !== undefined) return error === "–" ? error : "throws";
    if (row.startsWith("ulp_")) return `${show(v)} ulp`;
    return g === undefined ? short(v) : `${short(v)}; [${g.map(short).join(", ")}]`;
  };
  const columns = able.map(([name]) => name);
  console.log(markdown("value; gradient", rows, columns, cell));
}

/** Resident memory over 2000 training steps as a newcomer writes them, and whether they slow down. */
async function memory() {
  const workload = workloads.find(({ kind }) => kind === "newcomer");
  const marks = [20, 515, 1010, 1505, 2000];
  const found = await eachAlone(workload, async (ask, { name }) => {
    const memoryAt = [];
    const msPerStep = [];
    let done = 0;
    for (const mark of marks) {
      const answer = await ask({ op: "run", n: mark - done });
      if (!answer.ok) return recordFailure(name, workload.id, answer);
      memoryAt.push(Math.round(answer.rss));
      msPerStep.push(answer.ms / (mark - done));
      done = mark;
    }
    const quarters = msPerStep.slice(1);
    record(
      name,
      workload.id,
      "rss_by_step",
      Object.fromEntries(marks.map((mark, i) => [mark, memoryAt[i]])),
      "MiB",
    );
    record(name, workload.id, "ms_per_step_by_quarter", quarters, "ms");
    return { memoryAt, quarters };
  });
  const columns = [
    "MiB after 20 steps",
    "after 515",
    "after 2000",
    "ms a step, first quarter",
    "last quarter",
  ];
  printRows(workload.id, columns, found, ({ memoryAt, quarters }) => ({
    "MiB after 20 steps": memoryAt[0],
    "after 515": memoryAt[1],
    "after 2000": memoryAt[4],
    "ms a step, first quarter": show(quarters[0]),
    "last quarter": show(quarters[3]),
  }));
}

/** From the start of a process until it prints its first gradient. */
function startOnce(spec) {
  const { program, args, options: spawnOptions } = commandOf(spec, spec.cold, core);
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...spawnOptions, stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    let ms;
    child.stdout.on("data", (text) => {
      output += text;
      if (ms === undefined && /^@grad/m.test(output)) ms = performance.now() - start;
    });
    child.on("exit", () => resolve(ms));
    child.on("error", () => resolve(undefined));
  });
}

async function cold() {
  const samples = new Map(specs.filter((spec) => spec.cold).map((spec) => [spec, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [spec, list] of samples) {
      const ms = await startOnce(spec);
      if (ms === undefined) {
        recordFailure(spec.name, "W7-cold", { error: "no gradient printed" });
        samples.delete(spec);
      } else if (round > 0) list.push(ms); // the first start fills the disk cache
    }
  }
  const times = [...samples].map(([{ name }, list]) => {
    const one = { workload: "W7-cold", peer: name, median: median(list), min: Math.min(...list) };
    record(name, "W7-cold", "ms_median", one.median, "ms");
    record(name, "W7-cold", "ms_min", one.min, "ms");
    return one;
  });
  console.log(timeTables(times, options.baseline, rounds));
}

/** The first training step of a new process, compilation included, once the library is loaded and the digits are read. */
async function first() {
  const trained = workloads.filter(({ kind }) => kind.endsWith("_train"));
  if (trained.length === 0) fail("--job first: none of --cases trains; name W1-b32 or W3-lenet-b64");
  const times = [];
  for (const { id, kind, params } of trained) {
    say(id);
    const samples = new Map(
      specs.filter(({ cases }) => cases === undefined || cases.includes(id)).map((spec) => [spec, []]),
    );
    for (let round = 0; round < rounds; round++) {
      for (const [spec, list] of samples) {
        const peer = new Peer(spec, core);
        const setup = await peer.ask({ op: "setup", kind, params: { ...params, isSingle: true } }, timeoutMs);
        const answer = setup.ok ? await peer.ask({ op: "run", n: 1 }, timeoutMs) : setup;
        await peer.close();
        if (answer.ok) list.push(options.clock === "cpu" ? answer.cpuMs : answer.ms);
        else {
          recordFailure(spec.name, id, answer);
          samples.delete(spec);
        }
      }
    }
    for (const [{ name }, list] of samples) {
      const one = { workload: id, peer: name, median: median(list), min: Math.min(...list) };
      record(name, id, "first_ms_median", one.median, "ms");
      record(name, id, "first_ms_min", one.min, "ms");
      times.push(one);
    }
  }
  if (times.length > 0) console.log(timeTables(times, options.baseline, rounds));
}

/** A table with a row for each peer that has a result. */
function printRows(corner, columns, found, cells) {
  const rows = new Map([...found].flatMap(([name, result]) => (result ? [[name, cells(result)]] : [])));
  console.log(markdown(corner, [...rows.keys()], columns, (row, column) => rows.get(row)[column]));
}

const jobs = { time, cold, first, memory, accuracy, numeric };
if (!Object.hasOwn(jobs, job)) fail(`--job is ${job}; expected one of ${Object.keys(jobs).join(", ")}`);
if (specs.length === 0) fail(`no peer takes part in the job ${job}`);
record("", "environment", "machine", {
  date: started,
  processor: os.cpus()[0]?.model,
  cores: os.cpus().length,
  node: process.version,
  load: os.loadavg(),
  coreType,
  job,
});
await jobs[job]();
out.end();
say(`Records: ${path.relative(process.cwd(), outFile)}`);
