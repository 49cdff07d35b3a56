import { elu, gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, softplus, tanh } from "@adjoint/ops";
import type { AnyTensor } from "@adjoint/tensor";
import { nearestName, OptionError } from "@adjoint/tensor";
import { layer, type SameShapeLayer } from "./layer.ts";

/** A function that keeps the shape, applied to a layer's result. */
export type ActivationFunction = (x: AnyTensor) => AnyTensor;

/** An activation by its name. */
export type ActivationName =
  | "elu"
  | "gelu"
  | "leakyRelu"
  | "linear"
  | "logSoftmax"
  | "relu"
  | "sigmoid"
  | "silu"
  | "softmax"
  | "softplus"
  | "tanh";

const activations: Readonly<Record<ActivationName, ActivationFunction>> = {
  elu: (x) => elu(x),
  gelu: (x) => gelu(x),
  leakyRelu: (x) => leakyRelu(x),
  linear: (x) => x,
  logSoftmax: (x) => logSoftmax(x),
  relu: (x) => relu(x),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => silu(x),
  softmax: (x) => softmax(x),
  softplus: (x) => softplus(x),
  tanh: (x) => tanh(x),
};

/** An activation by name, or a function of one's own. */
export type Activation = ActivationName | ActivationFunction;

/** The function that is meant. Throws `OptionError` for an unknown name. */
export function activationFunction(op: string, given: Activation): ActivationFunction {
  if (typeof given === "function") return given;
  if (Object.hasOwn(activations, given)) return activations[given];
  const names = Object.keys(activations);
  const nearest = nearestName(String(given), names);
  throw new OptionError(
    op,
    `unknown activation ${JSON.stringify(given)}; ${nearest === undefined ? `expected a function or one of ${names.join(", ")}` : `did you mean ${JSON.stringify(nearest)}?`}`,
  );
}

/** What a summary says of an activation. */
export function activationName(given: Activation): string {
  return typeof given === "string" ? given : given.name || "function";
}

/**
 * A layer without parameters that applies an activation, for those who want it as a layer of its own: in `sequential`,
 * `activation("relu")` and `relu` do the same. Throws `OptionError` for an unknown name.
 */
export function activation(name: Activation): SameShapeLayer {
  const fn = activationFunction("activation", name);
  return layer({}, fn as never, { name: activationName(name) });
}
