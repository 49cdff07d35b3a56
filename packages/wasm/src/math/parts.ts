import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import type { MathFunction } from "./table.ts";

/** A step of a {@link Formula}, from values to one value. */
export interface Part {
  /** Equal for equal parts alone. */
  readonly id: string;
  readonly emit: MathFunction;
  /** About how many instructions a vector of float32 takes. */
  readonly cost: number;
  /** Is it the same for −x as for x? */
  readonly isEven?: boolean;
}

/** What a formula is written with: into lanes at once, or as values of a loop. */
export interface FormulaWriter<Value> {
  readonly number: (value: number) => Value;
  readonly mul: (a: Value, b: Value) => Value;
  readonly part: (part: Part, ...args: readonly Value[]) => Value;
}

/**
 * A function of x in parts. Functions that have parts in common – σ, its derivative, tanh – share them where a loop needs several of the
 * same argument, and a loop can be divided between them. The same parts give the same bits, together or alone.
 */
export type Formula = <Value>(write: FormulaWriter<Value>, x: Value) => Value;

/** The formula's code in one piece. */
export function whole(formula: Formula): MathFunction {
  return (lanes: Lanes, x: Expression): Expression =>
    formula<Expression>(
      {
        number: (value) => lanes.constant(value),
        mul: (a, b) => lanes.keep(lanes.mul(a, b)),
        part: ({ emit }, ...args) => lanes.keep(emit(lanes, ...args)),
      },
      lanes.keep(x),
    );
}
