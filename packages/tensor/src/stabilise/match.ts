import { leaves, type Op, type Replacement } from "../graph/op.ts";
import { sameShape } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { broadcastToPrimitive } from "../primitives/broadcastTo.ts";
import { mulPrimitive } from "../primitives/mul.ts";
import { negPrimitive } from "../primitives/neg.ts";

/** A formula as a graph of placeholders. */
export interface Pattern {
  readonly root: AnyTensor;
  /** The same as root, for {@link mayFit}. */
  readonly part: Part;
  readonly placeholders: readonly AnyTensor[];
  /** The ops it is made of. */
  readonly ops: readonly Op[];
  /** How many nodes have these ops: of two patterns that fit, the larger one says more. */
  readonly size: number;
  /** The ops that alone may have made what stands at some placeholders. */
  readonly makers: readonly ReadonlySet<Op>[];
  /** The numbers in it, which are looked for. */
  readonly numbers: readonly number[];
}

/** A node of a pattern, with all that is asked of what stands there beside it: nothing is looked up. */
interface Part {
  readonly kind: "any" | "madeBy" | "number" | "op";
  readonly op: Op;
  readonly inputs: readonly Part[];
  /** 1 at the numbers of the ops that may have made a placeholder: a set takes several times as long. */
  readonly makers: Uint8Array;
  readonly value: number;
}

/** What stands at each node of a pattern. */
export type Bindings = ReadonlyMap<AnyTensor, AnyTensor>;

/** Calls a formula with placeholders: scalars, since patterns fit nodes of any shape. */
export function patternOf({ written, madeBy = [] }: Pick<Replacement, "written" | "madeBy">): Pattern {
  const placeholders = Array.from(
    { length: written.length },
    () => new Tensor(leaves.input, [], {}, [], "float32") as AnyTensor,
  );
  const root = written(...placeholders);
  const nodes = new Set<AnyTensor>([root]);
  for (const node of nodes) for (const input of node.inputs) nodes.add(input);
  const made = [...nodes].filter(({ op }) => op.kind !== "leaf");
  const literals = [...nodes].filter(({ op }) => op === leaves.literal);
  return {
    root,
    part: partOf(root, new Map(placeholders.map((placeholder, i) => [placeholder, madeBy[i]]))),
    placeholders,
    makers: madeBy.filter((ops) => ops !== undefined),
    ops: [...new Set(made.map(({ op }) => op))],
    size: made.length,
    numbers: literals.map(({ attributes }) => attributes.value as number),
  };
}

function partOf(node: AnyTensor, madeBy: ReadonlyMap<AnyTensor, ReadonlySet<Op> | undefined>): Part {
  const { op } = node;
  const makers = madeBy.get(node);
  const placeholder = makers === undefined ? "any" : "madeBy";
  return {
    kind: op === leaves.input ? placeholder : op === leaves.literal ? "number" : "op",
    op,
    inputs: node.inputs.map((input) => partOf(input, madeBy)),
    makers: flagsOf(makers ?? []),
    value: op === leaves.literal ? (node.attributes.value as number) : Number.NaN,
  };
}

function flagsOf(ops: Iterable<Op>): Uint8Array {
  const ids = Array.from(ops, ({ id }) => id);
  const flags = new Uint8Array(Math.max(0, ...ids) + 1);
  for (const id of ids) flags[id] = 1;
  return flags;
}

/** The node whose value this one has under another name. */
function seenThrough(node: AnyTensor, isOpaque: (node: AnyTensor) => boolean): AnyTensor {
  let seen = node;
  while (seen.op.transparent && seen.inputs.length === 1 && !isOpaque(seen)) [seen] = seen.inputs;
  return seen;
}

/** The number in the graph that a node is, broadcast or under another name. */
function literalOf(node: AnyTensor, isOpaque: (node: AnyTensor) => boolean): AnyTensor | undefined {
  let seen = node;
  while (
    seen.op !== leaves.literal &&
    seen.inputs.length === 1 &&
    (seen.op.transparent || seen.op === broadcastToPrimitive) &&
    !isOpaque(seen)
  )
    [seen] = seen.inputs;
  return seen.op === leaves.literal ? seen : undefined;
}

/**
 * The number that a node holds everywhere, if it is written in the graph. Of a program that is used again with other numbers only
 * its sign may decide anything; {@link knownNumber} leaves those out.
 */
export function constantOf(node: AnyTensor, isOpaque: (node: AnyTensor) => boolean): number | undefined {
  return literalOf(node, isOpaque)?.attributes.value as number | undefined;
}

/** The same, unless the number is given: an input of the program, which is another one the next time. */
export function knownNumber(node: AnyTensor, isOpaque: (node: AnyTensor) => boolean): number | undefined {
  const literal = literalOf(node, isOpaque);
  return literal === undefined || isOpaque(literal) ? undefined : (literal.attributes.value as number);
}

/** The node's inputs, if `op` made it or it is another way to write that: `-1 * x` is `-x`. */
function inputsOf(
  op: Op,
  node: AnyTensor,
  isOpaque: (node: AnyTensor) => boolean,
): readonly AnyTensor[] | undefined {
  if (node.op === op) return node.inputs;
  if (op !== negPrimitive || node.op !== mulPrimitive) return undefined;
  const [a, b] = node.inputs;
  const negated = knownNumber(a, isOpaque) === -1 ? b : knownNumber(b, isOpaque) === -1 ? a : undefined;
  return negated !== undefined && sameShape(negated.shape, node.shape) ? [negated] : undefined;
}

