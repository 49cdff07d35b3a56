import {
  type AnyTensor,
  abs,
  add,
  apply,
  constantOf,
  div,
  less,
  log,
  log1p,
  maximum,
  mul,
  type Op,
  pow,
  primitives,
  type Rule,
  reshape,
  sameValue,
  sqrt,
  stopGradient,
  sub,
  where,
} from "@adjoint/tensor";
import { meanOp } from "./mean.ts";
import { type IsGiven, moves } from "./moves.ts";
import { norm, normOp } from "./norm.ts";
import { countOf, type ReductionAttributes } from "./reduction.ts";
import { rsqrtOp } from "./rsqrt.ts";
import { isNonNegative } from "./signs.ts";
import { squareBase } from "./squares.ts";
import { stackAs } from "./stack.ts";

// Of what is a square, or a sum of squares, something is known whose square it is: a norm, which neither overflows nor underflows
// where the sum does, and has a derivative where that of the sum's root is 0/0.

/** Between these numbers no sum of squares has overflowed, nor lost anything to speak of. */
export const ordinary: Readonly<Record<"float32" | "float64", readonly [from: number, to: number]>> = {
  float32: [1e-30, 1e30],
  float64: [1e-280, 1e280],
};

/** How many addends of one sum are looked at. */
const mostAddends = 64;

/** What the node is the square of, of either sign; undefined where the graph does not tell. */
export function rootOf(node: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (isGiven(node)) return undefined;
  return squareBase(node, isGiven) ?? roots.get(node.op)?.(node, isGiven);
}

type RootOf = (node: AnyTensor, isGiven: IsGiven) => AnyTensor | undefined;

const roots: ReadonlyMap<Op, RootOf> = new Map<Op, RootOf>([
  [primitives.add, rootOfAddends],
  [
    primitives.sum,
    ({ inputs: [x], attributes }, isGiven) => {
      const root = rootOf(x, isGiven);
      return root && apply(normOp, [root], attributes);
    },
  ],
  [
    meanOp,
    ({ inputs: [x], attributes }, isGiven) => {
      const root = rootOf(x, isGiven);
      const { axes } = attributes as ReductionAttributes;
      return root && (div(apply(normOp, [root], attributes), Math.sqrt(countOf(x.shape, axes))) as AnyTensor);
    },
  ],
  [
    primitives.mul,
    ({ inputs }, isGiven) => {
      const [a, b] = rootsOfAll(inputs, isGiven) ?? [];
      return a && b && (mul(a, b) as AnyTensor);
    },
  ],
  [
    primitives.div,
    ({ inputs }, isGiven) => {
      const [a, b] = rootsOfAll(inputs, isGiven) ?? [];
      return a && b && (div(a, b) as AnyTensor);
    },
  ],
  [primitives.matmul, rootOfScalarProduct],
  ...[...moves].map((op): readonly [Op, RootOf] => [
    op,
    ({ inputs: [x, ...rest], attributes }, isGiven) => {
      const root = rootOf(x, isGiven);
      return root && apply(op, [root, ...rest], attributes);
    },
  ]),
]);

/** The roots of squares and of numbers beside them; undefined where one is neither, or all are numbers. */
function rootsOfAll(parts: readonly AnyTensor[], isGiven: IsGiven): AnyTensor[] | undefined {
  const isNumber = parts.map((part) => isNonNegativeNumber(part, isGiven));
  if (isNumber.every(Boolean)) return undefined;
  const found: (AnyTensor | undefined)[] = [];
  for (const [i, part] of parts.entries()) {
    const root = isNumber[i] ? undefined : rootOf(part, isGiven);
    if (root === undefined && !isNumber[i]) return undefined;
    found.push(root);
  }
  return found.map((root, i) => root ?? (sqrt(parts[i]) as AnyTensor));
}

/** Is it a number, or made of numbers, and not negative? */
function isNonNegativeNumber(node: AnyTensor, isGiven: IsGiven): boolean {
  const constant = constantOf(node, isGiven);
  if (constant !== undefined) return constant >= 0;
  return (
    node.inputs.length > 0 &&
    !isGiven(node) &&
    node.inputs.every((input) => isNonNegativeNumber(input, isGiven))
  );
}

