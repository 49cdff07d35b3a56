import { OptionError, ShapeError } from "./errors.ts";
import type { Shape } from "./shape-types.ts";

/** `[32, 10]` as text. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements: the product of the dimensions, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Elements to skip for one step along each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Where an element of a flat array stands: its index along each axis. */
export function indexOf(flat: number, shape: Shape): number[] {
  const strides = stridesOf(shape);
  return shape.map((dimension, axis) => Math.floor(flat / strides[axis]) % dimension);
}

/** Do two shapes have the same dimensions? */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Throws {@link ShapeError} unless every dimension is a whole number that is not negative. */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape))
    throw new ShapeError(op, `${String(shape)} is no shape; give an array of dimensions`);
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0) {
      throw new ShapeError(
        op,
        `${shapeText(shape)} has dimension ${dimension}; dimensions are whole numbers from 0`,
      );
    }
  }
}

/** Does broadcasting with `to` stretch the shape to `to` itself? */
function stretchesTo(shape: Shape, to: Shape): boolean {
  const missing = to.length - shape.length;
  if (missing < 0) return false;
  for (let axis = 0; axis < shape.length; axis++)
    if (shape[axis] !== 1 && shape[axis] !== to[axis + missing]) return false;
  return true;
}

function broadcastPair(op: string, a: Shape, b: Shape): Shape {
  if (stretchesTo(b, a)) return a;
  if (stretchesTo(a, b)) return b;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        op,
        `cannot broadcast ${shapeText(a)} with ${shapeText(b)}: axis -${i} has dimensions ${m} and ${n}${wayOut(a, b)}`,
      );
    }
    result[rank - i] = m === 1 ? n : m;
  }
  return result;
}

/** One shape fits the other from the left: the usual mistake of a per-row vector, mended by a trailing 1. */
function wayOut(a: Shape, b: Shape): string {
  const [short, long, which] = a.length < b.length ? [a, b, "first"] : [b, a, "second"];
  if (short.length === long.length || short.length === 0) return "; they must be equal, or one of them 1";
  const fits = short.every((dimension, axis) => dimension === long[axis]);
  const padded = [...short, ...new Array<number>(long.length - short.length).fill(1)];
  return fits ? `; reshape the ${which} to ${shapeText(padded)}` : "; they must be equal, or one of them 1";
}

/**
 * NumPy broadcasting: shapes are aligned on the right, a missing or extent-1 dimension stretches to the other.
 * Throws {@link ShapeError} with the axis and the way out.
 */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  let result = shapes[0] ?? [];
  for (let i = 1; i < shapes.length; i++) {
    if (!sameShape(result, shapes[i])) result = broadcastPair(op, result, shapes[i]);
  }
  return result;
}

/** An axis counted from the front: −1 is the last. Throws {@link ShapeError} when it is out of range. */
export function normalizeAxis(op: string, axis: number, shape: Shape): number {
  const fromFront = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || fromFront < 0 || fromFront >= shape.length) {
    if (typeof axis !== "number")
      throw new OptionError(op, `axis is ${valueText(axis)}; expected a whole number`);
    const range =
      shape.length === 0 ? "a scalar has no axes" : `axes go from ${-shape.length} to ${shape.length - 1}`;
    throw new ShapeError(op, `axis ${axis} is out of range for ${shapeText(shape)}: ${range}`);
  }
  return fromFront;
}

/** Axes counted from the front, ascending; all of them when none are named. A repeated axis throws. */
export function normalizeAxes(
  op: string,
  axis: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  if (axis === undefined) return shape.map((_, i) => i);
  const given = typeof axis === "number" ? [axis] : axis;
  if (!Array.isArray(given))
    throw new OptionError(op, `axis is ${valueText(given)}; expected a whole number, or an array of them`);
  const axes = given.map((one) => normalizeAxis(op, one, shape)).sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++) {
    if (axes[i] === axes[i - 1]) {
      throw new ShapeError(
        op,
        `axis ${axes[i]} is named twice in ${shapeText(given)} for ${shapeText(shape)}`,
      );
    }
  }
  return axes;
}

/** The shape after reducing `axes`: they vanish, or stay as 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** A value as it is written. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
