import { type Shape, sizeOf } from "@adjoint/tensor";
import fc from "fast-check";

/** Bounds of generated shapes. Small ones find what large ones find. */
export interface ShapeConstraints {
  /** Default 0. */
  readonly minRank?: number;
  /** Default 3. */
  readonly maxRank?: number;
  /** Default 1; 0 includes empty tensors. */
  readonly minDimension?: number;
  /** Default 4. */
  readonly maxDimension?: number;
  /** The most elements (default 12): what a derivative check costs grows with their square. */
  readonly maxSize?: number;
}

/** Any shape within the bounds, scalars included. Shrinks to fewer axes and smaller dimensions. */
export function shapes({
  minRank = 0,
  maxRank = 3,
  minDimension = 1,
  maxDimension = 4,
  maxSize = 12,
}: ShapeConstraints = {}): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: minDimension, max: maxDimension }), { minLength: minRank, maxLength: maxRank })
    .filter((shape) => sizeOf(shape) <= maxSize);
}

/** `count` shapes that broadcast with each other: axes of a common shape that are kept, made 1, or left off in front. */
export function broadcastableShapes(
  count: number,
  constraints: ShapeConstraints = {},
): fc.Arbitrary<number[][]> {
  return shapes(constraints).chain((common) => {
    const droppable = Math.max(0, common.length - (constraints.minRank ?? 0));
    const partner = fc
      .tuple(
        fc.oneof(
          { weight: 2, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat({ max: droppable }) },
        ),
        fc.array(fc.boolean(), { minLength: common.length, maxLength: common.length }),
      )
      .map(([dropped, stretched]) =>
        common.map((dimension, axis) => (stretched[axis] ? 1 : dimension)).slice(dropped),
      );
    // One operand has the common shape, in any place, as often as not.
    const whole = fc.option(fc.nat({ max: count - 1 }), { nil: undefined, freq: 1 });
    return fc
      .tuple(fc.array(partner, { minLength: count, maxLength: count }), whole)
      .map(([all, place]) => all.map((shape, i) => (i === place ? common : shape)));
  });
}

/** Two shapes that broadcast with each other. */
export function broadcastablePairs(constraints: ShapeConstraints = {}): fc.Arbitrary<[number[], number[]]> {
  return broadcastableShapes(2, constraints) as fc.Arbitrary<[number[], number[]]>;
}

/** Three shapes that broadcast with each other. */
export function broadcastableTriples(
  constraints: ShapeConstraints = {},
): fc.Arbitrary<[number[], number[], number[]]> {
  return broadcastableShapes(3, constraints) as fc.Arbitrary<[number[], number[], number[]]>;
}

/** One axis of a shape of at least one axis, counted from the front or from the end. */
export function axisOf(shape: Shape): fc.Arbitrary<number> {
  return fc.integer({ min: -shape.length, max: shape.length - 1 });
}

/** What a reduction takes as `axis`: nothing, one axis, or a list without repeats, counted from either end. */
export function axesOf(shape: Shape): fc.Arbitrary<number | number[] | undefined> {
  const all = shape.map((_, axis) => axis);
  const list = fc
    .tuple(fc.shuffledSubarray(all), fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }))
    .map(([axes, fromEnd]) => axes.map((axis) => (fromEnd[axis] ? axis - shape.length : axis)));
  const whole = fc.constant(undefined);
  return shape.length === 0 ? fc.oneof(whole, list) : fc.oneof(whole, axisOf(shape), list);
}

/** The axes 0 to `rank − 1` in any order. */
export function permutations(rank: number): fc.Arbitrary<number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
}
