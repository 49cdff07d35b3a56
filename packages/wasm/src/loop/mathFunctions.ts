import { type DType, type Op, primitives } from "@adjoint/tensor";
import * as special from "@adjoint/tensor/special";
import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";

export interface MathFunction {
  readonly emit: (lanes: Lanes, ...args: Expression[]) => Expression;
  readonly cost: number;
}

/** The code that computes what an op's definition says, in a dtype; undefined where there is none. */
export function mathFunctionOf(op: Op, dtype: DType): MathFunction | undefined {
  void [op, dtype, primitives, special];
  return undefined;
}
