import type { Cost } from "@adjoint/compiler";

/** Takes down what each kernel of a run took. */
export interface Recorder {
  add(name: string, cost: Cost, start: number, end: number): void;
}

let active: Recorder | undefined;

/** Who is listening to the kernels, if anybody. */
export function activeRecorder(): Recorder | undefined {
  return active;
}

/** One kernel of a profiled run, with the times of all calls. */
export interface KernelProfile {
  readonly name: string;
  readonly calls: number;
  /** Milliseconds of all calls together. */
  readonly milliseconds: number;
  /** Floating-point operations of all calls together. */
  readonly flops: number;
  /** Bytes read and written, each element of each call once. */
  readonly bytes: number;
}

/** What a profiled function took, kernel by kernel. `toString()` is a table. */
export interface Profile<R> {
  /** What the last run gave. */
  readonly result: R;
  /** The dearest first. */
  readonly kernels: readonly KernelProfile[];
  /** Milliseconds of the kernels together. */
  readonly milliseconds: number;
  /** The runs as a Chrome trace: JSON for `chrome://tracing` or Perfetto. */
  toChromeTrace(): string;
  toString(): string;
}

/** How {@link profile} runs the function. */
export interface ProfileOptions {
  /** Runs that are timed, after one that is not. Default 10. */
  readonly runs?: number;
}

/**
 * Runs a function, mostly a compiled step, and tells what each kernel took: `console.log(String(profile(step)(x, y)))`. The kernels are
 * called one by one on one thread, so a profile has a call's overhead (well below a microsecond) at each, and shows no gain of threads.
 * The function is really run: parameters are updated as often.
 */
export function profile<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  { runs = 10 }: ProfileOptions = {},
): (...args: Args) => Profile<R> {
  return (...args) => {
    const events: { name: string; cost: Cost; start: number; end: number }[] = [];
    let result = fn(...args);
    const outer = active;
    active = { add: (name, cost, start, end) => events.push({ name, cost, start, end }) };
    try {
      for (let run = 0; run < runs; run++) result = fn(...args);
    } finally {
      active = outer;
    }
    const byName = new Map<string, { calls: number; milliseconds: number; flops: number; bytes: number }>();
    for (const { name, cost, start, end } of events) {
      const sofar = byName.get(name) ?? { calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
      sofar.calls++;
      sofar.milliseconds += end - start;
      sofar.flops += cost.flops;
      sofar.bytes += cost.bytes;
      byName.set(name, sofar);
    }
    const kernels = [...byName].map(([name, sums]): KernelProfile => ({ name, ...sums }));
    kernels.sort((a, b) => b.milliseconds - a.milliseconds);
    const milliseconds = kernels.reduce((sum, one) => sum + one.milliseconds, 0);
    return {
      result,
      kernels,
      milliseconds,
      toChromeTrace: () => chromeTrace(events),
      toString: () => table(kernels, milliseconds, runs),
    };
  };
}

function chromeTrace(events: readonly { name: string; cost: Cost; start: number; end: number }[]): string {
  const first = events[0]?.start ?? 0;
  const traceEvents = events.map(({ name, cost, start, end }) => ({
    name,
    ph: "X",
    pid: 1,
    tid: 1,
    ts: (start - first) * 1000,
    dur: (end - start) * 1000,
    args: cost,
  }));
  return JSON.stringify({ traceEvents, displayTimeUnit: "ns" });
}

function table(kernels: readonly KernelProfile[], total: number, runs: number): string {
  const rows = kernels.map(({ name, calls, milliseconds, flops, bytes }) => [
    ((milliseconds * 1000) / runs).toFixed(2),
    `${((100 * milliseconds) / total).toFixed(1)} %`,
    String(calls / runs),
    (flops / milliseconds / 1e6).toFixed(2),
    (bytes / milliseconds / 1e6).toFixed(2),
    name,
  ]);
  const header = ["µs a run", "share", "calls", "GFLOP/s", "GB/s", "kernel"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padStart(widths[i]))).join("  ");
  return [
    line(header),
    ...rows.map(line),
    `${((total * 1000) / runs).toFixed(2)} µs a run in ${runs} runs`,
  ].join("\n");
}
