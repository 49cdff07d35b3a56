import { clip } from "@adjoint/ops";
import { replaceTensors, type TensorsOf, treeTensors } from "@adjoint/tensor";
import { checkNumber, positive } from "./options.ts";

/**
 * Limits each element of a tree of gradients to `[−maxValue, maxValue]`; NaN stays NaN. Shapes and dtypes stay.
 * It changes the direction; {@link clipByGlobalNorm} keeps it. Throws {@link OptionError} unless `maxValue` is above 0.
 */
export function clipByValue<Gradients>(gradients: Gradients, maxValue: number): TensorsOf<Gradients> {
  checkNumber("clipByValue", "maxValue", maxValue, positive);
  const clipped = treeTensors(gradients).map((g) => clip(g, { min: -maxValue, max: maxValue }));
  return replaceTensors(gradients, clipped) as TensorsOf<Gradients>;
}
