import { apply } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { GraphError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import type { Match, Op, Replacement } from "../graph/op.ts";
import { sameShape } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { match, type Pattern, patternOf } from "./match.ts";

/** A naive formula, and what it is replaced by. */
export type Rule = Required<Replacement>;

interface InstalledRule extends Rule {
  readonly pattern: Pattern;
}

/** One rewrite: the node as written, what computes it instead, and the rules' reasons. */
export interface Rewrite {
  readonly written: AnyTensor;
  readonly replacement: AnyTensor;
  readonly because: readonly string[];
}

let rulesByRoot: ReadonlyMap<Op, readonly InstalledRule[]> = new Map();
/** The numbers that patterns look for. */
let numbers: ReadonlySet<number> = new Set();
let version = 0;
let isOn = true;
let listener: ((rewrite: Rewrite) => void) | undefined;

/** The rules that an op declares, with the default filled in: the op itself of the matched operands. */
export function rulesOf(op: Op): Rule[] {
  return op.replaces.map(
    ({ written, because, becomes = ({ operands }: Match) => apply(op, operands) }): Rule => ({
      written,
      because,
      becomes,
    }),
  );
}

/**
 * Installs the rules of the stabilising pass in place of those before: `installRules(stabilisingRules)`. Importing `adjoint`
 * does it; who imports the engine alone has no rules unless he calls this. Of rules that fit the same node the one with the
 * larger pattern goes first, then the earlier one.
 */
export function installRules(rules: readonly Rule[]): void {
  keepingHistory(() => {
    const installed = rules.map((rule): InstalledRule => ({ ...rule, pattern: patternOf(rule.written) }));
    installed.sort((a, b) => b.pattern.size - a.pattern.size);
    const byRoot = new Map<Op, InstalledRule[]>();
    for (const rule of installed) {
      const { op } = rule.pattern.root;
      byRoot.set(op, [...(byRoot.get(op) ?? []), rule]);
    }
    rulesByRoot = byRoot;
    numbers = new Set(installed.flatMap(({ pattern }) => pattern.numbers));
    version++;
  });
}

/** What of the pass's state a program depends on: a whole number. */
export function stabilisingKey(): number {
  return isOn ? version : -1;
}

/** Are formulas being rewritten? They are, but inside {@link withoutStabilising}. */
export function isStabilising(): boolean {
  return isOn;
}

/** Is there a rule for formulas that end in this op? */
export function isRewritable(op: Op): boolean {
  return isOn && rulesByRoot.has(op);
}

/** Does a pattern look for this number, so that another one in its place makes another program? */
export function isInPattern(value: number): boolean {
  return isOn && numbers.has(value);
}

/** Runs `fn`, which must be synchronous, with formulas taken as they are written: differentiated, compiled and evaluated so. */
export function withoutStabilising<R>(fn: () => R): R {
  const outer = isOn;
  isOn = false;
  try {
    return fn();
  } finally {
    isOn = outer;
  }
}

/** Runs `fn` and tells `listen` each rewrite made meanwhile. */
export function listening<R>(listen: (rewrite: Rewrite) => void, fn: () => R): R {
  const outer = listener;
  listener = listen;
  try {
    return fn();
  } finally {
    listener = outer;
  }
}

/** How often one node may be replaced by what is replaced again. */
const deepest = 64;

/** How many parts of one formula are tried: what is shared within it is met again and again. */
const mostParts = 200;

/** Where a graph ends for the pass. */
export interface Bounds {
  /** Nodes that are given: kept as they are, and not looked into. */
  readonly isGiven: (node: AnyTensor) => boolean;
  /** Nodes that are kept as they are, but may be looked into. Default: none. */
  readonly isKept?: (node: AnyTensor) => boolean;
  /** May what an earlier pass made of a node stand in its place? Default false. */
  readonly reuse?: boolean;
}

/**
 * The graph with formulas that lose precision or overflow replaced, as the installed rules say: a function from graph to graph.
 * Nodes in which nothing is rewritten are the same objects afterwards, and what was shared still is.
 */
export function stabilise(
  outputs: readonly AnyTensor[],
  { isGiven, isKept = () => false, reuse = false }: Bounds,
): AnyTensor[] {
  if (!isOn || rulesByRoot.size === 0) return [...outputs];
  const done = new Map<AnyTensor, AnyTensor>();
  const isDone = (node: AnyTensor): boolean => done.has(node) || isGiven(node) || isKept(node);
  let depth = 0;
  let parts = 0;

  function settleAll(targets: readonly AnyTensor[]): AnyTensor[] {
    for (const node of topologicalOrder(targets, isDone)) {
      if (done.has(node)) continue;
      const settled = isDone(node) ? node : derivingFrom(node, () => settle(node));
      done.set(node, settled);
      if (settled !== node) done.set(settled, settled);
    }
    return targets.map((target) => done.get(target) as AnyTensor);
  }

  function settle(node: AnyTensor): AnyTensor {
    if (reuse && node.memo.stabilised !== undefined) return settleAll([node.memo.stabilised])[0];
    const isSame = node.inputs.every((input) => done.get(input) === input);
    const inputs = isSame ? node.inputs : node.inputs.map((input) => done.get(input) as AnyTensor);
    const rebuilt = isSame
      ? node
      : (new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype, node.weak) as AnyTensor);
    if (!rulesByRoot.has(node.op)) return rebuilt;
    const because: string[] = [];
    parts = 0;
    const replacement = replace(rebuilt, because);
    if (replacement === undefined) return rebuilt;
    if (depth === deepest) {
      throw new GraphError(
        "stabilise",
        `the rule "${because[0]}" gives what rules fit again, ${deepest} times over; make it lead to another op`,
      );
    }
    depth++;
    const [settled] = settleAll([replacement]);
    depth--;
    listener?.({ written: rebuilt, replacement: settled, because });
    return settled;
  }

  /** What the first rule that fits makes of the node. */
  function replace(node: AnyTensor, because: string[]): AnyTensor | undefined {
    for (const { pattern, becomes, because: reason } of rulesByRoot.get(node.op) ?? []) {
      const bound = match(pattern, node, isGiven);
      if (bound === undefined) continue;
      const reasons = because.length;
      const result = becomes({
        node,
        isGiven,
        operands: pattern.placeholders.map((placeholder) => bound.get(placeholder) as AnyTensor),
        found(op) {
          for (const [written, given] of bound) if (written.op === op) return given;
          throw new GraphError(
            "stabilise",
            `the rule "${reason}" asks for ${op.name}, which is not in its pattern`,
          );
        },
        rewritten: (other) => (parts++ < mostParts ? replace(other, because) : undefined),
      });
      const fitted = result === undefined || result === node ? undefined : fittedTo(node, result);
      if (fitted !== undefined) {
        because.push(reason);
        return fitted;
      }
      because.length = reasons;
    }
    return undefined;
  }

  return keepingHistory(() => settleAll(outputs));
}

