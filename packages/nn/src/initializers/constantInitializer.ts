import { full } from "@adjoint/tensor";
import { checkNumber } from "../options.ts";
import type { Initializer } from "./initializer.ts";

/** Every element is `value`; `constantInitializer(0)` is the default of a bias. Throws `OptionError` unless it is a finite number. */
export function constantInitializer(value: number): Initializer {
  checkNumber("constantInitializer", "value", value);
  return (_, shape, dtype) => full(shape, value, { dtype });
}
