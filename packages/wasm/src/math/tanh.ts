import type { Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { logisticTail } from "./logisticTail.ts";
import type { FormulaWriter, Part } from "./parts.ts";
import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: (tanh(x)/x − 1)/u for u = x² up to 0.31 and 1; error of tanh 2^−27.95 and 2^−55.7.
const COEFFICIENTS: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [
    -0.33333316445350647, 0.13332515954971313, -0.05384441837668419, 0.021037256345152855,
    -0.006223095580935478,
  ],
  float64: [
    -0.333333333333333, 0.13333333333328973, -0.05396825396644824, 0.02186948849805918, -0.00886323504811474,
    0.0035921240353038123, -0.0014558112828401387, 0.000589931132090942, -0.0002388319201726384,
    9.622522292869198e-5, -3.80601322679541e-5, 1.427613286196863e-5, -4.755464315327681e-6,
    1.2701980020054446e-6, -2.3272030956795186e-7, 2.127103013875141e-8,
  ],
};

/** Up to this square of x the polynomial, where tanh is about ½ or (float64) more. */
const NEAR = { float32: 0.305, float64: 1 } as const;

const sided: Part = {
  id: "tanh",
  cost: 13,
  emit(lanes, x, tail) {
    const { dtype } = lanes;
    const given = x as Local;
    const far = lanes.nmadd(tail, lanes.constant(2), lanes.constant(1));
    const square = lanes.keep(lanes.mul(given, given));
    const cubic = lanes.mul(square, polynomial(lanes, COEFFICIENTS[dtype], square));
    const isNear = lanes.lt(square, lanes.constant(NEAR[dtype]));
    return lanes.copysign(lanes.select(isNear, lanes.madd(given, cubic, given), far), given);
  },
};

/**
 * `tanh x = x + x u p(u)` with `u = x²` near 0, and `1 − 2 σ(−2|x|)` beyond with the sign of x, where the tail is so much smaller
 * than 1 that its error does not count.
 *
 * Domain: all numbers; ±∞ gives ±1, −0 gives −0.
 * Numerics: float32 at most 0.98 ulp with fused multiply-add and 1.13 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function tanh<Value>(write: FormulaWriter<Value>, x: Value): Value {
  return write.part(sided, x, logisticTail(write, write.mul(write.number(2), x)).tail);
}
