import { type Shape, sameShape, sizeOf, type Values } from "@adjoint/tensor";
import { spread } from "./rows.ts";

/** Does the element at this place count? */
export type IsKept = (place: number) => boolean;

/** Which places of an array of `shape` the mask keeps: all without one, else those where the broadcast mask is true. */
export function keptPlaces(mask: Values | undefined, shape: Shape): IsKept {
  if (mask === undefined) return () => true;
  const { values } = mask;
  if (sameShape(mask.shape, shape)) return (place) => values[place] !== 0;
  const missing = shape.length - mask.shape.length;
  const places = shape.reduce<Int32Array>((sofar, dimension, axis) => {
    const repeats = axis < missing || mask.shape[axis - missing] === 1;
    return spread(sofar, dimension, repeats ? 0 : sizeOf(mask.shape.slice(axis - missing + 1)));
  }, Int32Array.of(0));
  return (place) => values[places[place]] !== 0;
}
