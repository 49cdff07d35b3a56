import {
  type AnyTensor,
  isTraining,
  mul,
  parameter,
  random,
  type Shape,
  type Tensor,
  where,
  zerosLike,
} from "@adjoint/tensor";
import { layer, type SameShapeLayer } from "./layer.ts";
import { checkNumber, checkOptions } from "./options.ts";
import { nextKey } from "./seed.ts";

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Decides which elements fall. Default {@link nextKey}. */
  readonly key?: random.Key;
}

/**
 * Sets each element to 0 with probability `rate` and divides the others by `1 − rate`, in training only (Srivastava et al.
 * 2014); in inference it is the identity. The mean stays the same, so that nothing is rescaled later.
 *
 * Its random key is a parameter, `key`, that each call in training advances: steps of a compiled function differ, and a
 * checkpoint goes on where it stopped. Gradient: `x̄ = ȳ / (1 − rate)` where the element stayed, else 0.
 * Throws `OptionError` unless the rate is from 0 to 1.
 */
export function dropout(rate: number, options: DropoutOptions = {}): SameShapeLayer {
  checkOptions("dropout", options, { key: true } satisfies Record<keyof DropoutOptions, true>);
  checkNumber("dropout", "rate", rate, { from: 0, to: 1 });
  const key = parameter(options.key ?? nextKey(), { trainable: false });

  function drop(x: AnyTensor): AnyTensor {
    if (!isTraining() || rate === 0) return x;
    if (rate === 1) return zerosLike(x);
    const [next, present] = random.split(key as random.Key);
    key.assign(next);
    const stays = random.bernoulli(present, 1 - rate, x.shape);
    return where(stays, mul(x, 1 / (1 - rate)), 0);
  }

  return layer({ key }, drop as unknown as <S extends Shape>(x: Tensor<S>) => Tensor<S>, {
    name: "dropout",
    describe: `dropout (${rate})`,
  });
}
