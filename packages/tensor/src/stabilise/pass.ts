import { apply } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { GraphError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import type { Match, Op, Replacement } from "../graph/op.ts";
import { sameShape } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { isSomePresent, match, mayBePresent, mayFit, mayOccur, type Pattern, patternOf } from "./match.ts";

/** A naive formula, and what it is replaced by. */
export type Rule = Required<Pick<Replacement, "written" | "becomes" | "because">> &
  Pick<Replacement, "madeBy" | "ops" | "needs">;

/** A rule whose formula is written out once there is a graph that it may fit in: of so many, most never do. */
class InstalledRule {
  readonly becomes: Rule["becomes"];
  readonly because: string;
  readonly #rule: Rule;
  #pattern: Pattern | undefined;

  constructor(rule: Rule) {
    this.#rule = rule;
    this.becomes = rule.becomes;
    this.because = rule.because;
  }

  get pattern(): Pattern {
    this.#pattern ??= keepingHistory(() => this.#writtenOut());
    return this.#pattern;
  }

  /** The number of the op that the formula ends in. */
  get root(): number {
    return (this.#rule.ops?.[0] ?? this.pattern.root.op).id;
  }

  /** The numbers that graphs are to keep for it. Small ones they keep anyway. */
  get numbers(): readonly number[] {
    return this.#rule.ops === undefined ? this.pattern.numbers : [];
  }

  mayOccur(present: ReadonlySet<number>): boolean {
    const { ops = [], madeBy = [], needs } = this.#rule;
    for (const op of ops) if (!mayBePresent(op, present)) return false;
    return isSomePresent([needs, ...madeBy], present) && mayOccur(this.pattern, present);
  }

  #writtenOut(): Pattern {
    const pattern = patternOf(this.#rule);
    const { ops } = this.#rule;
    if (ops === undefined) return pattern;
    if (ops[0] !== pattern.root.op)
      throw this.#error(`names ${ops[0].name} first, but its formula ends in ${pattern.root.op.name}`);
    for (const op of ops)
      if (!pattern.ops.includes(op)) throw this.#error(`names ${op.name}, which its formula does not have`);
    for (const value of pattern.numbers)
      if (!isSmall(value)) throw this.#error(`looks for ${value}, which is kept for rules without ops alone`);
    return pattern;
  }

  #error(what: string): GraphError {
    return new GraphError("installRules", `the rule "${this.because}" ${what}`);
  }
}

/** One rewrite: the node as written, what computes it instead, and the rules' reasons. */
export interface Rewrite {
  readonly written: AnyTensor;
  readonly replacement: AnyTensor;
  readonly because: readonly string[];
}

/** Rules by the number of the op that their patterns end in: an array, since every node of every graph is looked up. */
type RulesByRoot = readonly (readonly InstalledRule[] | undefined)[];

/** Of the rules those that may fit in a graph of certain ops. */
interface Selection {
  /** The numbers of the ops. */
  readonly ops: readonly number[];
  readonly rules: RulesByRoot;
}

/** As they were installed. */
let rulesByRoot: RulesByRoot = [];
/** In the order in which they are tried, of the ops whose rules have been. */
const orderedByRoot: (readonly InstalledRule[])[] = [];
/** What was selected, by a hash of the ops' numbers: for so many graphs. */
const selections = new Map<number, Selection>();
const mostGraphs = 64;
/** Of the graphs gone through the last one in which an op was met, by the op's number. */
const metAt: number[] = [];
let turns = 0;
/** The numbers that patterns look for, but for the small ones. */
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
  const installed = rules.map((rule) => new InstalledRule(rule));
  rulesByRoot = byRoot(installed);
  orderedByRoot.length = 0;
  selections.clear();
  numbers = new Set(installed.flatMap((rule) => rule.numbers));
  version++;
}

function byRoot(rules: readonly InstalledRule[]): RulesByRoot {
  const last = rules.reduce((id, { root }) => Math.max(id, root), -1);
  const table: (InstalledRule[] | undefined)[] = new Array(last + 1).fill(undefined);
  for (const rule of rules) {
    const { root } = rule;
    const others = table[root];
    if (others === undefined) table[root] = [rule];
    else others.push(rule);
  }
  return table;
}

/** The larger pattern first, then the earlier rule. */
function ordered(rules: readonly InstalledRule[]): InstalledRule[] {
  return rules.toSorted((a, b) => b.pattern.size - a.pattern.size);
}

/** The rules whose patterns end in an op, in the order in which they are tried. */
function orderedRulesFor(op: Op): readonly InstalledRule[] {
  const rules = rulesFor(op, rulesByRoot) ?? [];
  orderedByRoot[op.id] ??= ordered(rules);
  return orderedByRoot[op.id];
}

