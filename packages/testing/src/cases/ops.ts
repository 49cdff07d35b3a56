import * as ops from "@adjoint/ops";
import { type AnyTensor, abs, add, exp, mul, type Shape, sqrt } from "@adjoint/tensor";
import fc from "fast-check";
import { axesOf, axisOf, type ShapeConstraints, shapes } from "../arbitraries/shapes.ts";
import type { Domain } from "../arbitraries/tensors.ts";
import {
  alongAxis,
  broadcasting,
  type CaseOptions,
  interleaved,
  notEmpty,
  opCase,
  perAxis,
  type ReductionOptions,
  reduction,
  reductionOptions,
  type Subject,
  scaleOfSizes,
  shapeAndAxis,
  unary,
  unaryWith,
} from "./families.ts";
import { imageCases } from "./images.ts";
import type { OpCase, OpForm } from "./op-case.ts";

type Reducer = (x: AnyTensor, options: ReductionOptions) => AnyTensor;

const awayFromZero: Domain = { away: [0] };
const positive: Domain = { min: 0.1 };
/** Where the logistic functions have small slopes too. */
const wide: Domain = { min: -8, max: 8 };

/** A function made of others. */
function derived(name: keyof typeof ops, isSmooth = true): Subject {
  return { name, isSmooth };
}

/** The axes that a reduction's options name, and how many elements each result is made of. */
function reducedCount(shape: Shape, { axis }: ReductionOptions): number {
  const named = axis === undefined ? shape.map((_, i) => i) : [axis].flat();
  return named.reduce((count, one) => count * (shape.at(one) as number), 1);
}

/** What a mask does: the same op with a bool mask that broadcasts to the tensor. */
function masked(
  subject: Subject,
  call: (x: AnyTensor, options: { axis?: number; mask: AnyTensor }) => AnyTensor,
  options: CaseOptions = {},
): OpCase {
  return opCase(
    subject,
    (constraints) =>
      shapeAndAxis(constraints).chain(({ shape, axis }) =>
        fc.tuple(perAxis(shape, fc.boolean()), fc.nat({ max: shape.length })).map(
          ([repeats, from]): OpForm => ({
            slots: [
              { shape, values: {} },
              { shape: shape.map((n, i) => (repeats[i] ? 1 : n)).slice(from), values: "bool" },
            ],
            call: (x, mask) => call(x, { axis, mask }),
            options: { axis },
          }),
        ),
      ),
    { variant: "with a mask", ...options },
  );
}

/** A variance divides by the count less its correction, which must leave something. */
function spreadCase(subject: Subject, call: Reducer, options: CaseOptions): OpCase {
  return opCase(
    subject,
    (constraints) =>
      shapes(constraints).chain((shape) =>
        reductionOptions(shape).chain((chosen) =>
          fc.constantFrom(0, reducedCount(shape, chosen) > 1 ? 1 : 0).map((correction) => ({
            slots: [{ shape, values: interleaved[0] }],
            call: (x) => call(x, { ...chosen, correction } as ReductionOptions),
            options: { ...chosen, correction },
          })),
        ),
      ),
    options,
  );
}

/** The mean of squares, which bounds the rounding of a variance. */
function meanSquare({ options }: OpForm, [x]: readonly AnyTensor[]): AnyTensor {
  const { axis, keepDims } = options as ReductionOptions;
  return ops.mean(mul(x, x), {
    ...(axis === undefined ? {} : { axis }),
    ...(keepDims === undefined ? {} : { keepDims }),
  }) as AnyTensor;
}

const matrices = (constraints: ShapeConstraints): fc.Arbitrary<number[]> =>
  shapes({ ...constraints, minRank: 2 });

/** An op of the last two axes. */
function ofMatrices(subject: Subject, call: (x: AnyTensor) => AnyTensor, options: CaseOptions = {}): OpCase {
  return opCase(
    subject,
    (constraints) => matrices(constraints).map((shape) => ({ slots: [{ shape, values: {} }], call })),
    options,
  );
}

const tileForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapes({ ...constraints, maxSize: 4 }).chain((shape) =>
    perAxis(shape, fc.integer({ min: constraints.minDimension ?? 1, max: 2 })).map((repeats) => ({
      slots: [{ shape, values: {} }],
      call: (x) => ops.tile(x, repeats) as AnyTensor,
      options: repeats,
    })),
  );

const splitForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapeAndAxis(constraints).chain(({ shape, axis }) => {
    const dimension = shape.at(axis) as number;
    return fc
      .tuple(fc.nat({ max: dimension }), fc.nat({ max: 1 }))
      .map(([first, part]): OpForm => {
        const sizes = [first, dimension - first];
        return {
          slots: [{ shape, values: {} }],
          call: (x) => ops.split(x, sizes, { axis })[part],
          options: { sizes, axis, part },
        };
      })
      .filter(({ options }) => {
        const { sizes, part } = options as { sizes: number[]; part: number };
        return (constraints.minDimension ?? 1) === 0 || sizes[part] > 0;
      });
  });

const stackForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  fc.tuple(shapes({ ...constraints, maxSize: 4 }), fc.integer({ min: 1, max: 3 })).chain(([shape, count]) =>
    fc.integer({ min: -shape.length - 1, max: shape.length }).map((axis) => ({
      slots: new Array(count).fill({ shape, values: {} }),
      call: (...tensors) => ops.stack(tensors, { axis }) as AnyTensor,
      options: { axis },
    })),
  );

const takeAlongAxisForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  fc.tuple(shapeAndAxis(notEmpty(constraints)), fc.integer({ min: 1, max: 3 })).map(
    ([{ shape, axis }, count]): OpForm => ({
      slots: [
        { shape, values: {} },
        { shape: shape.with(axis, count), values: { indicesBelow: shape.at(axis) as number } },
      ],
      call: (x, indices) => ops.takeAlongAxis(x, indices, { axis }) as AnyTensor,
      options: { axis },
    }),
  );

const vectorPair =
  (call: (a: AnyTensor, b: AnyTensor) => AnyTensor, equal: boolean) =>
  ({ minDimension = 1 }: ShapeConstraints): fc.Arbitrary<OpForm> =>
    fc.tuple(fc.integer({ min: minDimension, max: 4 }), fc.integer({ min: minDimension, max: 4 })).map(
      ([m, n]): OpForm => ({
        slots: [
          { shape: [m], values: {} },
          { shape: [equal ? m : n], values: {} },
        ],
        call,
      }),
    );

/** The gate of float64 is off by as many ulps as its exponent is large, 745 at most; that of float32 is corrected. */
const gate = { float32: 8, float64: 800 } as const;

/** e^(x − m) is off by half an ulp of x − m, which is at most 104 where the result is not 0 in float32. */
const powers = { loweringUlps: 64 } as const;

/** The sizes of what a difference of log-softmaxes is made of: it may cancel to 0. */
function sizesOfLogSoftmaxes({ options }: OpForm, inputs: readonly AnyTensor[]): AnyTensor {
  const [a, b] = inputs.map((x) => abs(ops.logSoftmax(x, options as object) as AnyTensor));
  return add(a, b) as AnyTensor;
}

/** A quotient that is far from whole, so that small steps do not change what it is rounded down to. */
const remainderDomains: readonly (readonly [Domain, Domain])[] = [
  [
    { min: 3.2, max: 4.3 },
    { min: 2.2, max: 3 },
  ],
  [
    { min: 3.2, max: 4.3 },
    { min: -3, max: -2.2 },
  ],
  [
    { min: -1, max: -0.2 },
    { min: 1.2, max: 2 },
  ],
];

