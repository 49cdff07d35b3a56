import {
  type Expression,
  FunctionBuilder,
  f32,
  f32x4,
  i32,
  i32x4,
  type Local,
  type Statement,
  select,
  v128,
} from "../ir/index.ts";
import type { Target } from "../target.ts";

/** Images of float32 cut into windows that neither overlap nor leave gaps; what is left at the bottom and the right is in none. */
export interface MaxPoolGradientSpec {
  readonly height: number;
  readonly width: number;
  readonly window: readonly number[];
}

/** Elements of a window, beyond which the kernel, in which they are written out, is too long. */
export const largestWindow = 64;

/**
 * Each window's cotangent at its first largest element (or first NaN), 0 elsewhere: a function of the addresses of images, cotangent,
 * result and scratch, and a range of images.
 */
export function maxPoolGradientKernel(spec: MaxPoolGradientSpec, target: Target): FunctionBuilder {
  const { height, width, window } = spec;
  const [kh, kw] = window;
  const [rows, columns] = [Math.floor(height / kh), Math.floor(width / kw)];
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [images, cotangents, results, , begin, end] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter<"i32">(i));
  const image = f.local("i32");
  const row = f.local("i32");
  const column = f.local("i32");
  f.forRange(image, begin, end, 1, () => {
    const start = f.keep(i32.mul(image, i32.const(4 * height * width)));
    const x = f.keep(i32.add(images, start));
    const y = f.keep(i32.add(results, start));
    const cotangent = f.keep(i32.add(cotangents, i32.mul(image, i32.const(4 * rows * columns))));
    const next = (one: Local<"i32">, elements: number): Statement => one.increase(4 * elements);
    f.forRange(row, i32.const(0), i32.const(rows), 1, () => {
      const isVector = target.hasVectors && kw === 2 && columns >= 4;
      const whole = isVector ? columns - (columns % 4) : 0;
      const write = (count: number, windows: (places: Places) => void): void => {
        windows({ x, y, cotangent });
        f.emit(next(x, count * kw), next(y, count * kw), next(cotangent, count));
      };
      if (whole > 0)
        f.forRange(column, i32.const(0), i32.const(whole), 4, () =>
          write(4, (places) => fourWindows(f, spec, places)),
        );
      if (isVector && whole < columns) {
        // The last four, some of which have been computed before.
        const back = whole + 4 - columns;
        f.emit(next(x, -back * kw), next(y, -back * kw), next(cotangent, -back));
        write(4, (places) => fourWindows(f, spec, places));
      } else if (whole < columns)
        f.forRange(column, i32.const(whole), i32.const(columns), 1, () =>
          write(1, (places) => oneWindow(f, spec, places)),
        );
      const rest = width - columns * kw;
      if (rest > 0)
        for (let line = 0; line < kh; line++) clear(f, i32.add(y, i32.const(4 * line * width)), rest);
      f.emit(next(x, kh * width - columns * kw), next(y, kh * width - columns * kw));
    });
    clear(f, y, (height - rows * kh) * width);
  });
  return f;
}

interface Places {
  readonly x: Local<"i32">;
  readonly y: Local<"i32">;
  readonly cotangent: Local<"i32">;
}

/** Four windows of two columns side by side: their left columns in one vector, their right ones in another. */
function fourWindows(
  f: FunctionBuilder,
  { width, window: [kh] }: MaxPoolGradientSpec,
  { x, y, cotangent }: Places,
): void {
  const lanes = (...elements: number[]): number[] =>
    elements.flatMap((element) => [0, 1, 2, 3].map((byte) => 4 * element + byte));
  let largest: Local<"v128"> | undefined;
  const place = f.local("v128");
  for (let line = 0; line < kh; line++) {
    const [left, right] = [0, 16].map((bytes) => f.keep(v128.load(x, 4 * line * width + bytes)));
    for (const [side, elements] of [lanes(0, 2, 4, 6), lanes(1, 3, 5, 7)].entries()) {
      const candidate = f.keep(v128.shuffle(left, right, elements));
      if (largest === undefined) {
        largest = candidate;
        f.emit(place.set(i32x4.const(0)));
        continue;
      }
      // "Not at most" holds for NaN, of which the first is kept.
      const isLarger = f.keep(v128.and(v128.not(f32x4.le(candidate, largest)), f32x4.eq(largest, largest)));
      f.emit(place.set(v128.bitselect(i32x4.const(2 * line + side), place, isLarger)));
      largest = f.keep(v128.bitselect(candidate, largest, isLarger));
    }
  }
  const given = f.keep(v128.load(cotangent));
  for (let line = 0; line < kh; line++) {
    const [left, right] = [0, 1].map((side) =>
      f.keep(v128.and(given, i32x4.eq(place, i32x4.const(2 * line + side)))),
    );
    f.emit(
      v128.store(y, v128.shuffle(left, right, lanes(0, 4, 1, 5)), 4 * line * width),
      v128.store(y, v128.shuffle(left, right, lanes(2, 6, 3, 7)), 4 * line * width + 16),
    );
  }
}

function oneWindow(
  f: FunctionBuilder,
  { width, window: [kh, kw] }: MaxPoolGradientSpec,
  { x, y, cotangent }: Places,
): void {
  const largest = f.keep(f32.load(x));
  const place = f.keep(i32.const(0));
  for (let line = 0; line < kh; line++) {
    for (let column = 0; column < kw; column++) {
      const offset = 4 * (line * width + column);
      f.emit(f32.store(y, f32.const(0), offset));
      if (offset === 0) continue;
      const candidate = f.keep(f32.load(x, offset));
      const isLarger = f.keep(i32.and(i32.eqz(f32.le(candidate, largest)), f32.eq(largest, largest)));
      f.emit(
        largest.set(select(candidate, largest, isLarger)),
        place.set(select(i32.const(offset), place, isLarger)),
      );
    }
  }
  f.emit(f32.store(i32.add(y, place), f32.load(cotangent)));
}

/** Sets `count` elements to 0. */
function clear(f: FunctionBuilder, start: Expression<"i32">, count: number): void {
  if (count === 0) return;
  const from = f.keep(start);
  const past = f.local("i32");
  f.forRange(past, i32.const(0), i32.const(4 * count), 4, () =>
    f.emit(f32.store(i32.add(from, past), f32.const(0))),
  );
}
