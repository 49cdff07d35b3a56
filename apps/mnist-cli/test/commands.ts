import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeIdx } from "adjoint";
import { run, type Streams } from "../src/cli.ts";

/** What a command wrote, and its exit code. */
export async function mnist(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const stream = (take: (text: string) => void) => ({
    isTTY: false,
    write: take,
  });
  const streams = {
    stdout: stream((text) => {
      out += text;
    }),
    stderr: stream((text) => {
      err += text;
    }),
  } as unknown as Streams;
  const code = await run(args, streams);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  return { code, out, err: err.replace(/\u001b\[\d+m/g, "") };
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
