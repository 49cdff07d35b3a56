import { literal } from "../graph/apply.ts";
import { isFloat } from "../graph/dtype.ts";
import { DTypeError, ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { sizeOf } from "../graph/shape.ts";
import type { DefaultDType, DType, DTypeOf, Shape } from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { concat } from "../primitives/concat.ts";
import { pad } from "../primitives/pad.ts";
import { reshape } from "../primitives/reshape.ts";
import { asOptioned, asTensors, type GradOptions, grad, pullbackOrZeros, standInsFor } from "./grad.ts";

/** The dtype of the argument, which its derivatives have; a number is float32. */
type ArgumentDType<T> = T extends AnyTensor ? DTypeOf<T> : DefaultDType;

/** Element `i` of `y`'s cotangent is 1, all others are 0. */
function basis(y: AnyTensor, i: number): AnyTensor {
  const flat = pad(reshape(literal(1, y.dtype), [1]), [[i, y.size - 1 - i]]);
  return reshape(flat as AnyTensor, y.shape) as AnyTensor;
}

/**
 * Jacobian by reverse mode: `jacobian(f)(...args)` has shape `[...y.shape, ...x.shape]` with
 * `J[i…, j…] = ∂y[i…] / ∂x[j…]`, for a tensor argument `x` (the first, unless `argument` says another) of any rank and a
 * tensor result `y` of any rank. It costs one backward pass for each element of `y`.
 */
export function jacobian<Args extends readonly unknown[], const Index extends number = 0>(
  fn: (...args: Args) => AnyTensor,
  options: GradOptions<Index> = {},
): (...args: Args) => Tensor<Shape, ArgumentDType<Args[Index]>> {
  const argument = options.argument ?? 0;
  const differentiate = (args: Args): Tensor<Shape, ArgumentDType<Args[Index]>> =>
    keepingHistory(() => {
      const given = asTensors(args[argument]);
      if (!(given instanceof Tensor)) {
        throw new ShapeError(
          "jacobian",
          `argument ${argument} is no tensor; expected one tensor, or use vjp for trees`,
        );
      }
      const { tree, nodes } = standInsFor("jacobian", given);
      const [x] = nodes;
      const result: unknown = fn(...(args.map((arg, i) => (i === argument ? tree : arg)) as unknown as Args));
      if (!(result instanceof Tensor)) {
        throw new ShapeError(
          "jacobian",
          `the function gives ${Array.isArray(result) ? "an array" : typeof result}; expected one tensor, or use vjp for trees`,
        );
      }
      const y = result.current() as AnyTensor;
      if (!isFloat(y.dtype))
        throw new DTypeError("jacobian", `the function gives ${y.dtype}; expected a float tensor`);
      const shape: Shape = [...y.shape, ...x.shape];
      const rows = Array.from({ length: y.size }, (_, i) => {
        const [row] = pullbackOrZeros([y], [basis(y, i)], [x]);
        return reshape(row, [1, sizeOf(x.shape)]) as AnyTensor;
      });
      if (rows.length === 0) return broadcastTo(literal(0, x.dtype), shape) as never;
      return reshape(concat(rows) as AnyTensor, shape) as never;
    });
  return (...args) => asOptioned(options, () => differentiate(args));
}

/**
 * Hessian of a scalar function: `hessian(f)(...args)` has shape `[...x.shape, ...x.shape]` with
 * `H[i…, j…] = ∂²f / ∂x[i…] ∂x[j…]`, for a tensor argument `x` of any rank: the Jacobian of the gradient.
 */
export function hessian<Args extends readonly unknown[], const Index extends number = 0>(
  fn: (...args: Args) => Tensor<readonly [], DType>,
  options: GradOptions<Index> = {},
): (...args: Args) => Tensor<Shape, ArgumentDType<Args[Index]>> {
  return jacobian(grad(fn, options) as (...args: Args) => AnyTensor, options);
}
