import {
  type AnyTensor,
  type Attributes,
  isFloat,
  type Op,
  primitives,
  sameShape,
  Tensor,
} from "@adjoint/tensor";
import {
  allocate,
  leaves,
  literal,
  runElementwise,
  topologicalOrder,
  withInputs,
} from "@adjoint/tensor/engine";

/** The number that a node is, in one place or in every place of a shape; undefined for one that is none, or not known to be. */
type NumberOf = (node: AnyTensor) => number | undefined;

/**
 * The node that is equal to this one to the bit, NaN and signs of zero included; undefined when there is none. What is left out is a
 * number alone, since other operands may check data on the way.
 */
type Identity = (node: AnyTensor, numberOf: NumberOf) => AnyTensor | undefined;

/** `x` itself in place of the node, when it has the node's shape and dtype. */
function itself(node: AnyTensor, x: AnyTensor): AnyTensor | undefined {
  return sameShape(x.shape, node.shape) && x.dtype === node.dtype ? x : undefined;
}

function isPowerOfTwo(x: number): boolean {
  const size = Math.abs(x);
  // The logarithm of a neighbour is rounded to a whole number too.
  return size >= 2 ** -100 && size <= 2 ** 100 && 2 ** Math.round(Math.log2(size)) === size;
}

/** What a node is when its last two axes are exchanged, and nothing else was done to it; undefined where more was. */
function untransposed({ op, rank, inputs, attributes }: AnyTensor): AnyTensor | undefined {
  if (op !== primitives.transpose) return undefined;
  const axes = attributes.axes as readonly number[];
  const isExchange = axes.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
  return isExchange ? inputs[0] : undefined;
}

const identities: ReadonlyMap<Op, Identity> = new Map<Op, Identity>([
  [
    primitives.mul,
    (node, numberOf) => {
      const [a, b] = node.inputs;
      return numberOf(b) === 1 ? itself(node, a) : numberOf(a) === 1 ? itself(node, b) : undefined;
    },
  ],
  [
    primitives.div,
    (node, numberOf) => {
      const [a, b] = node.inputs;
      const divisor = numberOf(b);
      if (divisor === undefined) return undefined;
      if (divisor === 1) return itself(node, a);
      // Both round the same number, since 1/2ᵏ is exact.
      return isPowerOfTwo(divisor) && sameShape(a.shape, node.shape)
        ? new Tensor(primitives.mul, [a, literal(1 / divisor, b.dtype)], {}, node.shape, node.dtype)
        : undefined;
    },
  ],
  // x − 0 is x also for −0, which x + 0 is not.
  [
    primitives.sub,
    (node, numberOf) => (Object.is(numberOf(node.inputs[1]), 0) ? itself(node, node.inputs[0]) : undefined),
  ],
  [
    primitives.neg,
    (node) => {
      const [x] = node.inputs;
      return x.op === primitives.neg && isFloat(x.dtype) ? itself(node, x.inputs[0]) : undefined;
    },
  ],
  // Of one element each: 0 of −0, as of more.
  [
    primitives.sum,
    ({ inputs: [x], size, shape, dtype }) => {
      if (x.size !== size || size === 0) return undefined;
      const sums = new Tensor(primitives.add, [x, literal(0, dtype)], {}, x.shape, dtype);
      return sameShape(x.shape, shape) ? sums : new Tensor(primitives.reshape, [sums], {}, shape, dtype);
    },
  ],
  // Products read an operand transposed where it is.
  [
    primitives.matmul,
    ({ inputs: [a, b], attributes: { transposeA, transposeB }, shape, dtype }) => {
      const [left, right] = [untransposed(a), untransposed(b)];
      if (left === undefined && right === undefined) return undefined;
      const options = {
        transposeA: (left === undefined) === transposeA,
        transposeB: (right === undefined) === transposeB,
      };
      return new Tensor(primitives.matmul, [left ?? a, right ?? b], options, shape, dtype);
    },
  ],
]);

/** The value of an elementwise op of numbers, by its definition. */
function folded(node: AnyTensor): AnyTensor | undefined {
  if (node.rank !== 0 || !node.op.elementwise || !node.inputs.every(({ op }) => op === leaves.literal))
    return undefined;
  const inputs = node.inputs.map(({ attributes, dtype }) => ({
    values: allocate(dtype, 1).fill(attributes.value as number),
    shape: [],
    dtype,
  }));
  const output = { values: allocate(node.dtype, 1), shape: [], dtype: node.dtype };
  if (node.op.reference !== undefined) node.op.reference(inputs, output, node.attributes);
  else if (node.op.scalar !== undefined) runElementwise(node.op, inputs, output);
  else return undefined;
  return literal(output.values[0], node.dtype);
}

/** Attributes as text: equal texts for equal attributes. */
function attributesText(attributes: Attributes): string {
  return JSON.stringify(attributes, (_, value) =>
    typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
      ? `#${Object.is(value, -0) ? "-0" : value}`
      : value,
  );
}

/**
 * The graph without what is computed twice, with ops of numbers alone computed, and without steps that change no bit. Nodes in
 * `given` stay as they are and are not looked into. No float is added or multiplied in another order.
 */
export function simplify(outputs: readonly AnyTensor[], given: ReadonlySet<AnyTensor>): AnyTensor[] {
  const done = new Map<AnyTensor, AnyTensor>();
  const known = new Map<string, AnyTensor>();
  const places = new Map<AnyTensor, number>();
  const placeOf = (node: AnyTensor): number => {
    let place = places.get(node);
    if (place === undefined) {
      place = places.size;
      places.set(node, place);
    }
    return place;
  };

  function numberOf(node: AnyTensor): number | undefined {
    if (given.has(node)) return undefined;
    if (node.op === primitives.broadcastTo || node.op === primitives.reshape) return numberOf(node.inputs[0]);
    return node.op === leaves.literal ? (node.attributes.value as number) : undefined;
  }

  function shared(node: AnyTensor): AnyTensor {
    if (node.op.kind === "leaf" && node.op !== leaves.literal) return node;
    const inputs = node.inputs.map(placeOf);
    const key = `${node.op.id} ${node.dtype} ${node.shape} (${inputs}) ${attributesText(node.attributes)}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, node);
    return first ?? node;
  }

  for (const node of topologicalOrder(outputs, (one) => given.has(one))) {
    if (given.has(node)) {
      done.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => done.get(input) as AnyTensor);
    const rebuilt = withInputs(node, inputs);
    const simpler = folded(rebuilt) ?? identities.get(rebuilt.op)?.(rebuilt, numberOf) ?? rebuilt;
    done.set(node, shared(simpler));
  }
  return outputs.map((output) => done.get(output) as AnyTensor);
}
