import type { WasmMemory } from "../memory.ts";
import { type NodeWorker, nodeModule, processorCount } from "../platform.ts";
import type { KernelModule } from "../program/kernels.ts";
import { signals } from "./signals.ts";

/** An entry function that every thread calls with its own number. */
export interface ThreadedEntry {
  readonly module: WebAssembly.Module;
  /** Where the functions that it calls are. */
  readonly sources: readonly KernelModule[];
  /** In the main thread. */
  readonly run: (frame: number, thread: number, threads: number) => number;
}

/** A worker that failed, or has not answered. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
}

/**
 * What a worker runs: it waits for jobs in shared memory, fetches modules that it does not have, and calls the entry. It is text, so
 * that no bundler has to find it.
 */
const workerSource = `
const { workerData, receiveMessageOnPort } = require("node:worker_threads");
const { memory, port, ready, thread, signals, mostThreads, spins } = workerData;
const words = new Int32Array(memory.buffer);
const at = (address) => address >> 2;
const functions = { memory };
const serial = () => {}; // what runs in the main thread alone
const entries = new Map();
function receive() {
  for (let received; (received = receiveMessageOnPort(port)) !== undefined; ) {
    const { module, names, entry } = received.message;
    for (const { name } of WebAssembly.Module.imports(module)) functions[name] ??= serial;
    const { exports } = new WebAssembly.Instance(module, { env: functions });
    if (entry === undefined) for (const name of names) functions[name] = exports[name];
    else entries.set(entry, exports.run);
  }
}
let job = Atomics.load(words, at(signals.job));
Atomics.store(ready, 0, 1);
for (;;) {
  for (let i = 0; i < spins && Atomics.load(words, at(signals.job)) === job; i++);
  Atomics.wait(words, at(signals.job), job);
  job = Atomics.load(words, at(signals.job));
  const threads = job & mostThreads;
  if (thread >= threads) continue;
  try {
    receive();
    entries.get(words[at(signals.entry)])(words[at(signals.frame)], thread, threads);
  } catch (error) {
    port.postMessage(String(error));
    Atomics.store(words, at(signals.failed), 1);
    Atomics.notify(words, at(signals.generation));
    throw error;
  }
}
`;

/** As many as the low bits of a job's number can say. */
const mostThreads = 1023;

/** How often a worker looks for a job before it sleeps: some hundred microseconds, a step of a small net. */
const spins = 20000;

/** When threads are used; costs are in instructions. */
export interface ThreadOptions {
  /** Threads that programs may use, the main one included. Default: the machine's processors. */
  readonly threads?: number | undefined;
  /** From what cost on a kernel is divided. Default 6,000: a barrier costs about as much as 2,000. */
  readonly dividedCost?: number | undefined;
  /** The cost of all that could be shared after which workers are started. Default 5·10⁷: starting one takes as long. */
  readonly startCost?: number | undefined;
  /** How many programs workers are given before others take their place, since none can be taken from them. Default 1,000. */
  readonly mostEntries?: number | undefined;
}

interface Channel {
  readonly port1: { postMessage(message: unknown): void; unref?(): void };
  readonly port2: unknown;
}

