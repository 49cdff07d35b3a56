/** Derivatives found by differences, one for each output, and how far off each may be. */
export interface Differences {
  readonly values: Float64Array;
  /** Bounds of the errors: of truncation, from how well the steps agree, and of rounding. */
  readonly errors: Float64Array;
  /** The size that each output had at the steps that decided. */
  readonly sizes: Float64Array;
}

/** How the steps are chosen. */
export interface StepOptions {
  /** The smallest step, relative to `|x|` but at most this; steps start 10⁵ times as large. */
  readonly epsilon: number;
  /** Each step is the one before divided by this. */
  readonly ratio: number;
  /** Is this derivative good enough to stop, given its error? */
  readonly isSettled: (value: number, error: number) => boolean;
}

/** The largest step in units of the smallest: differences lose digits to rounding as 1/step, so large steps go first. */
const stepsUp = 1e5;

/** Fewer steps than this may agree by accident. */
const leastSteps = 3;

/** What one evaluation may be off by, in units of its last place, before the steps themselves show it. */
const roundingUlps = 4;

/**
 * Derivative at a finite `x` of a function of one number with many outputs, by central differences of shrinking steps,
 * extrapolated to step 0: `f(x + h) − f(x − h) = 2h f′ + c₃h³ + c₅h⁵ + …`, so each pair of steps removes one power
 * (Richardson 1911). Of all extrapolations the one whose neighbours agree best is taken, which also says how far off it
 * may be (Ridders 1982). Steps that leave the domain (NaN, ±∞) or cross a kink do not agree, and smaller ones decide.
 */
export function centralDifferences(
  f: (x: number) => ArrayLike<number>,
  x: number,
  { epsilon, ratio, isSettled }: StepOptions,
): Differences {
  const smallest = epsilon * (x === 0 ? 1 : Math.min(1, Math.abs(x)));
  // A power of two, so that x ± h is exact, and a function that only moves its input has exact differences.
  let step = 2 ** Math.floor(Math.log2(epsilon * stepsUp * Math.max(1, Math.abs(x))));
  let rows: (readonly number[])[] = [];
  let found: Differences | undefined;
  for (let count = 1; ; count++, step /= ratio) {
    const high = Float64Array.from(f(x + step));
    const low = f(x - step);
    const width = x + step - (x - step);
    found ??= {
      values: new Float64Array(high.length).fill(Number.NaN),
      errors: new Float64Array(high.length).fill(Number.POSITIVE_INFINITY),
      sizes: new Float64Array(high.length),
    };
    const { values, errors, sizes } = found;
    rows = Array.from(high, (_, i) => {
      const difference = (high[i] - low[i]) / width;
      if (!Number.isFinite(difference)) return [];
      const size = Math.max(Math.abs(high[i]), Math.abs(low[i]));
      const rounding = (roundingUlps * Number.EPSILON * size) / width;
      const row = [difference];
      const above = rows[i] ?? [];
      for (let order = 0; order < above.length; order++) {
        const better = row[order] + (row[order] - above[order]) / (ratio ** (2 * order + 2) - 1);
        const spread = Math.max(Math.abs(better - row[order]), Math.abs(better - above[order]));
        row.push(better);
        if (spread + rounding < errors[i]) {
          errors[i] = spread + rounding;
          values[i] = better;
          sizes[i] = size;
        }
      }
      return row;
    });
    const settled = count >= leastSteps && values.every((value, i) => isSettled(value, errors[i]));
    // Not `step <= smallest`, which NaN never is.
    if (settled || !(step > smallest)) return found;
  }
}
