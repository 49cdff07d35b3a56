import { literal } from "../graph/apply.ts";
import { OptionError, ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { sameShape, shapeText } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { type DerivativesOf, mapTree, replaceTensors, type TensorsOf, treeTensors } from "../graph/tree.ts";
import { asTensors, pullbackOrZeros, standInsFor } from "./grad.ts";

/** The tensors of a (co)tangent tree, checked against those it belongs to. */
export function matching(
  op: string,
  what: string,
  tree: unknown,
  expected: readonly AnyTensor[],
): AnyTensor[] {
  const given: AnyTensor[] = [];
  mapTree(tree, (leaf) => {
    // A number is as exact as the tensor that it belongs to.
    if (typeof leaf === "number") given.push(literal(leaf, expected[given.length]?.dtype ?? "float32"));
    else if (leaf instanceof Tensor) given.push(leaf.current());
    return leaf;
  });
  if (given.length !== expected.length) {
    throw new OptionError(
      op,
      `${given.length} ${what}s for ${expected.length} tensors; give one of each shape`,
    );
  }
  given.forEach((one, i) => {
    if (!sameShape(one.shape, expected[i].shape)) {
      throw new ShapeError(
        op,
        `${what} ${i} has shape ${shapeText(one.shape)}; expected ${shapeText(expected[i].shape)}`,
      );
    }
  });
  return given;
}

/**
 * Vector-Jacobian products by reverse mode: `[y, pullback] = vjp(f, ...primals)`, where `pullback(cotangents)` gives
 * `Jᵀ ȳ` for every primal. Primals, results and cotangents may be trees.
 * Throws {@link ShapeError} when a cotangent's shape is not that of its result.
 */
export function vjp<Args extends readonly unknown[], Y>(
  fn: (...args: Args) => Y,
  ...primals: Args
): [value: Y, pullback: (cotangents: TensorsOf<Y>) => DerivativesOf<Args>] {
  return keepingHistory(() => {
    const { tree, nodes } = standInsFor("vjp", asTensors(primals));
    const value = fn(...(tree as unknown as Args));
    const outputs = treeTensors(value).map((tensor) => tensor.current());
    const back = (cotangents: TensorsOf<Y>): DerivativesOf<Args> =>
      keepingHistory(() => {
        const given = matching("vjp", "cotangent", cotangents, outputs);
        return replaceTensors(tree, pullbackOrZeros(outputs, given, nodes)) as DerivativesOf<Args>;
      });
    return [value, back];
  });
}
