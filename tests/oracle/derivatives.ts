import { type AnyTensor, compile, isFloat, tensor, vjp } from "@adjoint/tensor";
import type { CheckOptions } from "./case.ts";

/** A function of a case's inputs. */
export type CaseFunction = (...inputs: AnyTensor[]) => AnyTensor;

/** The function as it is, or compiled. */
export function asAsked<Args extends readonly AnyTensor[], R>(
  fn: (...inputs: Args) => R,
  { compiled = false }: CheckOptions,
): (...inputs: Args) => R {
  return compiled ? (compile(fn) as unknown as typeof fn) : fn;
}

/** A tensor of the dtype and shape of another. */
function tensorLike({ shape, dtype }: AnyTensor, values: readonly number[]): AnyTensor {
  return tensor(values, shape, { dtype }) as AnyTensor;
}

/** The function's value, and the cotangent of each float input; undefined for the others. */
export function valueAndCotangents(
  fn: CaseFunction,
  inputs: readonly AnyTensor[],
  cotangent: readonly number[] | undefined,
): { value: AnyTensor; cotangents: readonly (AnyTensor | undefined)[] } {
  const isDifferentiable = inputs.map(({ dtype }) => isFloat(dtype));
  const [value, pullback] = vjp(
    (...floats: AnyTensor[]) => {
      let next = 0;
      return fn(...inputs.map((input, i) => (isDifferentiable[i] ? floats[next++] : input)));
    },
    ...inputs.filter((_, i) => isDifferentiable[i]),
  );
  const seed = tensorLike(value, cotangent ?? new Array<number>(value.size).fill(1));
  const pulled = pullback(seed as never) as readonly AnyTensor[];
  let next = 0;
  return { value, cotangents: isDifferentiable.map((is) => (is ? pulled[next++] : undefined)) };
}

/** The diagonal of second derivatives of an elementwise function of one input. */
export function secondDerivatives(fn: CaseFunction, x: AnyTensor): AnyTensor {
  const first = (input: AnyTensor): AnyTensor =>
    valueAndCotangents(fn, [input], undefined).cotangents[0] as AnyTensor;
  return valueAndCotangents(first, [x], undefined).cotangents[0] as AnyTensor;
}
