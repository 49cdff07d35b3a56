import { add, div, sub, tensor, withoutStabilising } from "adjoint";

/** The dtypes of floating-point numbers, the shorter first. */
export const floatTypes = ["float32", "float64"] as const;
export type FloatType = (typeof floatTypes)[number];

/** One number computed in two ways that are the same on paper. */
export interface TwoWays {
  readonly dtype: FloatType;
  /** `2 / 10000`. */
  readonly x1: number;
  /** `1 + (1 / 10000) − (1 − 1 / 10000)`. */
  readonly x2: number;
  /** `|x2 − x1| / x1`. */
  readonly relativeError: number;
}

/** 2/10000 as a quotient and by way of 1: of the small part only those digits are kept that fit behind the 1. */
export function twoWays(dtype: FloatType): TwoWays {
  const one = tensor(1, { dtype });
  const [x1, x2] = withoutStabilising(() => {
    const small = div(one, 10000);
    return [div(tensor(2, { dtype }), 10000).item(), sub(add(one, small), sub(one, small)).item()];
  });
  return { dtype, x1, x2, relativeError: Math.abs(x2 - x1) / x1 };
}