/** The addends of a sum of sums. */
function addendsOf(node: AnyTensor, isGiven: IsGiven): AnyTensor[] {
  const addends = [node];
  for (let i = 0; i < addends.length && addends.length < mostAddends; ) {
    const one = addends[i];
    if (one.op === primitives.add && !isGiven(one)) addends.splice(i, 1, ...one.inputs);
    else i++;
  }
  return addends;
}

/** The norm of what squares, and numbers beside them, are the squares of. */
function rootOfAddends(node: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  const addends = addendsOf(node, isGiven);
  const all = rootsOfAll(addends, isGiven);
  if (all === undefined) return undefined;
  if (addends.some((addend) => (constantOf(addend, isGiven) ?? 0) > 0)) return lengthOf(all);
  return norm(stackAs(node.shape, all), { axis: 0 } as never) as AnyTensor;
}

/** `√Σ r²` of few numbers that are not all 0, element by element: relative to the largest, whatever it is. */
function lengthOf(parts: readonly AnyTensor[]): AnyTensor {
  const largest = parts.map((part): AnyTensor => abs(part)).reduce((a, b) => maximum(a, b) as AnyTensor);
  const scale: AnyTensor = stopGradient(where(less(largest, Number.POSITIVE_INFINITY), largest, 1));
  const squares = parts.map((part): AnyTensor => {
    const relative = div(part, scale) as AnyTensor;
    return mul(relative, relative) as AnyTensor;
  });
  // Behind a difference no rule looks for the sum.
  const total = sub(
    squares.reduce((a, b) => add(a, b) as AnyTensor),
    0,
  );
  return mul(scale, sqrt(total)) as AnyTensor;
}

/** Of `xᵀ x`, as `dot` writes it, the norm of x. */
function rootOfScalarProduct({ inputs: [a, b], shape }: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  const isVector = a.rank === 2 && b.rank === 2 && a.shape[0] === 1 && b.shape[1] === 1;
  const [row, column] = [a, b].map((x) => (x.op === primitives.reshape && !isGiven(x) ? x.inputs[0] : x));
  if (!isVector || !sameValue(row, column, isGiven)) return undefined;
  return reshape(norm(row), shape) as AnyTensor;
}

const because = "squares overflow and underflow, and the derivative of the root at 0 is 0/0";

/** What squares and sums of them are made by. */
const makers: ReadonlySet<Op> = new Set([...roots.keys(), primitives.pow]);

function sizeOfRoot(node: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  const root = rootOf(node, isGiven);
  return root && (isNonNegative(root, isGiven) ? root : (abs(root) as AnyTensor));
}

function reciprocalOf(root: AnyTensor | undefined): AnyTensor | undefined {
  return root && (div(1, root) as AnyTensor);
}

/** The rules of roots of squares, of sums of squares, and of numbers beside them. */
export const rootRules: readonly Rule[] = [
  {
    written: (x) => log1p(x),
    ops: [primitives.log1p],
    madeBy: [makers],
    becomes({ operands: [x], isGiven }) {
      const root = rootOf(x, isGiven);
      // Behind a difference no rule looks for the square.
      return (
        root &&
        (where(
          less(x, ordinary[x.dtype as "float32"][1]),
          log1p(sub(x, 0)),
          mul(2, log(abs(root))),
        ) as AnyTensor)
      );
    },
    because: "squares overflow where the logarithm of what is 1 more does not",
  },
  {
    written: (x) => sqrt(x),
    ops: [primitives.sqrt],
    madeBy: [makers],
    becomes: ({ operands: [x], isGiven }) => sizeOfRoot(x, isGiven),
    because,
  },
  {
    written: (x) => pow(x, 0.5),
    ops: [primitives.pow],
    madeBy: [makers],
    becomes: ({ operands: [x], isGiven }) => sizeOfRoot(x, isGiven),
    because,
  },
  {
    written: (x) => apply(rsqrtOp, [x]),
    ops: [rsqrtOp],
    madeBy: [makers],
    becomes: ({ operands: [x], isGiven }) => reciprocalOf(sizeOfRoot(x, isGiven)),
    because,
  },
  {
    written: (x) => pow(x, -0.5),
    ops: [primitives.pow],
    madeBy: [makers],
    becomes: ({ operands: [x], isGiven }) => reciprocalOf(sizeOfRoot(x, isGiven)),
    because,
  },
];
