import { type Match, type Op, primitives } from "@adjoint/tensor";
import { minOp } from "./min.ts";

/** Ops whose elements are elements of their first input, each at another place: a function of elements may come before or after. */
export const moves: ReadonlySet<Op> = new Set([
  primitives.reshape,
  primitives.transpose,
  primitives.slice,
  primitives.broadcastTo,
  primitives.take,
]);

/** The same, and the largest or smallest elements: an increasing function may come before or after. */
export const choices: ReadonlySet<Op> = new Set([...moves, primitives.max, minOp]);

/** Is the node given, so that it may be used but not looked into? */
export type IsGiven = Match["isGiven"];
