import { FunctionBuilder, i32 } from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import { times } from "./block.ts";
import { elementOf } from "./element.ts";
import { type MatmulSpec, matmulFlops } from "./spec.ts";

/** A part of k is no shorter. */
const shortestPart = 128;
const mostParts = 16;

/** Floating-point operations below which threads have nothing to share. */
const fewestFlops = 500_000;

/**
 * In how many parts of k a product is computed, whose sums are then added: 1 if in none.
 *
 * Threads that split the rows of A read all of B. A weight they have updated in parts along k, as they compute its gradient: so each
 * has to get the others' parts from their caches, and then every cache line of its own back before it can write to it again. Threads that
 * split k read of B what they have written. The number of parts depends on the shape alone, so that the bits of the product do not depend
 * on the number of threads.
 */
export function partsOf(spec: MatmulSpec): number {
  const { m, k, n, batch, transposeA, transposeB } = spec;
  if (batch !== 1 || transposeA || transposeB || m === 1 || n === 1) return 1;
  if (matmulFlops(spec) < fewestFlops) return 1;
  const isSmall = (parts: number): boolean => 4 * parts * m * n <= (m + n) * k;
  for (let parts = Math.min(mostParts, Math.floor(k / shortestPart)); parts > 1; parts--) {
    if (k % parts === 0 && isSmall(parts)) return parts;
  }
  return 1;
}

/** The products of the parts, as a batch. */
export function partSpec(spec: MatmulSpec, parts: number): MatmulSpec {
  const k = spec.k / parts;
  return { ...spec, k, batch: parts, strideA: k, strideB: k * spec.n, rowA: spec.k };
}

/** What {@link addPartsKernel} adds: `parts` arrays of `count` elements, one after the other. */
export interface PartsSpec {
  readonly count: number;
  readonly parts: number;
  readonly dtype: MatmulSpec["dtype"];
}

/** Pieces of work: vectors of the result. */
export function addPartsUnits({ count, dtype }: PartsSpec, target: Target): number {
  return Math.ceil(count / elementOf(dtype, target).lanes);
}

/** Adds parts in their order: a function of the addresses of the parts, of the result and of scratch, and a range of units. */
export function addPartsKernel({ count, parts, dtype }: PartsSpec, target: Target): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const [source, result, , begin, end] = [0, 1, 2, 3, 4].map((i) => f.parameter<"i32">(i));
  const element = elementOf(dtype, target);
  const unit = f.local("i32");
  f.forRange(unit, begin, end, 1, () => {
    const skipped = f.keep(times(unit, element.lanes * element.bytes));
    const from = f.keep(i32.add(source, skipped));
    const sum = f.keep(element.load(from, 0));
    for (let part = 1; part < parts; part++)
      f.emit(sum.set(element.add(sum, element.load(from, part * count * element.bytes))));
    f.emit(element.store(i32.add(result, skipped), sum, { lane: 0, lanes: element.lanes, offset: 0 }));
  });
  return f;
}
