import { type AnyTensor, abs, isFloat, type Op, type Operand } from "@adjoint/tensor";
import fc from "fast-check";
import { axesOf, broadcastableShapes, type ShapeConstraints, shapes } from "../arbitraries/shapes.ts";
import type { Domain } from "../arbitraries/tensors.ts";
import type { OpCase, OpForm, Slot } from "./op-case.ts";

type Accuracy = Partial<Pick<OpCase, "name" | "ulps" | "scale" | "loweringUlps">>;

/** An elementwise op of one tensor. */
export function unary(
  op: Op,
  call: (x: AnyTensor) => AnyTensor,
  { domain = {}, ...accuracy }: { domain?: Domain } & Accuracy = {},
): OpCase {
  return {
    name: op.name,
    op,
    forms: (constraints) =>
      shapes(constraints).map((shape) => ({ slots: [{ shape, values: domain }], call })),
    ...accuracy,
  };
}

/** An elementwise op of one tensor with options. */
export function unaryWith<Options>(
  op: Op,
  call: (x: AnyTensor, options: Options) => AnyTensor,
  {
    options,
    domain = () => ({}),
    ...accuracy
  }: {
    options: fc.Arbitrary<Options>;
    domain?: (options: Options) => Domain;
  } & Accuracy,
): OpCase {
  return {
    name: op.name,
    op,
    forms: (constraints) =>
      fc.tuple(shapes(constraints), options).map(([shape, chosen]) => ({
        slots: [{ shape, values: domain(chosen) }],
        call: (x) => call(x, chosen),
        options: chosen,
      })),
    ...accuracy,
  };
}

/** An elementwise op of several tensors that broadcast with each other. A slot is a domain, or `"bool"`. */
export function broadcasting(
  op: Op,
  call: (...operands: never[]) => unknown,
  { slots, ...accuracy }: { slots: readonly Slot["values"][] } & Accuracy,
): OpCase {
  return {
    name: op.name,
    op,
    forms: (constraints) =>
      broadcastableShapes(slots.length, constraints).map((all) => ({
        slots: slots.map((values, i) => ({ shape: all[i], values })),
        call: call as OpForm["call"],
      })),
    ...accuracy,
  };
}

/** Values whose order small steps do not change: those of the second tensor lie between those of the first. */
export const interleaved: readonly Domain[] = [
  { min: -3, max: 3, spacing: 0.25 },
  { min: -3, max: 3, spacing: 0.25, offset: 0.125 },
];

/** What a reduction is given. */
export interface ReductionOptions {
  readonly axis?: number | number[];
  readonly keepDims?: boolean;
}

/** Options without those that are undefined. */
export function reductionOptions(shape: readonly number[]): fc.Arbitrary<ReductionOptions> {
  return fc.tuple(axesOf(shape), fc.option(fc.boolean(), { nil: undefined })).map(([axis, keepDims]) => ({
    ...(axis === undefined ? {} : { axis }),
    ...(keepDims === undefined ? {} : { keepDims }),
  }));
}

/** A reduction along axes. */
export function reduction(
  op: Op,
  call: (x: AnyTensor, options: ReductionOptions) => AnyTensor,
  {
    domain = {},
    allowsEmpty = true,
    ...accuracy
  }: { domain?: Domain; allowsEmpty?: boolean } & Accuracy = {},
): OpCase {
  return {
    name: op.name,
    op,
    forms: (constraints) =>
      shapes(allowsEmpty ? constraints : notEmpty(constraints)).chain((shape) =>
        reductionOptions(shape).map((options) => ({
          slots: [{ shape, values: domain }],
          call: (x) => call(x, options),
          options,
        })),
      ),
    ...accuracy,
  };
}

/** The constraints without dimensions of 0. */
export function notEmpty(constraints: ShapeConstraints): ShapeConstraints {
  return { ...constraints, minDimension: Math.max(1, constraints.minDimension ?? 1) };
}

/** Bound of a sum's rounding: the same call on absolute values. */
export function scaleOfSizes({ call }: OpForm, inputs: readonly AnyTensor[]): AnyTensor {
  return call(...inputs.map((x) => (isFloat(x.dtype) ? abs(x) : x)));
}

/** A function of tensors and numbers as a function of tensors. */
export function onTensors(fn: (a: never, b: never) => unknown): (a: Operand, b: Operand) => AnyTensor {
  return fn as (a: Operand, b: Operand) => AnyTensor;
}
