import { backends } from "../backends.ts";
import { unaryFunctions } from "./functions.ts";
import { measureSingle, nothing, patterns, type Worst, worse } from "./measure.ts";

/** A part of a run over float32 bit patterns: from `start` up to `end`, every `stride`-th. */
export interface Job {
  readonly name: string;
  readonly backend: string;
  readonly start: number;
  readonly end: number;
  readonly stride: number;
}

const chunk = 2 ** 18;

/** Runs a part, in chunks that fit into a cache. */
export function runJob({ name, backend, start, end, stride }: Job): Worst {
  let worst = nothing;
  for (let first = start; first < end; first += chunk * stride) {
    const count = Math.min(chunk, Math.ceil((end - first) / stride));
    worst = worse(
      worst,
      measureSingle(unaryFunctions[name], patterns(first, count, stride), backends[backend]),
    );
  }
  return worst;
}