/** Layer normalisation along one axis or several, of values that are not nearly equal. */
const layerNormForms =
  (isScaled: boolean) =>
  (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
    shapes({ ...notEmpty(constraints), minRank: 1 }).chain((shape) =>
      fc.tuple(axesOf(shape), fc.constantFrom(1e-5, 0.5)).map(([axes, epsilon]): OpForm => {
        const axis = axes ?? -1;
        const named = new Set([axis].flat().map((one) => (one < 0 ? one + shape.length : one)));
        const features = shape.filter((_, i) => named.has(i));
        const parameters = isScaled ? [features, features] : [];
        return {
          slots: [
            { shape, values: interleaved[0] },
            ...parameters.map((one) => ({ shape: one, values: {} })),
          ],
          call: (x, scale, offset) =>
            ops.layerNorm(x, scale, offset, { axis, epsilon } as object) as AnyTensor,
          options: { axis, epsilon },
        };
      }),
    );

const batchNormForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  shapes({ ...notEmpty(constraints), minRank: 1 }).chain((shape) =>
    axisOf(shape).map(
      (axis): OpForm => ({
        slots: [
          { shape, values: interleaved[0] },
          { shape: [shape.at(axis) as number], values: {} },
          { shape: [shape.at(axis) as number], values: {} },
        ],
        call: (x, scale, offset) => ops.batchNorm(x, scale, offset, { axis } as object) as AnyTensor,
        options: { axis },
      }),
    ),
  );

const smooth: readonly OpCase[] = [
  unaryWith(ops.clipOp, (x, options) => ops.clip(x, options), {
    choices: fc.constantFrom({ min: 0, max: 2 }, { min: 1 }, { max: 2 }),
    domain: (bounds) => ({ away: Object.values(bounds) }),
  }),
  unary(ops.coshOp, ops.cosh),
  unaryWith(ops.eluOp, (x, options) => ops.elu(x, options), {
    choices: fc.constantFrom({}, { alpha: 0.5 }),
    domain: () => awayFromZero,
  }),
  unary(ops.exp2Op, ops.exp2),
  broadcasting(ops.expDifferenceOp, ops.expDifference, {
    slots: [
      { min: -3, max: -1 },
      { min: -1, max: 1 },
    ],
    edges: [],
  }),
  unary(ops.geluOp, (x) => ops.gelu(x), { domain: wide }),
  unary(ops.geluTanhOp, ops.geluTanh, { domain: wide, loweringUlps: gate }),
  unary(ops.geluTanhGateOp, ops.geluTanhGate, { domain: wide, loweringUlps: gate }),
  opCase(ops.layerNormOp, layerNormForms(false)),
  opCase(ops.layerNormOp, layerNormForms(true), { variant: "with scale and offset" }),
  unaryWith(ops.leakyReluOp, (x, options) => ops.leakyRelu(x, options), {
    choices: fc.constantFrom({}, { slope: 0.3 }),
    domain: () => awayFromZero,
  }),
  unary(ops.log10Op, ops.log10, { domain: positive }),
  unary(ops.log2Op, ops.log2, { domain: positive }),
  unary(ops.logisticPdfOp, ops.logisticPdf, { domain: wide }),
  unary(ops.logSigmoidOp, ops.logSigmoid, { domain: wide }),
  alongAxis(ops.logSoftmaxOp, (x, options) => ops.logSoftmax(x, options as object) as AnyTensor, powers),
  // A masked element is −∞, which has no differences; e^−∞ is 0.
  masked(ops.logSoftmaxOp, (x, options) => exp(ops.logSoftmax(x, options as object) as AnyTensor), powers),
  opCase(
    ops.logSoftmaxDifferenceOp,
    (constraints) =>
      shapeAndAxis(constraints).map(
        ({ shape, axis }): OpForm => ({
          slots: [
            { shape, values: {} },
            { shape, values: {} },
          ],
          call: (a, b) => ops.logSoftmaxDifference(a, b, { axis }) as AnyTensor,
          options: { axis },
        }),
      ),
    { ...powers, scale: sizesOfLogSoftmaxes },
  ),
  opCase(
    ops.logWeightedSumOp,
    (constraints) =>
      shapes(notEmpty(constraints)).chain((shape) =>
        reductionOptions(shape).map(
          (chosen): OpForm => ({
            slots: [
              { shape, values: {} },
              { shape, values: { min: 0.1, max: 2 } },
            ],
            call: (x, w) => ops.logWeightedSum(x, w, chosen as object) as AnyTensor,
            options: chosen,
          }),
        ),
      ),
    powers,
  ),
  reduction(ops.logsumexpOp, ops.logsumexp as Reducer),
  masked(ops.logsumexpOp, (x, options) => exp(ops.logsumexp(x, options as object) as AnyTensor), powers),
  reduction(ops.meanOp, ops.mean as Reducer, { scale: scaleOfSizes }),
  reduction(ops.minOp, ops.min as Reducer, { domain: interleaved[0], allowsEmpty: false }),
  reduction(ops.normOp, ops.norm as Reducer, { domain: awayFromZero }),
  reduction(
    ops.normalizeOp,
    (x, { axis }) => ops.normalize(x, (axis === undefined ? {} : { axis }) as object),
    {
      domain: awayFromZero,
    },
  ),
  unary(ops.normalCdfOp, ops.normalCdf),
  unary(ops.normalPdfOp, ops.normalPdf),
  // In float64 factors in another order over- or underflow elsewhere; a few of float32 do so in no order.
  reduction(ops.prodOp, ops.prod as Reducer, {
    domain: { min: -2, max: 2, favour: [0] },
    edges: [0, -0, 1, Number.POSITIVE_INFINITY, Number.NaN],
  }),
  reduction(ops.prodOp, ops.prod as Reducer, {
    variant: "of a few numbers of any size",
    maxSize: 6,
    dtypes: ["float32"],
    isSmooth: false,
  }),
  unary(ops.reluOp, ops.relu, { domain: awayFromZero }),
  ...remainderDomains.map((slots, i) =>
    broadcasting(ops.remainderOp, ops.remainder, {
      slots,
      // The lowering is exact for quotients that are exact themselves.
      edges: [],
      variant: ["of a larger number", "by a negative number", "of a negative number"][i] as string,
    }),
  ),
  unary(ops.rsqrtOp, ops.rsqrt, { domain: positive }),
  unary(ops.seluOp, ops.selu, { domain: awayFromZero }),
  unary(ops.sigmoidOp, ops.sigmoid, { domain: wide }),
  unary(ops.siluOp, ops.silu, { domain: wide }),
  unary(ops.sinhOp, ops.sinh),
  alongAxis(ops.softmaxOp, (x, options) => ops.softmax(x, options as object) as AnyTensor, powers),
  masked(ops.softmaxOp, (x, options) => ops.softmax(x, options as object) as AnyTensor, powers),
  unary(ops.softplusOp, ops.softplus, { domain: wide }),
  spreadCase(ops.stdOp, ops.std as Reducer, { scale: (form, inputs) => sqrt(meanSquare(form, inputs)) }),
  unary(ops.tanOp, ops.tan, { domain: { min: -1.2, max: 1.2 } }),
  unary(ops.tanhOp, ops.tanh, { domain: wide }),
  spreadCase(ops.varianceOp, ops.variance as Reducer, { scale: meanSquare }),
  // Functions made of others.
  opCase(derived("batchNorm"), batchNormForms),
  ofMatrices(derived("diagonal"), (x) => ops.diagonal(x) as AnyTensor),
  opCase(
    derived("dot"),
    vectorPair((a, b) => ops.dot(a, b) as AnyTensor, true),
    { scale: scaleOfSizes },
  ),
  opCase(derived("expandDims"), (constraints) =>
    shapes(constraints).chain((shape) =>
      fc.integer({ min: -shape.length - 1, max: shape.length }).map((axis) => ({
        slots: [{ shape, values: {} }],
        call: (x) => ops.expandDims(x, axis) as AnyTensor,
        options: axis,
      })),
    ),
  ),
  unary(derived("ravel"), (x) => ops.ravel(x) as AnyTensor),
  opCase(derived("flip"), (constraints) =>
    shapes(constraints).chain((shape) =>
      axesOf(shape).map((axis) => ({
        slots: [{ shape, values: {} }],
        call: (x) => ops.flip(x, (axis === undefined ? {} : { axis }) as object) as AnyTensor,
        options: { axis },
      })),
    ),
  ),
  opCase(
    derived("outer"),
    vectorPair((a, b) => ops.outer(a, b) as AnyTensor, false),
  ),
  unary(derived("reciprocal"), ops.reciprocal, { domain: { away: [0], distance: 0.2 } }),
  alongAxis(derived("sort"), (x, options) => ops.sort(x, options), { domain: interleaved[0] }),
  opCase(derived("split"), splitForms),
  unary(derived("square"), ops.square),
  opCase(derived("squeeze"), (constraints) =>
    shapes(constraints).map((shape) => ({
      slots: [{ shape: [1, ...shape], values: {} }],
      call: (x) => ops.squeeze(x, { axis: 0 } as object) as AnyTensor,
      options: { axis: 0 },
    })),
  ),
  opCase(derived("stack"), stackForms),
  opCase(derived("takeAlongAxis"), takeAlongAxisForms),
  opCase(derived("tile"), tileForms),
  ofMatrices(derived("trace"), (x) => ops.trace(x) as AnyTensor, { scale: scaleOfSizes }),
  ofMatrices(derived("tril"), (x) => ops.tril(x)),
  ofMatrices(derived("triu"), (x) => ops.triu(x)),
];

const pair = { slots: [{}, {}] } as const;

/** Comparisons, logic, rounding and indices: their derivative is zero wherever it exists. */
const flat: readonly OpCase[] = [
  reduction(ops.allOp, ops.all as Reducer),
  reduction(ops.anyOp, ops.any as Reducer),
  opCase(ops.argminOp, (constraints) =>
    shapeAndAxis(notEmpty(constraints)).chain(({ shape, axis }) =>
      fc.constantFrom({ axis }, { axis, keepDims: true }, {}).map((options) => ({
        slots: [{ shape, values: {} }],
        call: (x) => ops.argmin(x, options as object) as AnyTensor,
        options,
      })),
    ),
  ),
  unary(derived("ceil", false), ops.ceil),
  reduction(ops.countNonZeroOp, ops.countNonZero as Reducer),
  broadcasting(ops.greaterOp, ops.greater, pair),
  broadcasting(ops.greaterEqualOp, ops.greaterEqual, pair),
  unary(ops.isFiniteOp, ops.isFinite),
  unary(ops.isInfiniteOp, ops.isInfinite),
  unary(ops.isNaNOp, ops.isNaN),
  broadcasting(ops.lessEqualOp, ops.lessEqual, pair),
  broadcasting(ops.logicalAndOp, ops.logicalAnd, pair),
  unary(ops.logicalNotOp, ops.logicalNot),
  broadcasting(ops.logicalOrOp, ops.logicalOr, pair),
  broadcasting(ops.logicalXorOp, ops.logicalXor, pair),
  broadcasting(ops.notEqualOp, ops.notEqual, pair),
  opCase(derived("oneHot", false), (constraints) =>
    shapes(constraints).map((shape) => ({
      slots: [{ shape, values: { indicesBelow: 3 } }],
      call: (indices) => ops.oneHot(indices, 3) as AnyTensor,
      options: 3,
    })),
  ),
  unary(ops.roundOp, ops.round),
  unary(ops.signOp, ops.sign),
  unary(derived("trunc", false), ops.trunc),
];

/** A case for every op and every function of `@adjoint/ops`. */
export const opsCases: readonly OpCase[] = [...smooth, ...imageCases, ...flat];
