import {
  apply,
  composite,
  type DType,
  expm1,
  type FloatOf,
  less,
  mul,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { productError } from "@adjoint/tensor/special";
import { negativePart } from "./elu.ts";

const SCALE = 1.0507009873554805;

// λα in two numbers, since λ times the rounded α times the rest would be off by 2.6 ulp.
const PRODUCT = 1.7580993408473768;
const PRODUCT_LOW = 1.41535193800845e-17;

function scalarSelu(x: number): number {
  if (!(x < 0)) return SCALE * x;
  const decay = Math.expm1(x);
  const product = PRODUCT * decay;
  // The error of a product of subnormals is not representable.
  if (x > -1e-280) return product;
  return product + (productError(PRODUCT, decay, product) + PRODUCT_LOW * decay);
}

export const seluOp: Op = composite("selu", {
  scalar: scalarSelu,
  lower: ([x]) => where(less(0, x), mul(SCALE, x), mul(PRODUCT, expm1(negativePart(x)))),
});

/**
 * Self-normalising unit `λ elu(x)` with α = 1.67326… and λ = 1.05070… (Klambauer, Unterthiner, Mayr and Hochreiter 2017).
 * Shape: any, elementwise. Gradient: λ times that of {@link elu}. Numerics: at most 1.5 ulp.
 */
export function selu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(seluOp, [x]) as Tensor<S, FloatOf<D>>;
}
