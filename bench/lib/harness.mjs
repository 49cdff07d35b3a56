// Every JavaScript peer calls main({ name, info, kinds }).
//   kinds[kind](params) -> { run(n), check?(), result?(), dispose?() }   (all may be async)
//   run(n)   does n units of work and has really finished them when it returns
//   check()  numbers that all peers must agree on, from the very first units of work
//   result() what the trained thing can do (test accuracy)
// A kind that a peer cannot do is left out, or throws new Unsupported('why').
//
// With --serve it obeys JSON lines on stdin (this is how run.mjs drives it); otherwise it runs the
// cases named on the command line by itself and prints { peer, workload, metric, value, unit } lines.
import fs from "node:fs";
import readline from "node:readline";

export class Unsupported extends Error {}

export function options() {
  const o = {};
  for (const a of process.argv.slice(2)) {
    const m = /^--([a-z]+)=(.*)$/.exec(a);
    if (m) o[m[1]] = m[2];
  }
  return o;
}

const rssMb = () => process.memoryUsage().rss / 2 ** 20;

async function obey(peer, state, msg) {
  switch (msg.op) {
    case "info":
      return { info: await peer.info() };
    case "setup": {
      const make = peer.kinds[msg.kind];
      if (!make) return { ok: false, unsupported: "not implemented for this peer" };
      const t = performance.now();
      try {
        state.handle = await make(msg.params ?? {});
      } catch (e) {
        return {
          ok: false,
          unsupported: e instanceof Unsupported,
          error: String(e?.message ?? e).slice(0, 600),
        };
      }
      return { ms: performance.now() - t };
    }
    case "run": {
      const t = performance.now();
      const before = process.cpuUsage();
      await state.handle.run(msg.n);
      const { user, system } = process.cpuUsage(before);
      return { ms: performance.now() - t, cpuMs: (user + system) / 1e3 };
    }
    case "check":
      return { check: state.handle.check ? await state.handle.check() : null };
    case "result":
      return { result: state.handle.result ? await state.handle.result() : null };
    case "dispose": {
      if (state.handle?.dispose) await state.handle.dispose();
      state.handle = undefined;
      return {};
    }
    default:
      throw new Error(`unknown op ${msg.op}`);
  }
}

const safeJson = (v) =>
  JSON.stringify(v, (_, x) => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x));

async function answer(peer, state, msg) {
  try {
    return { ok: true, ...(await obey(peer, state, msg)), rss: rssMb() };
  } catch (e) {
    return { ok: false, error: String(e?.message ?? e).slice(0, 600), rss: rssMb() };
  }
}

export async function main(peer) {
  const state = {};
  if (process.argv.includes("--serve")) {
    const rl = readline.createInterface({ input: process.stdin });
    for await (const line of rl) {
      const msg = JSON.parse(line);
      if (msg.op === "exit") break;
      process.stdout.write(`@peer ${safeJson(await answer(peer, state, msg))}\n`);
    }
    process.exit(0);
  }
  const cases = JSON.parse(fs.readFileSync(new URL("../workloads.json", import.meta.url), "utf8"));
  const wanted = process.argv.slice(2).filter((a) => !a.startsWith("--"));
  const say = (workload, metric, value, unit) =>
    console.log(safeJson({ peer: peer.name, workload, metric, value, unit }));
  for (const c of cases) {
    if (wanted.length ? !wanted.includes(c.id) : c.job) continue;
    const ask = (msg) => answer(peer, state, msg);
    const s = await ask({ op: "setup", kind: c.kind, params: c.params });
    if (!s.ok) {
      say(c.id, "unsupported", s.error ?? s.unsupported, "");
      continue;
    }
    const chk = await ask({ op: "check" });
    if (!chk.ok) {
      say(c.id, "error", chk.error, "");
      continue;
    }
    if (chk.check) say(c.id, "check", chk.check, "");
    let n = 1,
      r = await ask({ op: "run", n });
    while (r.ok && r.ms < 300 && n < 1e6) {
      n = Math.max(n + 1, Math.ceil(n * Math.min(10, 400 / Math.max(r.ms, 0.01))));
      r = await ask({ op: "run", n });
    }
    const t = [];
    for (let i = 0; i < 5 && r.ok; i++) {
      r = await ask({ op: "run", n });
      t.push(r.ms / n);
    }
    if (!r.ok) say(c.id, "error", r.error, "");
    else {
      t.sort((a, b) => a - b);
      say(c.id, "ms_median", t[2], "ms");
      say(c.id, "ms_min", t[0], "ms");
    }
    await ask({ op: "dispose" });
  }
  process.exit(0);
}
