import { inference } from "@adjoint/tensor";
import { recordTrace } from "@adjoint/tensor/engine";

/** What `fn` gives in inference, for its shapes: nothing is computed, and what layers assign on the way is forgotten. */
export function shapesOnly<R>(fn: () => R): R {
  return recordTrace(() => inference(fn)).result;
}
