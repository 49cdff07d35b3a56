import type { DType, Shape } from "@adjoint/tensor";
import { bytesPerElement, stridesOf } from "@adjoint/tensor/engine";
import {
  type Expression,
  FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  type Statement,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";

/** Windows that slide over the last axes of an array, an entry for each of these axes, and how many such arrays there are. */
export interface SumPatchesSpec {
  readonly outer: number;
  readonly size: Shape;
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Elements of padding before the first. */
  readonly before: readonly number[];
  /** How many windows there are along each axis. */
  readonly positions: readonly number[];
  readonly dtype: DType;
}

/** Lanes that count, from the first one on and up to the last one; the others have no element. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** What neighbouring elements are added up in: several at once, or one. */
interface Total {
  clear(): Statement;
  /** Adds elements; that of the first lane is at the address, if it exists. */
  add(address: Expression<"i32">, offset: number, part: Part): void;
  /** Stores the first `count`, `step` elements apart. */
  store(address: Expression<"i32">, offset: number, count: number, step: number): void;
}

interface Adder {
  readonly width: 1 | 4;
  total(): Total;
}

/** float32 is added up in float64, as the op says. */
function vectorAdder(f: FunctionBuilder): Adder {
  const zero = f.keep(v128.const(new Array<number>(16).fill(0)));
  const joined = Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8));
  /** Two of the lanes, 0 where there is no element. */
  const half = (address: Expression<"i32">, offset: number, { from, to }: Part): Expression<"v128"> => {
    if (from > 0) return v128.load32Lane(address, zero, 1, offset + 4);
    return to > 1 ? v128.load64Zero(address, offset) : v128.load32Zero(address, offset);
  };
  const total = (): Total => {
    const halves = [f.local("v128"), f.local("v128")];
    const [first, second] = halves;
    return {
      clear: () => [first.set(zero), second.set(zero)],
      add(address, offset, { from, to }) {
        halves.forEach((sum, i) => {
          const part = { from: Math.max(0, from - 2 * i), to: Math.min(2, to - 2 * i) };
          if (part.from >= part.to) return;
          f.emit(sum.set(f64x2.add(sum, f64x2.promoteLow(half(address, offset + 8 * i, part)))));
        });
      },
      store(address, offset, count, step) {
        const [low, rest] = [f.keep(f32x4.demoteZero(first)), f.keep(f32x4.demoteZero(second))];
        const vector = f.keep(v128.shuffle(low, rest, joined));
        if (step === 1 && count === 4) f.emit(v128.store(address, vector, offset));
        else {
          for (let lane = 0; lane < count; lane++)
            f.emit(v128.store32Lane(address, vector, lane, offset + 4 * step * lane));
        }
      },
    };
  };
  return { width: 4, total };
}

function scalarAdder(f: FunctionBuilder, dtype: DType): Adder {
  const total = (): Total => {
    if (dtype === "float32" || dtype === "float64") {
      const sum = f.local("f64");
      const isWide = dtype === "float64";
      return {
        clear: () => sum.set(f64.const(0)),
        add(address, offset) {
          const value = isWide ? f64.load(address, offset) : f64.promote(f32.load(address, offset));
          f.emit(sum.set(f64.add(sum, value)));
        },
        store(address, offset) {
          f.emit(isWide ? f64.store(address, sum, offset) : f32.store(address, f32.demote(sum), offset));
        },
      };
    }
    const sum = f.local("i32");
    const isWord = dtype === "int32";
    return {
      clear: () => sum.set(i32.const(0)),
      add(address, offset) {
        f.emit(sum.set(i32.add(sum, isWord ? i32.load(address, offset) : i32.load8u(address, offset))));
      },
      store(address, offset) {
        f.emit(isWord ? i32.store(address, sum, offset) : i32.store8(address, sum, offset));
      },
    };
  };
  return { width: 1, total };
}

