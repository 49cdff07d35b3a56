import type { AnyTensor, Shape } from "@adjoint/tensor";

/** The index along each axis of a flat, row-major position. */
function indexOf(shape: Shape, at: number): number[] {
  const index = new Array<number>(shape.length);
  let rest = at;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}

/** ` [0, 1]` for an element of a tensor, nothing for a scalar. */
export function elementText(shape: Shape, at: number): string {
  return shape.length === 0 ? "" : ` [${indexOf(shape, at).join(", ")}]`;
}

/** `the output [0, 1]`, or `output 2 [0, 1]` when there are several: where an element of values laid end to end is. */
export function placeIn(outputs: readonly AnyTensor[], at: number): string {
  let rest = at;
  let which = 0;
  while (rest >= outputs[which].size) rest -= outputs[which++].size;
  const element = elementText(outputs[which].shape, rest);
  return outputs.length === 1 ? `the output${element}` : `output ${which}${element}`;
}
