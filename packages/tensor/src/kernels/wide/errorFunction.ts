import { exp } from "./exponential.ts";
import { minus, negated, one, over, pair, plus, times, toNumber, two, type Wide, wide } from "./wide.ts";

// test/golden/wide.py: 2/√π and 1/√π.
const TWO_BY_SQRT_PI = pair(1.1283791670955126, 1.533545961316588e-17);
const ONE_BY_SQRT_PI = pair(0.5641895835477563, 7.66772980658294e-18);

/** From here on the continued fraction of erfc takes fewer than 150 terms. */
const far = 2;

/** `2/√π e^{−x²} Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!`, all of whose terms have one sign (Abramowitz and Stegun 7.1.6). */
function erfSeries(x: Wide): Wide {
  const square = times(x, x);
  const doubled = times(two, square);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term.high) > Math.abs(sum.high) * 2 ** -110; n++) {
    term = over(times(term, doubled), wide(2 * n + 1));
    sum = plus(sum, term);
    if (term.exponent < sum.exponent) break;
  }
  return times(times(TWO_BY_SQRT_PI, exp(negated(square))), sum);
}

/** `e^{−x²} / √π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …))))` for `x ≥ 2` (Abramowitz and Stegun 7.1.14), from its end. */
function erfcFraction(x: Wide): Wide {
  const size = toNumber(x);
  let tail = x;
  for (let n = Math.ceil(30 + 600 / (size * size)); n >= 1; n--) tail = plus(x, over(pair(n / 2, 0), tail));
  return over(times(ONE_BY_SQRT_PI, exp(negated(times(x, x)))), tail);
}

/** `erf x = 2/√π ∫₀ˣ e^{−t²} dt`, within 2⁻⁹⁸ of itself. */
export function erf(x: Wide): Wide {
  const size = toNumber(x);
  if (x.high === 0 || !Number.isFinite(x.high)) return Number.isFinite(x.high) ? x : wide(Math.sign(x.high));
  if (size < 0) return negated(erf(negated(x)));
  return size < far ? erfSeries(x) : minus(one, erfcFraction(x));
}

/** `1 − erf x`, within 2⁻⁹⁰ of itself. */
export function erfc(x: Wide): Wide {
  const size = toNumber(x);
  if (!Number.isFinite(x.high)) return wide(1 - Math.sign(x.high));
  return size < far ? minus(one, erf(x)) : erfcFraction(x);
}
