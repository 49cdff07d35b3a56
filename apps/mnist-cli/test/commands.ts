import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { encodeIdx } from "adjoint";
import { run, type Streams } from "../src/cli.ts";

/** A stream that keeps the text, or fails with `error` once it has kept so many pieces. */
class Kept extends Writable {
  readonly isTTY = false;
  text = "";
  #room: number;
  readonly #error: Error;

  constructor({ room = Number.POSITIVE_INFINITY, error = new Error("no room") } = {}) {
    super();
    this.#room = room;
    this.#error = error;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    if (chunk.length > 0 && this.#room-- <= 0) {
      done(this.#error);
      return;
    }
    this.text += chunk.toString();
    done();
  }
}

/** What a command wrote, and its exit code. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function mnistTo(stdout: Kept, stderr: Kept, args: readonly string[]): Promise<Ended> {
  const code = await run(args, { stdout, stderr } as unknown as Streams);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  return { code, out: stdout.text, err: stderr.text.replace(/\u001b\[\d+m/g, "") };
}

/** Runs a command. */
export function mnist(...args: string[]): Promise<Ended> {
  return mnistTo(new Kept(), new Kept(), args);
}

/** How {@link mnistFailing} fails. */
export interface Failure {
  /** The pieces of text that are taken before. */
  readonly room: number;
  /** The system's error, such as `EPIPE`. */
  readonly code: string;
  /** Standard error fails too, as after `2>&1 | head -1`. */
  readonly both?: boolean;
}

/** Runs a command whose standard output fails. */
export function mnistFailing({ room, code, both = false }: Failure, ...args: string[]): Promise<Ended> {
  const failing = (): Kept => new Kept({ room, error: Object.assign(new Error(`write ${code}`), { code }) });
  return mnistTo(failing(), both ? failing() : new Kept(), args);
}

/** The JSON lines of a run, which must be nothing else. */
export function events(out: string): Record<string, unknown>[] {
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Digits of 4 × 4 pixels that a linear net can tell apart: digit d lights pixel d. */
export async function writeDigits(into: string, rows: number): Promise<void> {
  const labels = Uint8Array.from({ length: rows }, (_, i) => (7 * i) % 10);
  const images = new Uint8Array(16 * rows);
  labels.forEach((label, i) => {
    images[16 * i + label] = 255;
  });
  const shape = [rows, 4, 4];
  for (const part of ["train", "t10k"]) {
    await writeFile(
      join(into, `${part}-images-idx3-ubyte`),
      encodeIdx({ dtype: "uint8", shape, values: images }),
    );
    await writeFile(
      join(into, `${part}-labels-idx1-ubyte`),
      encodeIdx({ dtype: "uint8", shape: [rows], values: labels }),
    );
  }
}
