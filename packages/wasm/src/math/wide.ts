import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { nearestExponent, powerOfTwo, split } from "./exponent.ts";
import { polynomial } from "./polynomial.ts";

// Float32 functions that lose digits on the way compute them in float64 with polynomials just good enough for float32: then all that
// rounds is the last step, also where the result is subnormal.

/** Computes a float32 function of float32 values in float64 lanes. */
export function inFloat64(
  lanes: Lanes,
  values: readonly Expression[],
  compute: (wide: Lanes, values: readonly Local[]) => Expression,
): Expression {
  const widened = values.map((value) => lanes.widen(value));
  return lanes.narrow(
    widened[0].map((_, part) =>
      lanes.keep(
        compute(
          lanes.wide,
          widened.map((parts) => parts[part]),
        ),
      ),
    ),
  );
}

// test/golden/coefficients.py: (eʳ − 1 − r)/r², |r| ≤ ln 2 / 2; error of eʳ 2^−34.2.
const EXP = [
  0.5000000078797371, 0.16666666862684928, 0.04166626691498279, 0.008333263882373322, 0.0013946291062033574,
  0.00019918650854167357,
];

/** eˣ to 34 bits for `|x| < 708`. */
export function exp34(wide: Lanes, x: Expression): Expression {
  const given = wide.keep(x);
  const exponent = nearestExponent(wide, given, Math.LOG2E);
  const r = wide.keep(wide.nmadd(exponent.k, wide.constant(Math.LN2), given));
  const value = wide.madd(wide.mul(r, r), polynomial(wide, EXP, r), wide.add(r, wide.constant(1)));
  return wide.mul(value, powerOfTwo(wide, exponent));
}

/** `eˣ − 1` to 33 bits, near 0 too, for `|x| < 708`: `2ᵏ (eʳ − 1) + (2ᵏ − 1)`. */
export function expm133(wide: Lanes, x: Local): Expression {
  const exponent = nearestExponent(wide, x, Math.LOG2E);
  const r = wide.keep(wide.nmadd(exponent.k, wide.constant(Math.LN2), x));
  const near = wide.madd(wide.mul(r, r), polynomial(wide, EXP, r), r);
  const power = powerOfTwo(wide, exponent);
  return wide.madd(power, near, wide.sub(power, wide.constant(1)));
}

// test/golden/coefficients.py: with s = f/(2 + f) and z = s², (log(1 + f)/s − 2)/z for ¾ ≤ 1 + f ≤ 1½; error 2^−42.
const LOG = [
  0.6666666671030727, 0.39999984632717117, 0.2857318288872116, 0.2213517182635828, 0.20121819012956194,
];

/** `log(1 + f)` to 42 bits for `¾ ≤ 1 + f ≤ 1½`. */
function log1p42(wide: Lanes, f: Local): Expression {
  const s = wide.keep(wide.div(f, wide.add(f, wide.constant(2))));
  const z = wide.keep(wide.mul(s, s));
  return wide.mul(s, wide.madd(z, polynomial(wide, LOG, z), wide.constant(2)));
}

/** x = 2ᵏ (1 + f): log(1 + f) to 42 bits, and −k, for positive normal numbers (in float64: all positive float32). */
export function logParts42(
  wide: Lanes,
  x: Expression,
): { readonly log1pF: Expression; readonly negativeK: Local } {
  const { mantissa, negativeK } = split(wide, x);
  return { log1pF: log1p42(wide, wide.keep(wide.sub(mantissa, wide.constant(1)))), negativeK };
}
