import { type AnyTensor, abs, type Op, type Shape } from "@adjoint/tensor";
import fc from "fast-check";
import { axesOf, axisOf, broadcastableShapes, type ShapeConstraints, shapes } from "../arbitraries/shapes.ts";
import type { Domain } from "../arbitraries/tensors.ts";
import type { OpCase, OpForm, Slot } from "./op-case.ts";

/** The op of a case, or for a function made of others its name and whether it has a derivative. */
export type Subject = Op | { readonly name: string; readonly isSmooth: boolean };

/** What a case may say beside its op and forms. */
export type CaseOptions = Partial<
  Pick<OpCase, "variant" | "isSmooth" | "ulps" | "scale" | "loweringUlps" | "edges" | "dtypes">
>;

/** A case with its forms written out. */
export function opCase(subject: Subject, forms: OpCase["forms"], options: CaseOptions = {}): OpCase {
  const common = "kind" in subject ? { op: subject, isSmooth: subject.differentiable } : subject;
  return { name: subject.name, ...common, forms, ...options };
}

/** An elementwise op of one tensor. */
export function unary(
  subject: Subject,
  call: (x: AnyTensor) => AnyTensor,
  { domain = {}, ...options }: { domain?: Domain } & CaseOptions = {},
): OpCase {
  return opCase(
    subject,
    (constraints) => shapes(constraints).map((shape) => ({ slots: [{ shape, values: domain }], call })),
    options,
  );
}

/** An elementwise op of one tensor with options. */
export function unaryWith<Options>(
  subject: Subject,
  call: (x: AnyTensor, options: Options) => AnyTensor,
  {
    choices,
    domain = () => ({}),
    ...options
  }: { choices: fc.Arbitrary<Options>; domain?: (options: Options) => Domain } & CaseOptions,
): OpCase {
  return opCase(
    subject,
    (constraints) =>
      fc.tuple(shapes(constraints), choices).map(([shape, chosen]) => ({
        slots: [{ shape, values: domain(chosen) }],
        call: (x) => call(x, chosen),
        options: chosen,
      })),
    options,
  );
}

/** An elementwise op of several tensors that broadcast with each other. A slot is a domain, or `"bool"`. */
export function broadcasting(
  subject: Subject,
  call: (...operands: never[]) => unknown,
  { slots, ...options }: { slots: readonly Slot["values"][] } & CaseOptions,
): OpCase {
  return opCase(
    subject,
    (constraints) =>
      broadcastableShapes(slots.length, constraints).map((all) => ({
        slots: slots.map((values, i) => ({ shape: all[i], values })),
        call: call as OpForm["call"],
      })),
    options,
  );
}

/** Values whose order small steps do not change: those of the second tensor lie between those of the first. */
export const interleaved: readonly [Domain, Domain] = [
  { min: -3, max: 3, spacing: 0.25 },
  { min: -3, max: 3, spacing: 0.25, offset: 0.125 },
];

/** What a reduction is given. */
export interface ReductionOptions {
  readonly axis?: number | number[];
  readonly keepDims?: boolean;
}

/** Options of a reduction of this shape, without those that are left to their defaults. */
export function reductionOptions(shape: Shape): fc.Arbitrary<ReductionOptions> {
  return fc.tuple(axesOf(shape), fc.option(fc.boolean(), { nil: undefined })).map(([axis, keepDims]) => ({
    ...(axis === undefined ? {} : { axis }),
    ...(keepDims === undefined ? {} : { keepDims }),
  }));
}

/** A reduction along axes. */
export function reduction(
  subject: Subject,
  call: (x: AnyTensor, options: ReductionOptions) => AnyTensor,
  {
    domain = {},
    allowsEmpty = true,
    maxSize,
    ...options
  }: { domain?: Domain; allowsEmpty?: boolean; maxSize?: number } & CaseOptions = {},
): OpCase {
  const sized = (constraints: ShapeConstraints): ShapeConstraints =>
    maxSize === undefined ? constraints : { ...constraints, maxSize };
  return opCase(
    subject,
    (constraints) =>
      shapes(sized(allowsEmpty ? constraints : notEmpty(constraints))).chain((shape) =>
        reductionOptions(shape).map((chosen) => ({
          slots: [{ shape, values: domain }],
          call: (x) => call(x, chosen),
          options: chosen,
        })),
      ),
    options,
  );
}

/** An op along one axis, the last or first by default. */
export function alongAxis(
  subject: Subject,
  call: (x: AnyTensor, options: { axis?: number }) => AnyTensor,
  { domain = {}, ...options }: { domain?: Domain } & CaseOptions = {},
): OpCase {
  return opCase(
    subject,
    (constraints) =>
      shapeAndAxis(constraints).chain(({ shape, axis }) =>
        fc.constantFrom({ axis }, {}).map((chosen) => ({
          slots: [{ shape, values: domain }],
          call: (x) => call(x, chosen),
          options: chosen,
        })),
      ),
    options,
  );
}

/** A shape of at least one axis with one of its axes, counted from either end. */
export function shapeAndAxis(constraints: ShapeConstraints): fc.Arbitrary<{ shape: Shape; axis: number }> {
  return shapes({ ...constraints, minRank: 1 }).chain((shape) =>
    axisOf(shape).map((axis) => ({ shape, axis })),
  );
}

/** One of something for each axis. */
export function perAxis<T>(shape: Shape, one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: shape.length, maxLength: shape.length });
}

/** The constraints without dimensions of 0. */
export function notEmpty(constraints: ShapeConstraints): ShapeConstraints {
  return { ...constraints, minDimension: Math.max(1, constraints.minDimension ?? 1) };
}

/** Bound of a sum's rounding: the same call on absolute values. */
export function scaleOfSizes({ call }: OpForm, inputs: readonly AnyTensor[]): AnyTensor {
  return call(...inputs.map((x) => (x.dtype === "bool" ? x : abs(x))));
}
