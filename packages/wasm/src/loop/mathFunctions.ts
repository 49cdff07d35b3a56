import { opRegistry } from "@adjoint/ops";
import { type DType, type Op, primitives } from "@adjoint/tensor";
import { type Formula, type MathFunction, mathTable } from "../math/index.ts";

/** Code for an op, its formula if it has parts, and about how many instructions it takes. */
export interface NativeFunction {
  readonly emit: MathFunction;
  readonly formula: Formula | undefined;
  readonly cost: number;
}

/** The ops that the table's names stand for: those of Adjoint, not others that happen to have the name. */
const named: ReadonlyMap<Op, string> = new Map(
  [...Object.values<Op>(opRegistry), ...Object.values<Op>(primitives)].flatMap((op): [Op, string][] =>
    mathTable.has(op.name) ? [[op, op.name]] : [],
  ),
);

/** The code that computes what an op's definition says, for a float dtype; undefined where there is none. */
export function mathFunctionOf(op: Op, dtype: DType): NativeFunction | undefined {
  const name = named.get(op);
  const entry = name === undefined ? undefined : mathTable.get(name);
  const emit = dtype === "float32" || dtype === "float64" ? entry?.[dtype] : undefined;
  return emit && { emit, formula: entry?.formula, cost: entry?.cost ?? 0 };
}
