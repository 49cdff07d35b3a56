import { type AnyTensor, div, equal, where } from "@adjoint/tensor";

/** `a / b`, and 0 where b is 0: of nothing, nothing was right. */
export function ratio(a: AnyTensor, b: AnyTensor): AnyTensor {
  const divisor = where(equal(b, 0), 1, b);
  return where(equal(b, 0), 0, div(a, divisor));
}
