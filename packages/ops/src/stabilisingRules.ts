import { primitives, type Rule, rulesOf } from "@adjoint/tensor";
import { logRules } from "./logDomain.ts";
import { opRegistry } from "./registry.ts";

/**
 * The rules of the stabilising pass, for `installRules`: what each op says that it replaces, and how logarithms are taken apart.
 * Your own go in front: `installRules([...rulesOf(myOp), ...stabilisingRules])`.
 */
export const stabilisingRules: readonly Rule[] = [
  ...Object.values(opRegistry).flatMap(rulesOf),
  ...logRules,
  ...Object.values(primitives).flatMap(rulesOf),
];