/** The rules whose patterns end in an op. A read beyond an array's end is slow. */
function rulesFor({ id }: Op, rules: RulesByRoot): readonly InstalledRule[] | undefined {
  return id < rules.length ? rules[id] : undefined;
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
  return isOn && rulesFor(op, rulesByRoot) !== undefined;
}

/** Is the number a small whole one or a half? Graphs keep these as they are. */
function isSmall(value: number): boolean {
  return Number.isInteger(value * 2) && Math.abs(value) <= 4;
}

/** Is the number small, or does a pattern look for it, so that another one in its place makes another program? */
export function isKeptNumber(value: number): boolean {
  return isSmall(value) || (isOn && numbers.has(value));
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
 * Nodes in which nothing is rewritten are the same objects afterwards, and what was shared still is; where nothing is rewritten at
 * all, so is the array.
 */
export function stabilise(outputs: readonly AnyTensor[], bounds: Bounds): readonly AnyTensor[] {
  if (!isOn || rulesByRoot.length === 0) return outputs;
  const { isGiven, isKept } = bounds;
  const isBound = isKept === undefined ? isGiven : (node: AnyTensor) => isGiven(node) || isKept(node);
  return hasFormula(topologicalOrder(outputs, isBound), bounds) ? rewritten(outputs, bounds) : outputs;
}

/** The same, and all that the result is computed from, inputs before what uses them: whoever needs it saves a walk. */
export function stabiliseInOrder(
  outputs: readonly AnyTensor[],
  bounds: Omit<Bounds, "isKept">,
): { readonly outputs: readonly AnyTensor[]; readonly order: readonly AnyTensor[] } {
  const order = topologicalOrder(outputs, bounds.isGiven);
  if (!isOn || rulesByRoot.length === 0 || !hasFormula(order, bounds)) return { outputs, order };
  const stable = rewritten(outputs, bounds);
  return { outputs: stable, order: topologicalOrder(stable, bounds.isGiven) };
}

function rewritten(
  outputs: readonly AnyTensor[],
  { isGiven, isKept = () => false, reuse = false }: Bounds,
): AnyTensor[] {
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
    if (rulesFor(node.op, rulesByRoot) === undefined) return rebuilt;
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
function replace(
  node: AnyTensor,
  attempt: Attempt,
  rules: readonly InstalledRule[] = orderedRulesFor(node.op),
): AnyTensor | undefined {
  const { isGiven, because } = attempt;
  for (const { pattern, becomes, because: reason } of rules) {
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
 * Is there anything to rewrite? Mostly there is not, and this finds out by looking at each node once: the first formula to be
 * rewritten is one whose operands are as they were written. That a node is given is asked late, of few.
 */
function hasFormula(order: readonly AnyTensor[], { isGiven, isKept, reuse = false }: Bounds): boolean {
  const turn = ++turns;
  const ops: number[] = [];
  const roots: AnyTensor[] = [];
  let hasKept = false;
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    if (node.inputs.length === 0) continue;
    if (isKept?.(node)) {
      hasKept = true;
      continue;
    }
    if (reuse && node.memo.stabilised !== undefined && !isGiven(node)) return true;
    const { op } = node;
    const { id } = op;
    if (metAt[id] !== turn) {
      metAt[id] = turn;
      ops.push(id);
    }
    if (rulesFor(op, rulesByRoot) !== undefined) roots.push(node);
  }
  if (roots.length === 0) return false;
  // Patterns look into what is kept, whose ops have not been gone through.
  const rules = hasKept ? undefined : selectionFor(ops).rules;
  if (rules?.length === 0) return false;
  for (const node of roots) {
    const candidates = rules === undefined ? orderedRulesFor(node.op) : rulesFor(node.op, rules);
    if (candidates === undefined || isGiven(node)) continue;
    const first = candidates.findIndex(({ pattern }) => mayFit(pattern, node, isGiven));
    if (first < 0) continue;
    const fitting = candidates.slice(first);
    if (keepingHistory(() => replace(node, { isGiven, because: [], parts: 0 }, fitting) !== undefined))
      return true;
  }
  return false;
}

/** The rules whose patterns may fit in a graph of these ops: found once, since one training step is much like another. */
function selectionFor(ops: readonly number[]): Selection {
  let hash = ops.length;
  for (let i = 0; i < ops.length; i++) hash = (Math.imul(hash, 31) + ops[i]) | 0;
  const known = selections.get(hash);
  if (known !== undefined && sameShape(known.ops, ops)) return known;
  const present = new Set(ops);
  const fitting = ops.flatMap((id) =>
    ordered((rulesByRoot[id] ?? []).filter((rule) => rule.mayOccur(present))),
  );
  const selection: Selection = { ops, rules: byRoot(fitting) };
  if (selections.size === mostGraphs) selections.clear();
  selections.set(hash, selection);
  return selection;
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
export function stabiliseBetween(
  outputs: readonly AnyTensor[],
  wanted: readonly AnyTensor[],
): readonly AnyTensor[] {
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
