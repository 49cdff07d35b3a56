import { literal } from "../graph/apply.ts";
import { isFloat } from "../graph/dtype.ts";
import { DTypeError, OptionError, ShapeError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { shapeText } from "../graph/shape.ts";
import type { DType } from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { type DerivativesOf, mapTree, replaceTensors, type TensorsOf, treeTensors } from "../graph/tree.ts";
import { stabiliseBetween, withoutStabilising } from "../stabilise/pass.ts";
import { alias } from "./alias.ts";
import { fillLike } from "./fill.ts";
import { pullback } from "./pullback.ts";

/** Which argument to differentiate with respect to. */
export interface GradOptions<Index extends number = number> {
  /** Position of the argument, a tree of tensors. Default 0, the first. */
  readonly argument?: Index;
  /** Rewrite formulas that lose precision or overflow before differentiating. Default true; evaluation rewrites by itself. */
  readonly stabilise?: boolean;
}

/** A number as a tensor, so that `grad(f)(2)` works as it reads. */
export function asTensors(tree: unknown): unknown {
  return mapTree(tree, (leaf) => (typeof leaf === "number" ? literal(leaf, "float32") : leaf));
}

/** A number as a tensor that takes the dtype of what it meets, as the number would. */
export function asWeakTensors(tree: unknown): unknown {
  return mapTree(tree, (leaf) => (typeof leaf === "number" ? literal(leaf, "float64", true) : leaf));
}

/** The tree with every tensor behind a node of its own: derivatives count only the uses of this argument. */
export function standInsFor(op: string, tree: unknown): { tree: unknown; nodes: AnyTensor[] } {
  const nodes = treeTensors(tree).map(alias);
  for (const node of nodes) {
    if (!isFloat(node.dtype)) {
      throw new DTypeError(
        op,
        `${node.dtype} ${shapeText(node.shape)} has no gradient; cast it to float32, or differentiate another argument`,
      );
    }
  }
  return { tree: replaceTensors(tree, nodes), nodes };
}

/** The cotangents of `nodes`, with zeros where the outputs do not depend on one. Naive formulas are replaced first. */
export function pullbackOrZeros(
  outputs: readonly AnyTensor[],
  cotangents: readonly AnyTensor[],
  nodes: readonly AnyTensor[],
): AnyTensor[] {
  return pullback(stabiliseBetween(outputs, nodes), cotangents, nodes).map(
    (cotangent, i) => cotangent ?? fillLike(nodes[i], 0),
  );
}

/** Runs a differentiation as its options say. */
export function asOptioned<R>({ stabilise = true }: GradOptions, fn: () => R): R {
  return stabilise ? fn() : withoutStabilising(fn);
}

/** Throws unless `y` is a float scalar, as only those have one gradient. */
function checkScalar(op: string, y: unknown, subject = "the function gives"): AnyTensor {
  if (!(y instanceof Tensor)) throw new ShapeError(op, `${subject} ${typeof y}; expected a scalar tensor`);
  const node = y.current() as AnyTensor;
  if (node.rank !== 0) {
    throw new ShapeError(
      op,
      `${subject} shape ${shapeText(node.shape)}; expected a scalar: reduce it with sum or mean, or use jacobian`,
    );
  }
  if (!isFloat(node.dtype)) throw new DTypeError(op, `${subject} ${node.dtype}; expected a float scalar`);
  return node;
}

type Arguments = readonly unknown[];

/**
 * Value and gradient of a scalar function by reverse mode: `valueAndGrad(f)(...args)` is `[f(...args), ∂f/∂args[argument]]`.
 * The gradient has the tree, shapes and dtypes of the argument; parameters count by their present version.
 * Throws {@link ShapeError} when the function's result is not a scalar, {@link DTypeError} when the argument is no float.
 */
export function valueAndGrad<
  Args extends Arguments,
  Y extends Tensor<readonly [], DType>,
  const Index extends number = 0,
>(
  fn: (...args: Args) => Y,
  options: GradOptions<Index> = {},
): (...args: Args) => [value: Y, gradient: DerivativesOf<Args[Index]>] {
  const argument = options.argument ?? 0;
  return (...args) =>
    keepingHistory(() => {
      if (!(argument in args)) {
        throw new OptionError(
          "grad",
          `argument ${argument} of a call with ${args.length} arguments; count from 0`,
        );
      }
      const { tree, nodes } = standInsFor("grad", asTensors(args[argument]));
      return asOptioned(options, () => {
        const value = fn(...(args.map((arg, i) => (i === argument ? tree : arg)) as unknown as Args));
        const y = checkScalar("grad", value);
        const gradients = pullbackOrZeros([y], [fillLike(y, 1)], nodes);
        return [value, replaceTensors(tree, gradients) as DerivativesOf<Args[Index]>];
      });
    });
}

/**
 * Gradient of a scalar function by reverse mode: `grad(f)(...args)` is `∂f/∂args[argument]`, with the tree, shapes and
 * dtypes of that argument. It is a graph again, so `grad(grad(f))` works. Errors: those of {@link valueAndGrad}.
 */
export function grad<Args extends Arguments, const Index extends number = 0>(
  fn: (...args: Args) => Tensor<readonly [], DType>,
  options: GradOptions<Index> = {},
): (...args: Args) => DerivativesOf<Args[Index]> {
  const both = valueAndGrad(fn, options);
  return (...args) => both(...args)[1];
}

/**
 * Derivatives of a scalar `loss` with respect to nodes (tensors or parameters) that it was computed from: the graph that
 * is there is differentiated, with zeros where the loss does not depend on a node.
 * Throws {@link GraphError} when the history in between was dropped.
 */
export function gradients<const Wanted extends readonly AnyTensor[]>(
  loss: AnyTensor,
  wanted: Wanted,
): TensorsOf<Wanted> {
  return keepingHistory(() => {
    const y = checkScalar("gradients", loss, "the loss has");
    const nodes = wanted.map((one) => one.current());
    return pullbackOrZeros([y], [fillLike(y, 1)], nodes) as TensorsOf<Wanted>;
  });
}