/** Threads that run programs together with the main one. Workers start when they are first of use, and keep no process alive. */
export class ThreadPool {
  readonly #memory: WasmMemory;
  readonly #workers: {
    readonly worker: NodeWorker;
    readonly port: Channel["port1"];
    /** Not 0 when it is ready for jobs. */
    readonly ready: Int32Array;
    /** What it has been given. */
    readonly sources: WeakSet<KernelModule>;
    readonly entries: Set<number>;
  }[] = [];
  readonly #entries = new WeakMap<ThreadedEntry, number>();
  /** From what cost on a kernel is divided. */
  readonly dividedCost: number;
  readonly #startCost: number;
  readonly #mostEntries: number;
  #wanted: number | undefined;
  /** Workers that have been told to end and may still be at a barrier. */
  #ending = 0;
  #nextEntry = 0;
  #job = 0;
  /** Instructions of the programs so far that threads could have shared. */
  #work = 0;

  constructor(
    memory: WasmMemory,
    { threads, dividedCost = 6000, startCost = 5e7, mostEntries = 1000 }: ThreadOptions = {},
  ) {
    this.#memory = memory;
    this.#wanted = threads;
    this.dividedCost = dividedCost;
    this.#startCost = startCost;
    this.#mostEntries = mostEntries;
  }

  /** How many threads programs may use, the main one included. */
  get wanted(): number {
    if (!this.#memory.isShared) return 1;
    this.#wanted ??= processorCount();
    if (this.#wanted === 1 || nodeModule("node:worker_threads") === undefined) return 1;
    return Math.min(this.#wanted, mostThreads);
  }

  set wanted(threads: number) {
    this.#wanted = threads;
  }

  /** Workers that have been started. */
  get size(): number {
    return this.#workers.length;
  }

  /**
   * How many threads there are for a program of this cost, in instructions. Workers are started once there has been work enough to be worth
   * it: until they are ready, the main thread does it alone.
   */
  available(cost: number): number {
    if (this.#wanted === 1 || this.#ending > 0) return 1;
    if (this.#workers.some(({ entries }) => entries.size >= this.#mostEntries)) {
      this.stop();
      return 1;
    }
    if (this.#workers.length === 0) {
      this.#work += cost;
      if (this.#work < this.#startCost) return 1;
    }
    const { wanted } = this;
    while (this.#workers.length < wanted - 1) this.#start();
    for (let i = 0; i < wanted - 1; i++) if (Atomics.load(this.#workers[i].ready, 0) === 0) return 1;
    return wanted;
  }

  #start(): void {
    const threads = nodeModule("node:worker_threads");
    if (threads === undefined) return;
    const channel = new (globalThis as unknown as { MessageChannel: new () => Channel }).MessageChannel();
    const thread = this.#workers.length + 1;
    const ready = new Int32Array(new SharedArrayBuffer(4));
    const worker = new threads.Worker(workerSource, {
      eval: true,
      workerData: {
        memory: this.#memory.memory,
        port: channel.port2,
        ready,
        thread,
        signals,
        mostThreads,
        spins,
      },
      transferList: [channel.port2],
    });
    worker.unref();
    channel.port1.unref?.();
    worker.on("error", () => {}); // told at the barrier that it does not come to
    this.#workers.push({ worker, port: channel.port1, ready, sources: new WeakSet(), entries: new Set() });
  }

  /** Runs an entry on `threads` threads. Throws {@link ThreadError} when one of them fails. */
  run(entry: ThreadedEntry, frame: number, threads: number): number {
    let number = this.#entries.get(entry);
    if (number === undefined) {
      number = this.#nextEntry++;
      this.#entries.set(entry, number);
    }
    for (const worker of this.#workers.slice(0, threads - 1)) {
      if (worker.entries.has(number)) continue;
      for (const source of entry.sources) {
        if (worker.sources.has(source)) continue;
        worker.sources.add(source);
        worker.port.postMessage({ module: source.module, names: source.exports });
      }
      worker.port.postMessage({ module: entry.module, entry: number });
      worker.entries.add(number);
    }
    const { words } = this.#memory;
    words[signals.entry >> 2] = number;
    words[signals.frame >> 2] = frame;
    words[signals.status >> 2] = 0;
    // A worker that has no part in a job may look while the next one is prepared, so the number of threads comes with the job's own.
    this.#job++;
    Atomics.store(words, signals.job >> 2, this.#job * (mostThreads + 1) + threads);
    Atomics.notify(words, signals.job >> 2);
    try {
      return entry.run(frame, 0, threads);
    } catch (error) {
      // A definition in JavaScript has thrown, in the main thread. The others must not wait for it at the barrier that they come to.
      this.#awaitOthers(threads);
      Atomics.store(words, signals.failed >> 2, 1);
      Atomics.notify(words, signals.generation >> 2);
      this.stop();
      throw error;
    }
  }

  /** Waits until all other threads are at a barrier, where they write to nobody's memory; half a minute at most. */
  #awaitOthers(threads: number): void {
    const { words } = this.#memory;
    for (let naps = 0; naps < 30_000; naps++) {
      const arrived = Atomics.load(words, signals.arrived >> 2);
      if (arrived === threads - 1 || Atomics.load(words, signals.failed >> 2) !== 0) return;
      Atomics.wait(words, signals.arrived >> 2, arrived, 1);
    }
  }

  /** What a worker that failed has said; undefined when none has said anything. */
  failure(): string | undefined {
    const receive = nodeModule("node:worker_threads")?.receiveMessageOnPort;
    for (const { port } of this.#workers) {
      const received = receive?.(port);
      if (received !== undefined) return String(received.message);
    }
    return undefined;
  }

  /** Ends all workers: after a failure, and for tests. Until they are gone, the main thread does all alone. */
  stop(): void {
    const { words } = this.#memory;
    const ended = (): void => {
      this.#ending--;
      if (this.#ending > 0) return;
      for (const signal of [signals.arrived, signals.failed]) Atomics.store(words, signal >> 2, 0);
    };
    for (const { worker } of this.#workers.splice(0)) {
      this.#ending++;
      worker.terminate().then(ended, ended);
    }
  }
}