/** May the pattern fit anywhere in a graph of ops with these numbers? */
export function mayOccur({ ops, makers }: Pattern, present: ReadonlySet<number>): boolean {
  return ops.every((op) => mayBePresent(op, present)) && isSomePresent(makers, present);
}

/** May a pattern find this op in a graph of ops with these numbers? */
export function mayBePresent(op: Op, present: ReadonlySet<number>): boolean {
  return present.has(op.id) || (op === negPrimitive && present.has(mulPrimitive.id));
}

/** Has a graph of ops with these numbers one of the makers of each operand? */
export function isSomePresent(
  makers: readonly (ReadonlySet<Op> | undefined)[],
  present: ReadonlySet<number>,
): boolean {
  return makers.every((some) => {
    if (some === undefined) return true;
    for (const { id } of some) if (present.has(id)) return true;
    return false;
  });
}

/** May the pattern fit? Looks at ops and numbers alone and remembers nothing, since nearly always the answer is no. */
export function mayFit({ part }: Pattern, given: AnyTensor, isOpaque: (node: AnyTensor) => boolean): boolean {
  return mayBe(part, given, isOpaque);
}

function isAmong(flags: Uint8Array, { id }: Op): boolean {
  return id < flags.length && flags[id] === 1;
}

function mayBe(part: Part, given: AnyTensor, isOpaque: (node: AnyTensor) => boolean): boolean {
  const { kind, op, inputs } = part;
  if (kind === "any") return true;
  if (kind === "madeBy") return isAmong(part.makers, given.op) && !isOpaque(given);
  if (kind === "number") return knownNumber(given, isOpaque) === part.value;
  const node = given.op === op || !given.op.transparent ? given : seenThrough(given, isOpaque);
  const found = node.op === op ? node.inputs : inputsOf(op, node, isOpaque);
  if (found === undefined || found.length < inputs.length || isOpaque(node)) return false;
  if (inputs.length === 1) return mayBe(inputs[0], found[0], isOpaque);
  let inOrder = true;
  for (let i = 0; i < inputs.length && inOrder; i++) inOrder = mayBe(inputs[i], found[i], isOpaque);
  if (inOrder || !op.commutative) return inOrder;
  return mayBe(inputs[0], found[1], isOpaque) && mayBe(inputs[1], found[0], isOpaque);
}

/**
 * What stands where in `node`, if the pattern fits; undefined if not. Opaque nodes can be operands, but are not looked into.
 */
export function match(
  pattern: Pattern,
  node: AnyTensor,
  isOpaque: (node: AnyTensor) => boolean,
): Bindings | undefined {
  return mayFit(pattern, node, isOpaque) ? fit(pattern.root, node, new Map(), isOpaque) : undefined;
}

function fit(
  pattern: AnyTensor,
  given: AnyTensor,
  bound: Bindings,
  isOpaque: (node: AnyTensor) => boolean,
): Bindings | undefined {
  const before = bound.get(pattern);
  if (before !== undefined) return sameValue(before, given, isOpaque) ? bound : undefined;
  if (pattern.op === leaves.input) return new Map(bound).set(pattern, given);
  if (pattern.op === leaves.literal)
    return knownNumber(given, isOpaque) === pattern.attributes.value
      ? new Map(bound).set(pattern, given)
      : undefined;
  const node = seenThrough(given, isOpaque);
  const { op, inputs } = pattern;
  const found = inputsOf(op, node, isOpaque);
  if (found === undefined || isOpaque(node) || found.length < inputs.length) return undefined;
  const here = new Map(bound).set(pattern, node);
  const inOrder = fitAll(inputs, found, here, isOpaque);
  if (inOrder !== undefined || !op.commutative) return inOrder;
  return fitAll(inputs, [found[1], found[0]], here, isOpaque);
}

function fitAll(
  patterns: readonly AnyTensor[],
  nodes: readonly AnyTensor[],
  bound: Bindings,
  isOpaque: (node: AnyTensor) => boolean,
): Bindings | undefined {
  let sofar: Bindings | undefined = bound;
  for (let i = 0; i < patterns.length && sofar !== undefined; i++)
    sofar = fit(patterns[i], nodes[i], sofar, isOpaque);
  return sofar;
}

/** How many pairs of nodes are compared before two graphs count as different: shared nodes are met again and again. */
const comparisons = 256;

/** Were the two written the same way, of the same nodes? Then they have the same value. */
export function sameValue(a: AnyTensor, b: AnyTensor, isOpaque: (node: AnyTensor) => boolean): boolean {
  let left = comparisons;
  const compare = (one: AnyTensor, two: AnyTensor): boolean => {
    const x = seenThrough(one, isOpaque);
    const y = seenThrough(two, isOpaque);
    if (x === y) return true;
    if (left-- === 0 || x.op !== y.op || !isComparable(x, isOpaque)) return false;
    return (
      x.dtype === y.dtype &&
      sameShape(x.shape, y.shape) &&
      attributeText(x) === attributeText(y) &&
      x.inputs.length === y.inputs.length &&
      x.inputs.every((input, i) => compare(input, y.inputs[i]))
    );
  };
  return compare(a, b);
}

/** What is given is itself alone, but for numbers. */
function isComparable(node: AnyTensor, isOpaque: (node: AnyTensor) => boolean): boolean {
  return node.op === leaves.literal || (node.inputs.length > 0 && !isOpaque(node));
}

function attributeText({ attributes }: AnyTensor): string {
  return JSON.stringify(Object.entries(attributes), (_, value) =>
    typeof value === "number" ? (Object.is(value, -0) ? "-0" : String(value)) : value,
  );
}
