import { literal } from "../graph/apply.ts";
import { sameShape } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { cast } from "../primitives/cast.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/where.ts";
import { fitShape } from "./fitShape.ts";

// A mask goes along with a cotangent and says where it counts: outside of it the cotangent is 0, since a where() above chose
// the other branch, and must stay 0 whatever the derivatives of the branch not chosen are. 0 times their NaN or ∞ would not.

/** Where one of two cotangents counts; undefined is everywhere. */
export function either(a: AnyTensor | undefined, b: AnyTensor | undefined): AnyTensor | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a === b ? a : (where(a, literal(1, "bool"), b) as AnyTensor);
}

function both(a: AnyTensor | undefined, b: AnyTensor | undefined): AnyTensor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return where(a, b, literal(0, "bool")) as AnyTensor;
}

/** The cotangent within the mask, and 0 outside. */
export function onlyWhere(mask: AnyTensor, cotangent: AnyTensor): AnyTensor {
  return where(mask, cotangent, 0) as AnyTensor;
}

/** Does the node's gradient rule give 0 for 0, whatever its inputs are? */
export function passesZeros({ op, inputs }: AnyTensor): boolean {
  return typeof op.passesZeros === "function" ? op.passesZeros(inputs) : op.passesZeros;
}

/** What of each input a node's output depends on where the output's mask holds; undefined for all, or where that is not known. */
export function inputMasks(node: AnyTensor, mask: AnyTensor | undefined): readonly (AnyTensor | undefined)[] {
  const { op, inputs, shape, attributes } = node;
  if (op.elementwise) {
    const selected = op.selects?.(inputs) ?? [];
    return inputs.map((input, i) => fitMask(both(mask, selected[i]), shape, input));
  }
  if (mask === undefined) return [];
  // One condition for everything: what is not chosen is not computed from anything.
  if (mask.size === 1) {
    const single = mask.rank === 0 ? mask : (reshape(mask, []) as AnyTensor);
    return inputs.map(() => single);
  }
  if (!passesZeros(node) || op.vjp === undefined) return [];
  // An op that moves elements moves marks as well; a place that no mark reaches does not count.
  const marks = cast(broadcastTo(mask, shape) as AnyTensor, node.dtype) as AnyTensor;
  const moved = op.vjp({ inputs, output: node, cotangent: marks, attributes });
  return inputs.map((input, i) => {
    const one = moved[i];
    return one === undefined ? undefined : (cast(fitShape(one, input.shape), "bool") as AnyTensor);
  });
}

/** The mask of a result as that of an input that broadcasting may have stretched: it counts where one of its copies does. */
function fitMask(
  mask: AnyTensor | undefined,
  shape: AnyTensor["shape"],
  input: AnyTensor,
): AnyTensor | undefined {
  if (mask === undefined || mask.rank === 0 || sameShape(shape, input.shape)) return mask;
  const marks = cast(broadcastTo(mask, shape) as AnyTensor, "float32") as AnyTensor;
  return cast(fitShape(marks, input.shape), "bool") as AnyTensor;
}
