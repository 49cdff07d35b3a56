import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { nearestExponent, powerOfTwo, subtractLn2 } from "./exponent.ts";
import { polynomialBySquare } from "./polynomial.ts";

/** Below it the result is 0. */
const LOWEST = { float32: -104, float64: -745.2 } as const;

/** The power of two is made this much larger, so that it is a normal number, and the result as much smaller, rounded once. */
const LIFT = { float32: 64, float64: 128 } as const;

/**
 * `e^(a − b)` for `a ≤ b`: that of the rounded difference `d`, whose error `(a − (d − s)) − (b + s)` with `s = d − a` is exact (Knuth,
 * The Art of Computer Programming 2, 4.2.2, theorem B) and is added to what the range reduction leaves of `d`.
 *
 * Domain: `a ≤ b`; NaN where the difference is.
 * Numerics: float32 at most 1.2 ulp, float64 within 2 of the definition, in samples of every exponent.
 */
export function expDifference(lanes: Lanes, a: Expression, b: Expression): Expression {
  const { dtype } = lanes;
  const [first, second] = [lanes.keep(a), lanes.keep(b)];
  const d = lanes.keep(lanes.sub(first, second));
  const s = lanes.keep(lanes.sub(d, first));
  const lost = lanes.sub(lanes.sub(first, lanes.sub(d, s)), lanes.add(second, s));
  const exponent = nearestExponent(lanes, d, Math.LOG2E, -LIFT[dtype]);
  const r = lanes.keep(lanes.add(subtractLn2(lanes, d, exponent.k), lost));
  const square = lanes.keep(lanes.mul(r, r));
  const p = polynomialBySquare(lanes, EXP[dtype], r, square);
  const value = lanes.add(lanes.madd(square, p, r), lanes.constant(1));
  const power = lanes.mul(lanes.mul(value, powerOfTwo(lanes, exponent)), lanes.constant(2 ** -LIFT[dtype]));
  // Far below, and of −∞, both the exponent's bits and the error are of no use.
  return lanes.select(lanes.lt(d, lanes.constant(LOWEST[dtype])), lanes.constant(0), power);
}
