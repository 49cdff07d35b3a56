import { FunctionBuilder, i32 } from "../ir/index.ts";
import type { Target } from "../target.ts";
import { allFinite } from "./allFinite.ts";
import { elementOf } from "./matmul/element.ts";

/** A function of the address of one number or more: 1 when one is NaN or ±∞, else 0. */
export function checkFiniteKernel(
  count: number,
  dtype: "float32" | "float64",
  target: Target,
): FunctionBuilder {
  const f = new FunctionBuilder(["i32"], ["i32"]);
  const vectors = elementOf(dtype, target);
  const element = count < vectors.lanes ? elementOf(dtype, { ...target, hasVectors: false }) : vectors;
  f.emit(i32.eqz(allFinite(f, element, f.parameter(0), count)).code);
  return f;
}