/** Outputs that are computed together: the first is at `s (at + j) + r − before` of its row, with `s` the stride. */
interface Run {
  /** The residue `r`. */
  readonly residue: number;
  /** Where windows are counted from, if that is not known before the kernel runs; then all elements exist. */
  readonly at: Local<"i32"> | undefined;
  readonly j: number;
  readonly count: number;
}

/** Runs whose totals are in registers at the same time. */
const together = 4;
/** So many additions are written out; beyond it the kernel is too long. */
const mostAdditions = 2000;

/** How the outputs of a row are divided: runs at the edges, where some elements of windows do not exist, and long stretches between. */
interface Plan {
  readonly edges: readonly Run[];
  readonly stretches: readonly { readonly residue: number; readonly from: number; readonly runs: number }[];
}

function planOf({ size, stride, before, window, dilation, positions }: SumPatchesSpec, width: number): Plan {
  const last = size.length - 1;
  const [length, s, p, d, count] = [size, stride, before, dilation, positions].map((list) => list[last]);
  const reach = Math.floor(((window[last] - 1) * d) / s);
  const edges: Run[] = [];
  const stretches: { residue: number; from: number; runs: number }[] = [];
  for (let residue = 0; residue < s; residue++) {
    const first = Math.max(0, Math.ceil((p - residue) / s));
    const end = Math.floor((length - 1 + p - residue) / s) + 1;
    // From j = reach on every element of a window is at a window that exists, until the first one's is the last.
    const skipped = Math.max(0, Math.ceil((reach - first) / width));
    const from = first + skipped * width;
    const runs = Math.floor((Math.min(end, count) - from) / width);
    const isLong = runs > together;
    for (let j = first; j < end; j += width) {
      if (isLong && j >= from && j < from + runs * width) continue;
      edges.push({ residue, at: undefined, j, count: Math.min(width, end - j) });
    }
    if (isLong) stretches.push({ residue, from, runs });
  }
  return { edges, stretches };
}

function adderWidth({ dtype }: SumPatchesSpec, target: Target): 1 | 4 {
  return dtype === "float32" && target.hasVectors ? 4 : 1;
}

/** Is a kernel for these windows of a reasonable length? */
export function isSumPatchesKernel(spec: SumPatchesSpec, target: Target): boolean {
  const { edges, stretches } = planOf(spec, adderWidth(spec, target));
  const perRun = Math.ceil((spec.window.at(-1) ?? 1) / (spec.stride.at(-1) ?? 1));
  return (edges.length + 2 * stretches.length) * perRun <= mostAdditions;
}

/**
 * Adds up windows: a function of the addresses of windows, result and scratch, and a range of the rows of the result. Each element of
 * the result gathers what lies on it, in order of the window's elements.
 */