/** A replacement in the shape of what it replaces; undefined where it is no such thing. */
function fittedTo(node: AnyTensor, result: AnyTensor): AnyTensor | undefined {
  if (result.dtype !== node.dtype) return undefined;
  if (sameShape(result.shape, node.shape)) return result;
  const missing = node.rank - result.rank;
  const fits = missing >= 0 && result.shape.every((n, axis) => n === 1 || n === node.shape[axis + missing]);
  return fits ? (broadcastTo(result, node.shape) as AnyTensor) : undefined;
}

/**
 * The graph to differentiate in place of the one from `outputs` to `wanted`, which keeps the wanted nodes. What an output was
 * turned into is noted, so that its value is computed along with its derivatives.
 */
export function stabiliseBetween(outputs: readonly AnyTensor[], wanted: readonly AnyTensor[]): AnyTensor[] {
  const isWanted = new Set(wanted);
  const oldest = wanted.reduce((id, node) => Math.min(id, node.id), Number.POSITIVE_INFINITY);
  const stable = stabilise(outputs, {
    isGiven: (node) => isWanted.has(node),
    isKept: (node) => node.id < oldest,
  });
  stable.forEach((node, i) => {
    if (node !== outputs[i]) outputs[i].memo.stabilised = node;
  });
  return stable;
}
