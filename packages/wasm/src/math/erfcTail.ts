import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { polynomial } from "./polynomial.ts";
import { exp34 } from "./wide.ts";

// test/golden/coefficients.py: (1 + 2a) e^{a²} erfc(a) in t = (a − 3)/(a + 3) for 0 ≤ a ≤ 10.2; error 2^−34.5.
const COEFFICIENTS = [
  1.2530080582654493, -0.13562110687839377, -0.04756229381403206, 0.1296452003312869, -0.1192736547018025,
  0.06830737506817783, -0.023771041374009257, 0.0025335127019178103, 0.0018942322643346805,
  -0.000789968705966715, -0.00012665796715744277, 0.0001267218105643409, 3.309161314684215e-5,
];

/**
 * `erfc(a)` to 33 bits for `0 ≤ a ≤ 10.2`, as `e^{−a²} q(t) / (1 + 2a)` with `t = (a − 3)/(a + 3)`, in which q is smooth up to infinity
 * (Shepherd and Laframboise 1981). In float64 the square of a float32 is exact.
 */
export function erfcTail(wide: Lanes, a: Local): Expression {
  const three = wide.constant(3);
  const above = wide.keep(wide.add(a, three));
  const slope = wide.keep(wide.add(wide.add(a, a), wide.constant(1)));
  const reciprocal = wide.keep(wide.div(wide.constant(1), wide.mul(above, slope)));
  const t = wide.keep(wide.mul(wide.mul(wide.sub(a, three), slope), reciprocal));
  const decay = wide.mul(exp34(wide, wide.neg(wide.mul(a, a))), wide.mul(above, reciprocal));
  return wide.mul(decay, polynomial(wide, COEFFICIENTS, t));
}