export function sumPatchesKernel(spec: SumPatchesSpec, target: Target): FunctionBuilder {
  const { size, window, stride, dilation, before, positions, dtype } = spec;
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const [source, result, , begin, end] = [0, 1, 2, 3, 4].map((i) => f.parameter<"i32">(i));
  const width = adderWidth(spec, target);
  const adder = width === 4 ? vectorAdder(f) : scalarAdder(f, dtype);
  const bytes = bytesPerElement(dtype);
  const last = size.length - 1;
  const strides = stridesOf([...window, ...positions]).map((one) => one * bytes);
  const block = [...window, ...positions].reduce((product, extent) => product * extent, bytes);
  const lastElement = strides[last];
  const { edges, stretches } = planOf(spec, width);
  const totals: Total[] = [];

  const row = f.local("i32");
  f.forRange(row, begin, end, 1, () => {
    const target = f.keep(i32.add(result, i32.mul(row, i32.const(size[last] * bytes))));
    const indices: Local<"i32">[] = [];
    let rest = row;
    for (let axis = last - 1; axis >= 0; axis--) {
      indices[axis] = f.keep(i32.add(i32.remu(rest, i32.const(size[axis])), i32.const(before[axis])));
      rest = f.keep(i32.divu(rest, i32.const(size[axis])));
    }
    const start = f.keep(i32.add(source, i32.mul(rest, i32.const(block))));

    /** Goes through the elements of windows that lie on this row: all axes but the last. */
    const overRows = (axis: number, address: Local<"i32">, write: (address: Local<"i32">) => void): void => {
      if (axis === last) {
        write(address);
        return;
      }
      const element = f.local("i32");
      f.forRange(element, i32.const(0), i32.const(window[axis]), 1, () => {
        const steps = f.keep(i32.sub(indices[axis], i32.mul(element, i32.const(dilation[axis]))));
        const s = stride[axis];
        const isInside = i32.ltu(steps, i32.const(s * positions[axis]));
        const isThere = s === 1 ? isInside : i32.and(isInside, i32.eqz(i32.remu(steps, i32.const(s))));
        const inner = f.capture(() => {
          const position = s === 1 ? steps : i32.divu(steps, i32.const(s));
          const next = i32.add(
            address,
            i32.add(
              i32.mul(element, i32.const(strides[axis])),
              i32.mul(position, i32.const(strides[last + 1 + axis])),
            ),
          );
          overRows(axis + 1, f.keep(next), write);
        });
        f.emit(when(isThere, inner));
      });
    };

    const [s, p, d, count] = [stride, before, dilation, positions].map((list) => list[last]);
    const compute = (runs: readonly Run[]): void => {
      while (totals.length < runs.length) totals.push(adder.total());
      f.emit(runs.map((_, i) => totals[i].clear()));
      overRows(0, start, (address) => {
        const bases = new Map<Local<"i32">, Local<"i32">>();
        for (let element = 0; element < window[last]; element++) {
          runs.forEach(({ residue, at, j, count: used }, i) => {
            if ((element * d) % s !== residue) return;
            const position = j - Math.floor((element * d) / s);
            const offset = element * lastElement + position * bytes;
            if (at !== undefined) {
              let base = bases.get(at);
              if (base === undefined) {
                base = f.keep(i32.add(address, i32.mul(at, i32.const(bytes))));
                bases.set(at, base);
              }
              addAt(totals[i], base, offset, { from: 0, to: width });
              return;
            }
            const [from, to] = [Math.max(0, -position), Math.min(used, count - position)];
            if (from < to) addAt(totals[i], address, offset, { from, to });
          });
        }
      });
      runs.forEach(({ residue, at, j, count: used }, i) => {
        const place = (s * j + residue - p) * bytes;
        const address =
          at === undefined ? target : f.keep(i32.add(target, i32.mul(at, i32.const(s * bytes))));
        storeAt(totals[i], address, place, used, s);
      });
    };
    const addAt = (total: Total, address: Local<"i32">, offset: number, part: Part): void => {
      if (offset >= 0) total.add(address, offset, part);
      else total.add(i32.add(address, i32.const(offset)), 0, part);
    };
    const storeAt = (
      total: Total,
      address: Local<"i32">,
      offset: number,
      used: number,
      step: number,
    ): void => {
      if (offset >= 0) total.store(address, offset, used, step);
      else total.store(f.keep(i32.add(address, i32.const(offset))), 0, used, step);
    };

    for (let i = 0; i < edges.length; i += together) compute(edges.slice(i, i + together));
    for (const { residue, from, runs } of stretches) {
      const pairs = Math.floor(runs / 2);
      const at = f.local("i32");
      const run = (k: number): Run => ({ residue, at, j: from + k * width, count: width });
      f.forRange(at, i32.const(0), i32.const(pairs * 2 * width), 2 * width, () => compute([run(0), run(1)]));
      if (runs % 2 === 1) {
        f.emit(at.set(i32.const(pairs * 2 * width)));
        compute([run(0)]);
      }
    }
  });
  return f;
}

/** Rows of the result, which threads share. */
export function sumPatchesUnits({ outer, size }: SumPatchesSpec): number {
  return size.slice(0, -1).reduce((product, extent) => product * extent, outer);
}
