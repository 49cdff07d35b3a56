import { type Rule, rulesOf } from "@adjoint/tensor";
import { crossEntropyTermOp } from "./crossEntropyTerm.ts";
import { klTermOp } from "./klDivergence.ts";

/** The rules by which losses of probabilities reach the logits that these were made of, for `installRules`. */
export const lossRules: readonly Rule[] = [crossEntropyTermOp, klTermOp].flatMap(rulesOf);
