import { checkNumber, nonNegative } from "./options.ts";
import { type Schedule, schedule } from "./schedule.ts";

/** The same learning rate at every step. Throws {@link OptionError} unless it is a number of at least 0. */
export function constant(learningRate: number): Schedule {
  const rate = checkNumber("constant", "learningRate", learningRate, nonNegative);
  return schedule(() => rate);
}
