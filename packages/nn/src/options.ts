import { checkOptionNames, OptionError } from "@adjoint/tensor";

/**
 * Throws `OptionError` when `options` has a name that is not a key of `known`: types catch it for those who use them.
 * `known` has every option's name as a key, so that one cannot be forgotten.
 */
export function checkOptions(op: string, options: object, known: Record<string, unknown>): void {
  checkOptionNames(op, options, Object.keys(known));
}

/** Throws `OptionError` unless `value` is a whole number from `least`. */
export function checkWhole(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError(op, `${name} is ${value}; expected a whole number from ${least}`);
  }
}
