import { literal } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { sizeOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { concat } from "../primitives/concat.ts";
import { pad } from "../primitives/pad.ts";
import { reshape } from "../primitives/reshape.ts";
import { asTensors, type GradOptions, grad, pullbackOrZeros, standInsFor } from "./grad.ts";

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
): (...args: Args) => Tensor<Shape, "float32"> {
  const argument = options.argument ?? 0;
  return (...args) =>
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
      const y = fn(
        ...(args.map((arg, i) => (i === argument ? tree : arg)) as unknown as Args),
      ).current() as AnyTensor;
      const shape: Shape = [...y.shape, ...x.shape];
      const rows = Array.from({ length: y.size }, (_, i) => {
        const [row] = pullbackOrZeros([y], [basis(y, i)], [x]);
        return reshape(row, [1, sizeOf(x.shape)]) as AnyTensor;
      });
      if (rows.length === 0) return broadcastTo(literal(0, x.dtype), shape) as Tensor<Shape>;
      return reshape(concat(rows) as AnyTensor, shape) as unknown as Tensor<Shape>;
    });
}

/**
 * Hessian of a scalar function: `hessian(f)(...args)` has shape `[...x.shape, ...x.shape]` with
 * `H[i…, j…] = ∂²f / ∂x[i…] ∂x[j…]`, for a tensor argument `x` of any rank: the Jacobian of the gradient.
 */
export function hessian<Args extends readonly unknown[], const Index extends number = 0>(
  fn: (...args: Args) => Tensor<readonly [], DType>,
  options: GradOptions<Index> = {},
): (...args: Args) => Tensor<Shape, "float32"> {
  return jacobian(grad(fn, options) as (...args: Args) => AnyTensor, options);
}
