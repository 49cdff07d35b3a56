import { primitives, type Rule, rulesOf } from "@adjoint/tensor";
import { complementRules } from "./complements.ts";
import { exponentialRules } from "./exponentials.ts";
import { logRules } from "./logDomain.ts";
import { moveRules } from "./moveRules.ts";
import { opRegistry } from "./registry.ts";
import { rootRules } from "./roots.ts";
import { squareRules } from "./squares.ts";

/**
 * The rules of the stabilising pass, for `installRules`: what each op says that it replaces, and how logarithms are taken apart.
 * Your own go in front: `installRules([...rulesOf(myOp), ...stabilisingRules])`.
 */
export const stabilisingRules: readonly Rule[] = [
  ...Object.values(opRegistry).flatMap(rulesOf),
  ...squareRules,
  ...rootRules,
  ...logRules,
  ...moveRules,
  ...exponentialRules,
  ...complementRules,
  ...Object.values(primitives).flatMap(rulesOf),
];
