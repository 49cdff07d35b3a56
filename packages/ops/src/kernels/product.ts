import { isFloat, type Values } from "@adjoint/tensor";
import { rowsOf } from "./rows.ts";

/** Products along `axes`: in float64 rounded once, integers in wrapping 32-bit arithmetic. */
export function productKernel(x: Values, output: Values, axes: readonly number[]): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  const isReal = isFloat(x.dtype);
  for (let i = 0; i < starts.length; i++) {
    let product = 1;
    for (let k = 0; k < offsets.length; k++) {
      const factor = x.values[starts[i] + offsets[k]];
      product = isReal ? product * factor : Math.imul(product, factor);
    }
    output.values[i] = product;
  }
}
