import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { cos } from "./cos.ts";
import { cosh } from "./cosh.ts";
import { elu } from "./elu.ts";
import { erf } from "./erf.ts";
import { erfc } from "./erfc.ts";
import { exp } from "./exp.ts";
import { exp2 } from "./exp2.ts";
import { expDifference } from "./expDifference.ts";
import { expm1 } from "./expm1.ts";
import { gelu } from "./gelu.ts";
import { geluTanh, geluTanhGate } from "./geluTanh.ts";
import { log } from "./log.ts";
import { log1p } from "./log1p.ts";
import { log2 } from "./log2.ts";
import { log10 } from "./log10.ts";
import { logisticPdf } from "./logisticPdf.ts";
import { logSigmoid } from "./logSigmoid.ts";
import { normalCdf } from "./normalCdf.ts";
import { normalPdf } from "./normalPdf.ts";
import { type Formula, whole } from "./parts.ts";
import { pow } from "./pow.ts";
import { remainder } from "./remainder.ts";
import { selu } from "./selu.ts";
import { sigmoid } from "./sigmoid.ts";
import { silu } from "./silu.ts";
import { sin } from "./sin.ts";
import { sinh } from "./sinh.ts";
import { softplus } from "./softplus.ts";
import { tan } from "./tan.ts";
import { tanh } from "./tanh.ts";

/** Writes a function of as many operands as its op has; the operands' code runs once. */
export type MathFunction = (lanes: Lanes, ...operands: readonly Expression[]) => Expression;

/** The elementary functions that are written for a dtype; what is missing is computed by the op's own scalar function. */
export interface MathEntry {
  readonly float32?: MathFunction;
  readonly float64?: MathFunction;
  /** The same in parts, for the dtypes that are written. */
  readonly formula?: Formula;
  /** About how many instructions a vector of float32 takes, where an addition takes one. */
  readonly cost: number;
}

/** In both dtypes by one formula. */
function both(write: (lanes: Lanes, x: Expression) => Expression, cost: number): MathEntry {
  return { float32: unary(write), float64: unary(write), cost };
}

/** For float32 alone, in float64. */
function single(write: (lanes: Lanes, x: Expression) => Expression, cost: number): MathEntry {
  return { float32: unary(write), cost };
}

/** Of parts, in both dtypes. */
function composed(formula: Formula, cost: number): MathEntry {
  return { float32: whole(formula), float64: whole(formula), formula, cost };
}

function unary(write: (lanes: Lanes, x: Expression) => Expression): MathFunction {
  return (lanes, x) => write(lanes, x);
}

/** What there is, by the op's name. */
export const mathTable: ReadonlyMap<string, MathEntry> = new Map<string, MathEntry>([
  ["cos", single(cos, 60)],
  ["cosh", single(cosh, 50)],
  [
    "elu",
    {
      float32: (lanes, x, alpha) => elu(lanes, x, alpha),
      float64: (lanes, x, alpha) => elu(lanes, x, alpha),
      cost: 60,
    },
  ],
  ["erf", single(erf, 140)],
  ["erfc", single(erfc, 130)],
  ["exp", both(exp, 21)],
  ["exp2", both(exp2, 19)],
  [
    "expDifference",
    {
      float32: (lanes, a, b) => expDifference(lanes, a, b),
      float64: (lanes, a, b) => expDifference(lanes, a, b),
      cost: 24,
    },
  ],
  ["expm1", both(expm1, 28)],
  ["gelu", single(gelu, 140)],
  ["geluTanh", single(geluTanh, 65)],
  ["geluTanhGate", single(geluTanhGate, 65)],
  ["log", both(log, 23)],
  ["log10", single(log10, 75)],
  ["log1p", both(log1p, 27)],
  ["log2", single(log2, 75)],
  ["logSigmoid", both(logSigmoid, 55)],
  ["logisticPdf", { float32: whole(logisticPdf), formula: logisticPdf, cost: 31 }],
  ["normalCdf", single(normalCdf, 135)],
  ["normalPdf", single(normalPdf, 50)],
  ["pow", { float32: (lanes, a, b) => pow(lanes, a, b), cost: 190 }],
  ["remainder", { float32: (lanes, a, b) => remainder(lanes, a, b), cost: 45 }],
  ["selu", single(selu, 60)],
  ["sigmoid", composed(sigmoid, 28)],
  ["silu", both(silu, 33)],
  ["sin", single(sin, 60)],
  ["sinh", single(sinh, 75)],
  ["softplus", both(softplus, 52)],
  ["tan", single(tan, 75)],
  ["tanh", composed(tanh, 39)],
]);
