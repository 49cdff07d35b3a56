import {
  type AnyTensor,
  abs,
  add,
  apply,
  argmax,
  argsort,
  barrier,
  broadcastTo,
  cast,
  checkFinite,
  checkIndex,
  concat,
  cos,
  cumsum,
  div,
  equal,
  erf,
  erfc,
  erfinv,
  erfinvOp,
  exp,
  expm1,
  floor,
  less,
  log,
  log1p,
  matmul,
  max,
  maximum,
  minimum,
  mul,
  neg,
  type PrimitiveName,
  pad,
  patches,
  pow,
  primitives,
  random,
  reshape,
  scatterAdd,
  sin,
  sizeOf,
  slice,
  sqrt,
  stopGradient,
  stopGradientOp,
  sub,
  sum,
  sumPatches,
  take,
  transpose,
  where,
} from "@adjoint/tensor";
import fc from "fast-check";
import { broadcastableShapes, permutations, type ShapeConstraints, shapes } from "../arbitraries/shapes.ts";
import { dtypes } from "../arbitraries/tensors.ts";
import {
  alongAxis,
  broadcasting,
  type CaseOptions,
  interleaved,
  notEmpty,
  opCase,
  perAxis,
  reduction,
  scaleOfSizes,
  shapeAndAxis,
  unary,
  unaryWith,
} from "./families.ts";
import type { OpCase, OpForm } from "./op-case.ts";

/** A case of a primitive with its forms written out. */
function custom(name: PrimitiveName, forms: OpCase["forms"], options: CaseOptions = {}): OpCase {
  return opCase(primitives[name], forms, options);
}

const matmulForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> => {
  const extent = fc.integer({ min: constraints.minDimension ?? 1, max: 3 });
  return fc
    .tuple(broadcastableShapes(2, { maxRank: 2, maxSize: 3 }), extent, extent, extent)
    .map(([[left, right], m, k, n]) => ({
      slots: [
        { shape: [...left, m, k], values: {} },
        { shape: [...right, k, n], values: {} },
      ],
      call: (a, b) => matmul(a, b) as AnyTensor,
    }));
};

const reshapeForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapes(constraints).chain((from) => {
    const size = sizeOf(from);
    const factor = [2, 3].find((n) => size % n === 0 && size > 0) ?? 1;
    const open = size === 0 ? 0 : -1;
    const targets = [[open], [1, size], [size / factor, factor], [...from].reverse(), [open, 1, factor]];
    return fc.constantFrom(...targets).map((shape) => ({
      slots: [{ shape: from, values: {} }],
      call: (x) => reshape(x, shape) as AnyTensor,
      options: shape,
    }));
  });

const sliceForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapes(constraints).chain((shape) => {
    const position = fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined });
    const step = fc.option(fc.constantFrom(1, 2, 3, -1, -2), { nil: undefined });
    const range = fc.tuple(position, position, step);
    return perAxis(shape, range).map((ranges) => {
      const options = {
        begin: ranges.map(([begin]) => begin),
        end: ranges.map(([, end]) => end),
        steps: ranges.map(([, , one]) => one),
      };
      return {
        slots: [{ shape, values: {} }],
        call: (x) => slice(x, options.begin, options.end, options.steps) as AnyTensor,
        options,
      };
    });
  });

const padForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapes({ ...constraints, maxDimension: 3 }).chain((shape) => {
    const count = fc.nat({ max: 2 });
    return fc
      .tuple(
        perAxis(shape, fc.tuple(count, count)),
        fc.constantFrom(0, 1),
        perAxis(shape, fc.nat({ max: 1 })),
        fc.boolean(),
      )
      .map(([paddings, value, interior, isPlain]) => {
        const options = isPlain ? {} : { value, interior };
        return {
          slots: [{ shape, values: {} }],
          call: (x) => pad(x, paddings, options) as AnyTensor,
          options: { paddings, ...options },
        };
      });
  });

