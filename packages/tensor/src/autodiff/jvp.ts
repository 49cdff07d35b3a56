import { keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { type DerivativesOf, replaceTensors, type TensorsOf, treeTensors } from "../graph/tree.ts";
import { stabiliseBetween } from "../stabilise/pass.ts";
import { fillLike } from "./fill.ts";
import { asTensors, standInsFor } from "./grad.ts";
import { pullback } from "./pullback.ts";
import { matching } from "./vjp.ts";

/**
 * Jacobian-vector product: `[y, ẏ] = jvp(f, primals, tangents)` with `ẏ = J ẋ`. Primals, tangents and results may be trees.
 *
 * Forward mode is reverse mode transposed: the vector-Jacobian product is linear in its cotangent, so its own transpose
 * is the Jacobian-vector product (Townsend 2017). Every op has it therefore, from the one rule it has, and what depends
 * on the made-up cotangent falls away. Throws {@link ShapeError} when a tangent's shape is not that of its primal.
 */
export function jvp<Args extends readonly unknown[], Y>(
  fn: (...args: Args) => Y,
  primals: Args,
  tangents: DerivativesOf<Args>,
): [value: Y, tangent: TensorsOf<Y>] {
  return keepingHistory(() => {
    const { tree, nodes } = standInsFor("jvp", asTensors(primals));
    const directions = matching("jvp", "tangent", tangents, nodes);
    const value = fn(...(tree as unknown as Args));
    const outputs = treeTensors(value).map((tensor) => tensor.current());
    const cotangents = outputs.map(
      ({ shape, dtype }): AnyTensor => new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype),
    );
    const back = pullback(stabiliseBetween(outputs, nodes), cotangents, nodes);
    const linear = back.flatMap((node, i) =>
      node === undefined ? [] : [{ node, direction: directions[i] }],
    );
    const forward = pullback(
      linear.map(({ node }) => node),
      linear.map(({ direction }) => direction),
      cotangents,
    );
    const moved = forward.map((tangent, i) => tangent ?? fillLike(outputs[i], 0));
    return [value, replaceTensors(value, moved) as TensorsOf<Y>];
  });
}
