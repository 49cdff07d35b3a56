import {
  type AlongOptions,
  type AnyTensor,
  type AxisOption,
  add,
  apply,
  type Beside,
  type BinaryDType,
  type Checked,
  checkOptionNames,
  composite,
  type DimensionsAt,
  div,
  equal,
  type FloatOf,
  type HasAxis,
  mul,
  normalizeAxes,
  type Op,
  OptionError,
  type OptionOf,
  type Result,
  reducedShape,
  reshape,
  ShapeError,
  type ShapeOf,
  sameShape,
  shapeText,
  sqrt,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { centred } from "./centred.ts";
import { mean } from "./mean.ts";
import { checkNumber } from "./option.ts";

/** Attributes of {@link layerNormOp}: the axes from the front, ascending, and what is added to the variance. */
type LayerNormAttributes = { readonly axes: readonly number[]; readonly epsilon: number };

function meanAlong(x: AnyTensor, axes: readonly number[]): AnyTensor {
  return mean(x, { axis: axes, keepDims: true });
}

/** `(x − mean) / √(variance + ε)`: what {@link layerNorm} scales and shifts. */
export const layerNormOp: Op = composite<LayerNormAttributes>("layerNorm", {
  lower([x], { axes, epsilon }) {
    const deviation = centred(x, axes);
    const variance = meanAlong(mul(deviation, deviation), axes);
    return div(deviation, sqrt(add(variance, epsilon)));
  },
  vjp({ inputs: [x], attributes: { axes, epsilon }, cotangent }) {
    const deviation = centred(x, axes);
    const variance = meanAlong(mul(deviation, deviation), axes);
    const shifted: AnyTensor = add(variance, epsilon);
    // Of the cotangent less its mean, the part across the deviation passes whole, and of the part along it only ε / (v + ε).
    // The textbook's g − x̂ mean(g x̂) is a difference of nearly equal numbers there: of rows of two nothing else is left.
    const isFlat = equal(variance, 0);
    const along = (g: AnyTensor): AnyTensor =>
      mul(deviation, where(isFlat, 0, div(meanAlong(mul(g, deviation), axes), where(isFlat, 1, variance))));
    const g = centred(cotangent, axes);
    const once: AnyTensor = sub(g, along(g));
    // Once leaves the rounding of g, twice is enough (Kahan, in Parlett 1998, § 6.9).
    const across: AnyTensor = sub(once, along(once));
    const kept: AnyTensor = add(across, mul(along(g), div(epsilon, shifted)));
    return [div(kept, sqrt(shifted))];
  },
});

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** The axes whose elements are normalised together; negative counts from the end. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Added to the variance. Default 1e-5, as PyTorch; Keras has 1e-3. */
  readonly epsilon?: number | undefined;
}

const optionNames: Record<keyof LayerNormOptions, true> = { axis: true, epsilon: true };

/** A scale or offset beside `x`: `[features]` for each named axis in order, 1 for the others. */
function beside(name: string, given: AnyTensor, x: AnyTensor, axes: readonly number[]): AnyTensor {
  const expected = axes.map((axis) => x.shape[axis]);
  if (!sameShape(given.shape, expected)) {
    throw new ShapeError(
      "layerNorm",
      `${name} ${shapeText(given.shape)}; expected ${shapeText(expected)}, the axes of ${shapeText(x.shape)} that are normalised`,
    );
  }
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return reshape(given, reducedShape(x.shape, others, true));
}

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): `(x − mean) / √(variance + ε) · scale + offset`, over the elements along
 * `axis` (the last by default), whose variance divides by their number. Scale and offset have the dimensions of these axes;
 * without them x is only normalised. Keeps the shape; integers and bool give float32.
 *
 * Gradient: with g = (ȳ scale − its mean) and r = 1/√(v + ε), `x̄ = r (g − x̂ mean(g x̂))`.
 * Numerics: the mean is subtracted twice, since it is rounded itself; never `E[x²] − E[x]²`. In the gradient g is taken apart
 * into what lies along x̂, of which ε/(v + ε) remains, and across it; u² v/ε of the former is lost, where the formula above
 * loses u v/ε (u is 2⁻²⁴ or 2⁻⁵³). The square of x less its mean must not overflow. A constant row gives 0. Throws {@link ShapeError} and {@link OptionError}.
 */
export function layerNorm<
  X extends AnyTensor,
  Scale extends AnyTensor | undefined = undefined,
  Offset extends AnyTensor | undefined = undefined,
  const Axis extends AxisOption = -1,
  Given = object,
>(
  x: X,
  scale?: Scale &
    Checked<
      Beside<
        "layerNorm",
        "scale",
        Scale,
        DimensionsAt<"layerNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>, -1>
      >
    >,
  offset?: Offset &
    Checked<
      Beside<
        "layerNorm",
        "offset",
        Offset,
        DimensionsAt<"layerNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>, -1>
      >
    >,
  options: LayerNormOptions &
    AlongOptions<Axis, Given> &
    Checked<HasAxis<"layerNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>>> = {} as never,
): Tensor<
  Result<HasAxis<"layerNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>>>,
  FloatOf<BinaryDType<Tensor<[], BinaryDType<X, Scale>>, Offset>>
> {
  checkOptionNames("layerNorm", options, Object.keys(optionNames));
  const { axis = -1, epsilon = 1e-5 } = options as LayerNormOptions;
  checkNumber("layerNorm", "epsilon", epsilon);
  if (epsilon < 0) throw new OptionError("layerNorm", `epsilon is ${epsilon}; expected 0 or more`);
  const axes = normalizeAxes("layerNorm", axis, x.shape);
  const normalised = apply(layerNormOp, [x], { axes, epsilon });
  const scaled: AnyTensor =
    scale === undefined ? normalised : mul(normalised, beside("scale", scale, x, axes));
  return (offset === undefined ? scaled : add(scaled, beside("offset", offset, x, axes))) as never;
}