/** Windows that fit: for each of one or two last axes a dimension and how a window slides over it. */
const windowForms =
  (call: (x: AnyTensor, size: number[], windows: SlidingWindows) => AnyTensor, isTransposed: boolean) =>
  ({ minDimension = 1 }: ShapeConstraints): fc.Arbitrary<OpForm> =>
    fc
      .tuple(
        shapes({ minDimension, maxRank: 1, maxSize: 2 }),
        fc.array(slidingAxes, { minLength: 1, maxLength: 2 }),
      )
      .map(([front, axes]): OpForm => {
        const size = axes.map((axis) => axis.dimension);
        const windows = {
          window: axes.map((axis) => axis.window),
          stride: axes.map((axis) => axis.stride),
          dilation: axes.map((axis) => axis.dilation),
          padding: axes.map((axis) => axis.padding),
        };
        const given = isTransposed ? [...windows.window, ...axes.map((axis) => axis.positions)] : size;
        return {
          slots: [{ shape: [...front, ...given], values: {} }],
          call: (x) => call(x, size, windows),
          options: windows,
        };
      });

interface SlidingWindows {
  readonly window: number[];
  readonly stride: number[];
  readonly dilation: number[];
  readonly padding: (readonly [number, number])[];
}

const slidingAxes = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 2 }),
    fc.nat({ max: 1 }),
    fc.nat({ max: 1 }),
  )
  .map(([dimension, window, stride, dilation, before, after]) => {
    const room = before + dimension + after - (window - 1) * dilation - 1;
    const padding = [before, after] as const;
    return { dimension, window, stride, dilation, padding, positions: Math.floor(room / stride) + 1 };
  })
  .filter(({ positions }) => positions >= 1);

const concatForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapeAndAxis({ maxSize: 6, ...constraints }).chain(({ shape, axis }) =>
    fc
      .array(fc.integer({ min: constraints.minDimension ?? 1, max: 2 }), { minLength: 1, maxLength: 3 })
      .map((extents) => ({
        slots: extents.map((extent) => ({
          shape: shape.with(axis, extent),
          values: {},
        })),
        call: (...tensors) => concat(tensors, { axis }) as AnyTensor,
        options: { axis },
      })),
  );

const takeForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  fc.tuple(shapeAndAxis(notEmpty(constraints)), shapes({ ...constraints, maxRank: 2, maxSize: 4 })).map(
    ([{ shape, axis }, indices]): OpForm => ({
      slots: [
        { shape, values: {} },
        { shape: indices, values: { indicesBelow: shape.at(axis) as number } },
      ],
      call: (x, at) => take(x, at, { axis }) as AnyTensor,
      options: { axis },
    }),
  );

const scatterAddForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  fc
    .tuple(
      shapes({ ...constraints, maxRank: 1, maxSize: 3 }),
      shapes({ ...constraints, maxRank: 2, maxSize: 4 }),
      shapes({ ...constraints, maxRank: 1, maxSize: 2 }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([outer, indices, inner, size]): OpForm => {
      const options = { axis: outer.length, size };
      return {
        slots: [
          { shape: [...outer, ...indices, ...inner], values: {} },
          { shape: indices, values: { indicesBelow: size } },
        ],
        call: (x, at) => scatterAdd(x, at, options) as AnyTensor,
        options,
      };
    });

const away = { away: [0], distance: 0.2 } as const;

const primitiveCases: Readonly<Record<PrimitiveName, OpCase>> = {
  abs: unary(primitives.abs, abs, { domain: { away: [0] } }),
  add: broadcasting(primitives.add, add, { slots: [{}, {}] }),
  argmax: custom("argmax", (constraints) =>
    shapeAndAxis(notEmpty(constraints)).chain(({ shape, axis }) =>
      fc.constantFrom({ axis }, { axis, keepDims: true }, {}).map((options) => ({
        slots: [{ shape, values: {} }],
        call: (x) => argmax(x, options as object) as AnyTensor,
        options,
      })),
    ),
  ),
  argsort: alongAxis(primitives.argsort, (x, options) => argsort(x, options as object) as AnyTensor),
  barrier: unary(primitives.barrier, barrier),
  broadcastTo: custom("broadcastTo", (constraints) =>
    broadcastableShapes(1, constraints).chain(([shape]) =>
      fc
        .tuple(
          fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 1 }),
          perAxis(shape, fc.integer({ min: constraints.minDimension ?? 1, max: 3 })),
        )
        .map(([front, wider]) => {
          const target = [...front, ...shape.map((n, axis) => (n === 1 ? wider[axis] : n))];
          return {
            slots: [{ shape, values: {} }],
            call: (x) => broadcastTo(x, target) as AnyTensor,
            options: target,
          };
        }),
    ),
  ),
  // There and back: exact on the grid of domains, and on the steps of differences.
  cast: unary(primitives.cast, (x) => cast(cast(x, "float32"), "float64")),
  checkFinite: unary(primitives.checkFinite, checkFinite, { edges: [0, -0, 2 ** -149] }),
  checkIndex: custom("checkIndex", (constraints) =>
    shapes(constraints).map((shape) => ({
      slots: [{ shape, values: { indicesBelow: 4 } }],
      call: (x) => checkIndex(x, 4, { op: "take", message: "index {value} is out of range" }),
    })),
  ),
  concat: custom("concat", concatForms),
  cos: unary(primitives.cos, cos),
  cumsum: alongAxis(primitives.cumsum, (x, options) => cumsum(x, options as object) as AnyTensor, {
    scale: scaleOfSizes,
  }),
  div: broadcasting(primitives.div, div, { slots: [{}, away] }),
  equal: broadcasting(primitives.equal, equal, { slots: [{}, {}] }),
  erf: unary(primitives.erf, erf),
  erfc: unary(primitives.erfc, erfc),
  exp: unary(primitives.exp, exp),
  expm1: unary(primitives.expm1, expm1),
  floor: unary(primitives.floor, floor, { domain: { away: [-3, -2, -1, 0, 1, 2, 3] } }),
  iota: custom("iota", () =>
    fc.nat({ max: 5 }).map((count) => ({
      slots: [],
      call: () => apply(primitives.iota, [], { count }),
      options: { count },
    })),
  ),
  less: broadcasting(primitives.less, less, { slots: [{}, {}] }),
  log: unary(primitives.log, log, { domain: { min: 0.1 } }),
  log1p: unary(primitives.log1p, log1p, { domain: { min: -0.9 } }),
  matmul: custom("matmul", matmulForms, { scale: scaleOfSizes }),
  max: reduction(primitives.max, (x, options) => max(x, options as object) as AnyTensor, {
    domain: interleaved[0],
    allowsEmpty: false,
  }),
  maximum: broadcasting(primitives.maximum, maximum, { slots: interleaved }),
  minimum: broadcasting(primitives.minimum, minimum, { slots: interleaved }),
  mul: broadcasting(primitives.mul, mul, { slots: [{}, {}] }),
  neg: unary(primitives.neg, neg),
  pad: custom("pad", padForms),
  patches: custom(
    "patches",
    windowForms((x, _, { window, ...options }) => patches(x, window, options), false),
  ),
  pow: broadcasting(primitives.pow, pow, { slots: [{ min: 0.2 }, { min: -2, max: 2 }] }),
  randomBits: custom("randomBits", ({ minDimension = 1 }) =>
    shapes({ minDimension }).map((shape) => ({
      slots: [{ shape: [2], values: "int32" }],
      call: (key) => random.bits(key as random.Key, shape) as AnyTensor,
      options: shape,
    })),
  ),
  reshape: custom("reshape", reshapeForms),
  scatterAdd: custom("scatterAdd", scatterAddForms, { scale: scaleOfSizes }),
  sin: unary(primitives.sin, sin),
  slice: custom("slice", sliceForms),
  sqrt: unary(primitives.sqrt, sqrt, { domain: { min: 0.1 } }),
  sub: broadcasting(primitives.sub, sub, { slots: [{}, {}] }),
  sum: reduction(primitives.sum, (x, options) => sum(x, options as object) as AnyTensor, {
    scale: scaleOfSizes,
  }),
  sumPatches: custom(
    "sumPatches",
    windowForms((y, size, { window, ...options }) => sumPatches(y, size, window, options) as AnyTensor, true),
    { scale: scaleOfSizes },
  ),
  take: custom("take", takeForms),
  transpose: custom("transpose", (constraints) =>
    shapes(constraints).chain((shape) =>
      fc.option(permutations(shape.length), { nil: undefined }).map((axes) => ({
        slots: [{ shape, values: {} }],
        call: (x) => transpose(x, axes) as AnyTensor,
        options: axes,
      })),
    ),
  ),
  where: broadcasting(primitives.where, where, { slots: ["bool", {}, {}] }),
};

/** A case for every op of the engine. */
export const engineCases: readonly OpCase[] = [
  ...Object.values(primitiveCases),
  unary(erfinvOp, erfinv, { domain: { min: -0.95, max: 0.95 } }),
  unary(stopGradientOp, stopGradient),
  unaryWith(primitives.cast, (x, { dtype }) => cast(x, dtype), {
    variant: "to any dtype",
    isSmooth: false,
    choices: dtypes.map((dtype) => ({ dtype })),
  }),
];
