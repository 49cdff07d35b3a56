import { OptionError } from "@adjoint/tensor";

/** Throws {@link OptionError} unless an option is a JavaScript number that is not NaN. */
export function checkNumber(op: string, option: string, value: number): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  const given = typeof value === "number" ? String(value) : `of type ${typeof value}`;
  throw new OptionError(op, `${option} is ${given}; expected a number`);
}
