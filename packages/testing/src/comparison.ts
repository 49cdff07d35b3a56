import type { Differences, StepOptions } from "./differences.ts";
import { GradcheckError, type Mismatch } from "./gradcheck-error.ts";

/** Options of the derivative checks. The defaults of the tolerances are those of `torch.autograd.gradcheck`. */
export interface GradcheckOptions {
  /**
   * The smallest step of the central differences, relative to the input (default 1e-6). Steps start 10⁵ times as large,
   * which loses fewer digits, and shrink until they agree; a smaller epsilon keeps all of them closer to the input.
   */
  readonly epsilon?: number;
  /** Difference allowed, relative to the derivative (default 1e-3). */
  readonly rtol?: number;
  /** Difference allowed beside that (default 1e-5). */
  readonly atol?: number;
  /** Seed of the random cotangents and tangents (default 0). */
  readonly seed?: number;
}

/** The tolerances that central differences in float64 support, and that this project's own suites use. */
export const strict: Readonly<Record<"rtol" | "atol", number>> = { rtol: 1e-6, atol: 1e-9 };

/** What the steps are divided by in the first attempt, and in the second, which a mismatch has to survive. */
const ratios = [4, 2] as const;

/** Differences settle when their error is this share of what is allowed. */
const settledShare = 0.1;

/** Differences that are off by more than this share of the derivative say nothing… */
const unsettledShare = 2e-4;

/** … unless the derivative is lost in the rounding of values this much larger. */
const lostShare = 1e-9;

/** What is compared with differences. */
export interface Analytic {
  /** Where the derivatives come from: `the gradient rules`. */
  readonly source: string;
  readonly values: readonly number[];
  /** Which derivative the i-th is, and the input there. */
  readonly describe: (i: number) => Pick<Mismatch, "derivative" | "input">;
}

/** Compares derivatives with differences, and remembers where they disagree most. */
export class Comparison {
  readonly #check: string;
  readonly #epsilon: number;
  readonly #rtol: number;
  readonly #atol: number;
  #worst: { deviation: number; message: string; mismatch: Mismatch } | undefined;

  constructor(check: string, { epsilon = 1e-6, rtol = 1e-3, atol = 1e-5 }: GradcheckOptions) {
    this.#check = check;
    this.#epsilon = epsilon;
    this.#rtol = rtol;
    this.#atol = atol;
  }

  /**
   * Compares each value with its difference. A mismatch counts when differences of other steps confirm it, so that no
   * accident of rounding fails a right rule; what the differences may be off by themselves is allowed for.
   */
  add(analytic: Analytic, differences: (steps: StepOptions) => Differences): void {
    const isSettled = (value: number, error: number): boolean => error <= settledShare * this.#allowed(value);
    let suspects = analytic.values.map((_, i) => i);
    for (const ratio of ratios) {
      const found = differences({ epsilon: this.#epsilon, ratio, isSettled });
      suspects = suspects.filter((i) => this.#isWrong(analytic.values[i], found, i));
      if (suspects.length === 0) return;
      if (ratio === ratios.at(-1)) for (const i of suspects) this.#blame(analytic, found, i);
    }
  }

  /** True, or {@link GradcheckError} for the worst element. */
  verdict(): true {
    if (this.#worst !== undefined)
      throw new GradcheckError(this.#check, this.#worst.message, this.#worst.mismatch);
    return true;
  }

  #allowed(value: number): number {
    return this.#atol + this.#rtol * Math.abs(value);
  }

  /** Do the differences agree among themselves well enough to judge by? */
  #isTelling({ values, errors, sizes }: Differences, i: number): boolean {
    const limit = this.#allowed(values[i]) + unsettledShare * Math.abs(values[i]) + lostShare * sizes[i];
    return errors[i] <= limit;
  }

  /** Is the value further from the difference than both together may be? */
  #isWrong(analytic: number, found: Differences, i: number): boolean {
    const deviation = Math.abs(analytic - found.values[i]);
    return !(deviation <= this.#allowed(found.values[i]) + found.errors[i]) || !this.#isTelling(found, i);
  }

  #blame({ source, values, describe }: Analytic, found: Differences, i: number): void {
    const away = Math.abs(values[i] - found.values[i]) / this.#allowed(found.values[i]);
    const deviation = Number.isNaN(away) || !this.#isTelling(found, i) ? Number.POSITIVE_INFINITY : away;
    if (this.#worst !== undefined && this.#worst.deviation >= deviation) return;
    const mismatch = { ...describe(i), analytic: values[i], numeric: found.values[i] };
    const numeric = this.#isTelling(found, i)
      ? `and ${digits(mismatch.numeric)} by central differences`
      : `but central differences do not settle (${digits(mismatch.numeric)} ± ${digits(found.errors[i])}): the function ` +
        "has a kink, a jump or the end of its domain nearby, or loses digits, as float32 does";
    const place = mismatch.input === undefined ? "" : `; the input there is ${mismatch.input}`;
    const message = `${mismatch.derivative} is ${digits(mismatch.analytic)} by ${source}, ${numeric}${place}`;
    this.#worst = { deviation, message, mismatch };
  }
}

/** A number with no more digits than differences have. */
function digits(value: number): string {
  return String(Number(value.toPrecision(10)));
}
