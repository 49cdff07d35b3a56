import { backends } from "../backends.ts";
import { unaryFunctions } from "./functions.ts";
import { judgeOf, measureSingle, nothing, patterns, type Worst, worse } from "./measure.ts";

/** A part of a run over float32 bit patterns: from `start` up to `end`, every `stride`-th. */
export interface Job {
  readonly name: string;
  readonly backends: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly stride: number;
}

const chunk = 2 ** 18;

/** Runs a part, in chunks that fit into a cache; gives the worst of each backend, in their order. */
export function runJob({ name, backends: chosen, start, end, stride }: Job): readonly Worst[] {
  const fn = unaryFunctions[name];
  let worst: readonly Worst[] = chosen.map(() => nothing);
  for (let first = start; first < end; first += chunk * stride) {
    const x = patterns(first, Math.min(chunk, Math.ceil((end - first) / stride)), stride);
    const judge = judgeOf(fn, x);
    worst = chosen.map((backend, i) => worse(worst[i], measureSingle(fn, x, backends[backend], judge)));
  }
  return worst;
}
