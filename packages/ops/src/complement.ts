import { type AnyTensor, isFloat, neg, sub } from "@adjoint/tensor";
import { logicalNot } from "./logicalNot.ts";

/** A decreasing function of the elements that is its own inverse: the order turned round, in every dtype without overflow. */
export function complement(x: AnyTensor): AnyTensor {
  if (x.dtype === "bool") return logicalNot(x);
  if (isFloat(x.dtype)) return neg(x);
  return sub(x.dtype === "uint8" ? 255 : -1, x);
}
