import { type AnyTensor, Tensor } from "./tensor.ts";

/** A tensor, or an array, tuple or plain object of trees. Other values ride along unchanged. */
export type Tree = unknown;

/** The same tree with each tensor `T` (or parameter) as the plain tensor of its shape and dtype. */
export type TensorsOf<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S, D>
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { -readonly [K in keyof T]: TensorsOf<T[K]> }
        : T;

/** The tree of derivatives by a tree: a plain tensor for each tensor, parameter or number. */
export type DerivativesOf<T> = T extends number
  ? Tensor<[]>
  : T extends Tensor<infer S, infer D>
    ? Tensor<S, D>
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { -readonly [K in keyof T]: DerivativesOf<T[K]> }
        : T;

/** Is a value a branch of a tree: an object without a class of its own? */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The tree with `replace` called on every leaf that is not an array or plain object, in a fixed order. */
export function mapTree(tree: Tree, replace: (leaf: unknown, path: string) => unknown, path = ""): Tree {
  if (Array.isArray(tree)) return tree.map((item, i) => mapTree(item, replace, `${path}[${i}]`));
  if (isPlainObject(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([name, item]) => [
        name,
        mapTree(item, replace, path === "" ? name : `${path}.${name}`),
      ]),
    );
  }
  return replace(tree, path);
}

/** The tensors of a tree in a fixed order: arrays by index, objects in the order of their keys. */
export function treeTensors(tree: Tree): AnyTensor[] {
  const tensors: AnyTensor[] = [];
  mapTree(tree, (leaf) => {
    if (leaf instanceof Tensor) tensors.push(leaf);
    return leaf;
  });
  return tensors;
}

/** The tree with its tensors replaced, in the order of {@link treeTensors}. */
export function replaceTensors(tree: Tree, tensors: readonly AnyTensor[]): Tree {
  let next = 0;
  return mapTree(tree, (leaf) => (leaf instanceof Tensor ? tensors[next++] : leaf));
}
