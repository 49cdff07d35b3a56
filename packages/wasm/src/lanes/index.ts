import type { FunctionBuilder } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import type { Target } from "../target.ts";
import { float32, float64 } from "./scalar.ts";
import { float32x4, float64x2 } from "./vector.ts";

export { float32, float32x4, float64 };

/** How many lanes of a dtype a vector of the target has: 1 without vectors. */
export function widthOf(dtype: Lanes["dtype"], { hasVectors }: Target): Lanes["width"] {
  if (!hasVectors) return 1;
  return dtype === "float32" ? 4 : 2;
}

/** Lanes of a dtype: full vectors, or scalars where `width` is 1. */
export function lanesFor(
  dtype: Lanes["dtype"],
  width: Lanes["width"],
  f: FunctionBuilder,
  target: Target,
): Lanes {
  if (width === 1) return dtype === "float32" ? float32(f) : float64(f);
  return dtype === "float32" ? float32x4(f, target) : float64x2(f, target);
}
