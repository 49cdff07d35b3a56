import {
  type AnyTensor,
  type DType,
  isFloat,
  type Op,
  type Shape,
  shapeText,
  sizeOf,
  tensor,
} from "@adjoint/tensor";
import fc from "fast-check";
import type { ShapeConstraints } from "../arbitraries/shapes.ts";
import { type Domain, dtypes, tensors, tensorsIn } from "../arbitraries/tensors.ts";

/** An input of an op: its shape, and what it may hold. A {@link Domain} is for floats, which are differentiated. */
export interface Slot {
  readonly shape: Shape;
  readonly values: Domain | { readonly indicesBelow: number } | "bool" | "int32";
}

/** One way to call an op: the shapes of its inputs, and the call with its options. */
export interface OpForm {
  readonly slots: readonly Slot[];
  readonly call: (...inputs: AnyTensor[]) => AnyTensor;
  /** The options of the call, for messages. */
  readonly options?: unknown;
}

/** What a property needs to know to test an op: how it may be called, with what, and how exact its kernels must be. */
export interface OpCase {
  /** The name of the function. */
  readonly name: string;
  /** What sets this case apart from others of the same function: `with a mask`. */
  readonly variant?: string;
  /** The op behind the function; none for a function that is made of others. */
  readonly op?: Op;
  /** Are derivatives checked? Not those of comparisons, which are zero, nor of what has none in float64. */
  readonly isSmooth: boolean;
  /** Any call: broadcasting, axes, options. */
  readonly forms: (constraints: ShapeConstraints) => fc.Arbitrary<OpForm>;
  /**
   * How far two implementations may be apart, in units of the last place of the result, or of `scale` where that is
   * larger. Default 2 with a kernel of its own, 8 without.
   */
  readonly ulps?: number;
  /** The size of what is added up, which bounds the rounding of a sum: the same call on absolute values, as a rule. */
  readonly scale?: (form: OpForm, inputs: readonly AnyTensor[]) => AnyTensor;
  /** The same for a composite's lowering against its own kernel, since each step of a lowering rounds. Default 8. */
  readonly loweringUlps?: number | Readonly<Record<"float32" | "float64", number>>;
  /**
   * Special values to compare at, beside the domain, for an op whose implementations may differ at others: where a product
   * overflows depends on the order of its factors. Default {@link edgeValues}.
   */
  readonly edges?: readonly number[];
  /** The dtypes that the inputs of a {@link Domain} may have. Default all. */
  readonly dtypes?: readonly DType[];
}

/** What test reports call a case. */
export function caseTitle({ name, variant }: OpCase): string {
  return variant === undefined ? name : `${name} ${variant}`;
}

/** An op with inputs: what properties are about. It prints as the call. */
export class OpSample {
  readonly name: string;
  readonly form: OpForm;
  readonly inputs: readonly AnyTensor[];

  constructor(name: string, form: OpForm, inputs: readonly AnyTensor[]) {
    this.name = name;
    this.form = form;
    this.inputs = inputs;
  }

  /** The call on these inputs, or on others of the same shapes. */
  call(...inputs: AnyTensor[]): AnyTensor {
    return this.form.call(...(inputs.length > 0 ? inputs : this.inputs));
  }

  toString(): string {
    const texts = this.inputs.map((input) => {
      const values = Array.from(input.toTypedArray(), (x) => (Object.is(x, -0) ? "-0" : String(x)));
      return `tensor([${values.join(", ")}], ${shapeText(input.shape)}, { dtype: "${input.dtype}" })`;
    });
    const options = this.form.options === undefined ? [] : [JSON.stringify(this.form.options)];
    return `${this.name}(${[...texts, ...options].join(", ")})`;
  }
}

type Floats = (shape: Shape, domain: Domain) => fc.Arbitrary<AnyTensor>;

function fillSlot({ shape, values }: Slot, floats: Floats): fc.Arbitrary<AnyTensor> {
  const size = sizeOf(shape);
  if (values === "bool") return tensors("bool", shape);
  if (values === "int32") return tensors("int32", shape);
  if (!("indicesBelow" in values)) return floats(shape, values);
  return fc
    .array(fc.nat({ max: values.indicesBelow - 1 }), { minLength: size, maxLength: size })
    .map((indices) => tensor(indices, shape, { dtype: "int32" }) as AnyTensor);
}

function samplesOf(one: OpCase, constraints: ShapeConstraints, floats: Floats): fc.Arbitrary<OpSample> {
  return one.forms(constraints).chain((form) => {
    const inputs = form.slots.map((slot) => fillSlot(slot, floats));
    return fc.tuple(...inputs).map((filled) => new OpSample(caseTitle(one), form, filled));
  });
}

/** What samples are made of. */
export interface SampleOptions extends ShapeConstraints {
  /** The dtype of the float inputs; each its own, any, when it is left out. */
  readonly dtype?: DType;
}

/** Calls with float64 inputs (or of a named dtype) inside the op's domain, where it has a derivative. */
export function smoothSamples(
  one: OpCase,
  { dtype = "float64", ...constraints }: SampleOptions = {},
): fc.Arbitrary<OpSample> {
  return samplesOf(one, { maxSize: 8, ...constraints }, (shape, domain) =>
    tensorsIn(shape, domain, { dtype }),
  );
}

/** Calls with inputs of one dtype, or of mixed ones, with edge values and empty axes: for comparing values. */
export function edgeSamples(
  one: OpCase,
  { dtype, ...constraints }: SampleOptions = {},
): fc.Arbitrary<OpSample> {
  const { edges } = one;
  const allowed = one.dtypes === undefined ? dtypes : fc.constantFrom(...one.dtypes);
  const fill = (shape: Shape, domain: Domain, own: DType): fc.Arbitrary<AnyTensor> =>
    edges === undefined
      ? tensors(own, shape)
      : tensorsIn(
          shape,
          { ...domain, favour: edges.filter((edge) => isFloat(own) || Number.isInteger(edge)) },
          { dtype: own },
        );
  const common = dtype === undefined ? fc.oneof(allowed, fc.constant(undefined)) : fc.constant(dtype);
  return common.chain((chosen) =>
    samplesOf(one, { minDimension: 0, ...constraints }, (shape, domain) =>
      chosen === undefined ? allowed.chain((own) => fill(shape, domain, own)) : fill(shape, domain, chosen),
    ),
  );
}
