// An op of one's own: log(cosh(x)), a smooth |x|, with a gradient rule that is checked against differences.
// Run it: npm run build && node examples/dist/custom-op.js
import { pathToFileURL } from "node:url";
import { gradcheck, gradgradcheck } from "@adjoint/testing";
import {
  abs,
  add,
  apply,
  composite,
  type DType,
  exp,
  type FloatOf,
  grad,
  log1p,
  mul,
  type Shape,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "adjoint";

/** `log cosh x` as `|x| + log1p(e^−2|x|) − log 2`: the obvious form overflows for |x| > 89 in float32. */
export const logCoshOp = composite("logCosh", {
  lower: ([x]) => sub(add(abs(x), log1p(exp(mul(abs(x), -2)))), Math.LN2),
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, tanh(x))],
});

export function logCosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(logCoshOp, [x]) as Tensor<S, FloatOf<D>>;
}

/** Checks the rule and its derivative, and evaluates where the obvious formula gives infinity. */
export function run({ log = console.log } = {}) {
  const x = tensor([-3, -0.5, 0, 2, 10], { dtype: "float64" });
  gradcheck(logCosh, [x]);
  gradgradcheck(logCosh, [x]);
  const value = logCosh(tensor([1000])).toArray();
  const slope = grad((z: Tensor) => sum(logCosh(z)))(tensor([1000, -1000])).toArray();
  log("log cosh 1000 =", value, "with slopes", slope);
  return { value, slope };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) run();
