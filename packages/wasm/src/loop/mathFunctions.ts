import { type DType, type Op, primitives } from "@adjoint/tensor";
import * as special from "@adjoint/tensor/special";
import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import * as math from "../math/index.ts";

export interface MathFunction {
  readonly emit: (lanes: Lanes, ...args: Expression[]) => Expression;
  readonly cost: number;
}

const table = new Map<unknown, MathFunction>([
  [primitives.exp.scalar, { emit: math.exp, cost: 20 }],
  [primitives.log.scalar, { emit: math.log, cost: 25 }],
  [primitives.log1p.scalar, { emit: math.log1p, cost: 30 }],
  [primitives.expm1.scalar, { emit: math.expm1, cost: 25 }],
  [special.sigmoid, { emit: math.sigmoid, cost: 25 }],
  [special.tanh, { emit: math.tanh, cost: 30 }],
]);

/** The code that computes what an op's definition says, in a dtype; undefined where there is none. */
export function mathFunctionOf(op: Op, dtype: DType): MathFunction | undefined {
  return dtype === "float32" ? table.get(op.scalar) : undefined;
}
