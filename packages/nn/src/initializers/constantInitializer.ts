import { full } from "@adjoint/tensor";
import type { Initializer } from "./initializer.ts";

/** Every element is `value`; `constantInitializer(0)` is the default of a bias. */
export function constantInitializer(value: number): Initializer {
  return (_, shape, dtype) => full(shape, value, { dtype });
}
