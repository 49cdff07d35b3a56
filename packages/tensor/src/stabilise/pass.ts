import { apply } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { GraphError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import type { Match, Op, Replacement } from "../graph/op.ts";
import { sameShape } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { startWalk, topologicalOrder } from "../graph/topological.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { match, mayFit, mayOccur, type Pattern, patternOf } from "./match.ts";

/** A naive formula, and what it is replaced by. */
export type Rule = Required<Pick<Replacement, "written" | "becomes" | "because">> &
  Pick<Replacement, "madeBy">;

interface InstalledRule extends Rule {
  readonly pattern: Pattern;
}

/** One rewrite: the node as written, what computes it instead, and the rules' reasons. */
export interface Rewrite {
  readonly written: AnyTensor;
  readonly replacement: AnyTensor;
  readonly because: readonly string[];
}

type RulesByRoot = ReadonlyMap<Op, readonly InstalledRule[]>;

let rulesByRoot: RulesByRoot = new Map();
/** Of the rules those that may fit in a graph, by the ops in it: of so many graphs. */
const rulesByOps = new Map<string, RulesByRoot>();
const mostGraphs = 64;
/** The numbers that patterns look for. */
let numbers: ReadonlySet<number> = new Set();
let version = 0;
let isOn = true;
let listener: ((rewrite: Rewrite) => void) | undefined;

/** The rules that an op declares, with the default filled in: the op itself of the matched operands. */
export function rulesOf(op: Op): Rule[] {
  return op.replaces.map(
    (replacement): Rule => ({ becomes: ({ operands }: Match) => apply(op, operands), ...replacement }),
  );
}

/**
 * Installs the rules of the stabilising pass in place of those before: `installRules(stabilisingRules)`. Importing `adjoint`
 * does it; who imports the engine alone has no rules unless he calls this. Of rules that fit the same node the one with the
 * larger pattern goes first, then the earlier one.
 */
export function installRules(rules: readonly Rule[]): void {
  keepingHistory(() => {
    const installed = rules.map((rule): InstalledRule => ({ ...rule, pattern: patternOf(rule) }));
    installed.sort((a, b) => b.pattern.size - a.pattern.size);
    const byRoot = new Map<Op, InstalledRule[]>();
    for (const rule of installed) {
      const { op } = rule.pattern.root;
      byRoot.set(op, [...(byRoot.get(op) ?? []), rule]);
    }
    rulesByRoot = byRoot;
    rulesByOps.clear();
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
  if (!hasFormula(outputs, isGiven, isKept, reuse)) return [...outputs];
  const done = new Map<AnyTensor, AnyTensor>();
  const isDone = (node: AnyTensor): boolean => done.has(node) || isGiven(node) || isKept(node);
  let depth = 0;

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
    const replacement = replace(rebuilt, { isGiven, because, parts: 0 });
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

  return keepingHistory(() => settleAll(outputs));
}

/** One formula that is being looked at: all its rules share these. */
interface Attempt {
  readonly isGiven: (node: AnyTensor) => boolean;
  /** The reasons of the rules that fitted. */
  readonly because: string[];
  /** How many of its parts were tried. */
  parts: number;
}

/** What the first rule that fits makes of the node. */
function replace(node: AnyTensor, attempt: Attempt): AnyTensor | undefined {
  const { isGiven, because } = attempt;
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
      rewritten: (other) => (attempt.parts++ < mostParts ? replace(other, attempt) : undefined),
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

/**
 * Is there anything to rewrite? Mostly there is not, and this finds out in one walk that makes nothing: the first formula to be
 * rewritten is one whose operands are as they were written.
 */
function hasFormula(
  outputs: readonly AnyTensor[],
  isGiven: (node: AnyTensor) => boolean,
  isKept: (node: AnyTensor) => boolean,
  reuse: boolean,
): boolean {
  const walk = startWalk();
  const found: AnyTensor[] = [];
  const ops = new Set<Op>();
  let hasKept = false;
  let pending = outputs;
  for (let i = -1; i < found.length; i++) {
    if (i >= 0) {
      if (reuse && found[i].memo.stabilised !== undefined) return true;
      pending = found[i].inputs;
    }
    for (let k = 0; k < pending.length; k++) {
      const node = pending[k];
      if (node.inputs.length === 0 || node.memo.walk === walk) continue;
      node.memo.walk = walk;
      if (isGiven(node)) continue;
      if (isKept(node)) {
        hasKept = true;
        continue;
      }
      ops.add(node.op);
      found.push(node);
    }
  }
  // Patterns look into what is kept, whose ops have not been gone through.
  const rules = hasKept ? rulesByRoot : rulesAmong(ops);
  if (rules.size === 0) return false;
  for (const node of found) {
    const candidates = rules.get(node.op);
    if (candidates === undefined || !candidates.some(({ pattern }) => mayFit(pattern, node, isGiven)))
      continue;
    if (keepingHistory(() => replace(node, { isGiven, because: [], parts: 0 }) !== undefined)) return true;
  }
  return false;
}

/** The rules whose patterns may fit in a graph of these ops: found once, since one training step is much like another. */
function rulesAmong(ops: ReadonlySet<Op>): RulesByRoot {
  let key = "";
  for (const { id } of ops) key += `${id} `;
  let among = rulesByOps.get(key);
  if (among === undefined) {
    const fitting = [...ops].map(
      (op) => [op, (rulesByRoot.get(op) ?? []).filter(({ pattern }) => mayOccur(pattern, ops))] as const,
    );
    among = new Map(fitting.filter(([, rules]) => rules.length > 0));
    if (rulesByOps.size === mostGraphs) rulesByOps.clear();
    rulesByOps.set(key, among);
  }
  return among;
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
