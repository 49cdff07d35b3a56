import * as ops from "@adjoint/ops";
import { type AnyTensor, cos, erf, erfc, erfinv, exp, expm1, log, log1p, sin, sqrt } from "@adjoint/tensor";
import * as exact from "./real.ts";
import { minus, over, plus, type Real, real, scaled, times, unit } from "./real.ts";

/** A function of one number: the op that computes it, and what it is. */
export interface UnaryFunction {
  readonly compute: (x: AnyTensor) => AnyTensor;
  /** The value at a finite x in the domain. */
  readonly exact: (x: Real) => Real;
  /** Is the value at a finite number a number? Default: everywhere. */
  readonly isDefined?: (x: number) => boolean;
}

const sqrtTwo = exact.sqrt(real(2));
const normalFactor = exact.sqrt(scaled(exact.pi, 1));
const tanhFactor = exact.sqrt(over(real(2), exact.pi));
const cubic = exact.decimal("0.044715");
const seluAlpha = exact.decimal("1.6732632423543772848170429916717");
const seluScale = exact.decimal("1.0507009873554804934193349852946");

const sigmoid = (x: Real): Real => over(unit, plus(unit, exact.exp(minus(x))));
const softplus = (x: Real): Real => {
  const near = exact.log1p(exact.exp(exact.isNegative(x) ? x : minus(x)));
  return exact.isNegative(x) ? near : plus(x, near);
};
const normalCdf = (x: Real): Real => scaled(exact.erfc(minus(over(x, sqrtTwo))), -1);
const elu = (x: Real): Real => (exact.isNegative(x) ? exact.expm1(x) : x);
const isPositive = (x: number): boolean => x > 0;

/** The gate of geluTanh, `σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`. */
function tanhGate(x: Real): Real {
  const u = times(tanhFactor, plus(x, times(cubic, times(x, times(x, x)))));
  return sigmoid(scaled(u, 1));
}

/** Every function of one number that is more than arithmetic. */
export const unaryFunctions: Readonly<Record<string, UnaryFunction>> = {
  exp: { compute: exp, exact: exact.exp },
  exp2: { compute: ops.exp2, exact: (x) => exact.exp(times(x, exact.logOfTwo)) },
  expm1: { compute: expm1, exact: exact.expm1 },
  log: { compute: log, exact: exact.log, isDefined: isPositive },
  log2: { compute: ops.log2, exact: (x) => over(exact.log(x), exact.logOfTwo), isDefined: isPositive },
  log10: { compute: ops.log10, exact: (x) => over(exact.log(x), exact.logOfTen), isDefined: isPositive },
  log1p: { compute: log1p, exact: exact.log1p, isDefined: (x) => x > -1 },
  sqrt: { compute: sqrt, exact: exact.sqrt, isDefined: (x) => x >= 0 },
  rsqrt: { compute: ops.rsqrt, exact: (x) => over(unit, exact.sqrt(x)), isDefined: isPositive },
  sin: { compute: sin, exact: exact.sin },
  cos: { compute: cos, exact: exact.cos },
  tan: { compute: ops.tan, exact: (x) => over(exact.sin(x), exact.cos(x)) },
  sinh: { compute: ops.sinh, exact: exact.sinh },
  cosh: { compute: ops.cosh, exact: exact.cosh },
  tanh: { compute: ops.tanh, exact: exact.tanh },
  erf: { compute: erf, exact: exact.erf },
  erfc: { compute: erfc, exact: exact.erfc },
  erfinv: { compute: erfinv, exact: exact.erfinv, isDefined: (x) => Math.abs(x) < 1 },
  sigmoid: { compute: ops.sigmoid, exact: sigmoid },
  logSigmoid: { compute: ops.logSigmoid, exact: (x) => minus(softplus(minus(x))) },
  softplus: { compute: ops.softplus, exact: softplus },
  silu: { compute: ops.silu, exact: (x) => times(x, sigmoid(x)) },
  gelu: { compute: ops.gelu, exact: (x) => times(x, normalCdf(x)) },
  geluTanh: { compute: ops.geluTanh, exact: (x) => times(x, tanhGate(x)) },
  elu: { compute: ops.elu, exact: elu },
  selu: {
    compute: ops.selu,
    exact: (x) => times(seluScale, exact.isNegative(x) ? times(seluAlpha, exact.expm1(x)) : x),
  },
  normalCdf: { compute: ops.normalCdf, exact: normalCdf },
  normalPdf: {
    compute: ops.normalPdf,
    exact: (x) => over(exact.exp(scaled(minus(times(x, x)), -1)), normalFactor),
  },
  logisticPdf: { compute: ops.logisticPdf, exact: (x) => times(sigmoid(x), sigmoid(minus(x))) },
};
