import { stridesOf } from "../graph/shape.ts";
import type { Shape } from "../graph/shape-types.ts";

/** Where an element of a flat array stands: its index along each axis. */
export function indexOf(flat: number, shape: Shape): number[] {
  const strides = stridesOf(shape);
  return shape.map((dimension, axis) => Math.floor(flat / strides[axis]) % dimension);
}
