import type { TypedArray } from "../graph/dtype.ts";
import type { Op, Values } from "../graph/op.ts";
import { sameShape } from "../graph/shape.ts";
import { broadcastLayout, copyStrided, rowMajor } from "./strided.ts";

type Scalar = (...x: number[]) => number;

/** A binary op's operands at the output's size, or as one value with step 0: element k is `a[k * stepA]` and `b[k * stepB]`. */
export interface BinaryOperands {
  readonly a: TypedArray;
  readonly b: TypedArray;
  readonly stepA: 0 | 1;
  readonly stepB: 0 | 1;
}

/** Broadcasts the operands of a binary kernel that has a loop of its own. */
export function binaryOperands(inputs: readonly Values[], output: Values): BinaryOperands {
  const [a, b] = inputs.map((input) => expand(input, output));
  return { a, b, stepA: a.length === 1 ? 0 : 1, stepB: b.length === 1 ? 0 : 1 };
}

/** Runs an elementwise op's scalar function over broadcast inputs. */
export function runElementwise(op: Op, inputs: readonly Values[], output: Values): void {
  const scalar = op.scalar as Scalar;
  const [a, b, c] = inputs.map((input) => expand(input, output));
  const y = output.values;
  const n = y.length;
  if (b === undefined) for (let i = 0; i < n; i++) y[i] = scalar(a[i]);
  else if (c !== undefined) runTernary(scalar, a, b, c, y);
  else if (b.length !== n) for (let i = 0, x = b[0]; i < n; i++) y[i] = scalar(a[i], x);
  else if (a.length !== n) for (let i = 0, x = a[0]; i < n; i++) y[i] = scalar(x, b[i]);
  else for (let i = 0; i < n; i++) y[i] = scalar(a[i], b[i]);
}

function runTernary(scalar: Scalar, a: TypedArray, b: TypedArray, c: TypedArray, y: TypedArray): void {
  const [i1, j1, k1] = [a, b, c].map((x) => (x.length === y.length ? 1 : 0));
  for (let n = 0, i = 0, j = 0, k = 0; n < y.length; n++, i += i1, j += j1, k += k1)
    y[n] = scalar(a[i], b[j], c[k]);
}

/** The input at the output's size, or a single value as it is. */
function expand(input: Values, output: Values): TypedArray {
  if (input.values.length === 1 || sameShape(input.shape, output.shape)) return input.values;
  const expanded = new (input.values.constructor as new (size: number) => TypedArray)(output.values.length);
  copyStrided(
    output.shape,
    input.values,
    broadcastLayout(input.shape, output.shape),
    expanded,
    rowMajor(output.shape),
  );
  return expanded;
}
