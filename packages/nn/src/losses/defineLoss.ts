import { type AnyTensor, OptionError, Tensor } from "@adjoint/tensor";
import type { Metric } from "../metrics/metric.ts";
import { checkOptions } from "../options.ts";
import type { LossOptions, LossParts, LossProperties } from "./loss-types.ts";
import { checkFloat, reductions } from "./reduce.ts";

/** A loss as its definition gives it: without the types that check a call. */
export interface LossDefinition<Options extends LossOptions> {
  readonly name: string;
  /** What the first argument is called: `"logits"`. */
  readonly outputs: string;
  /** Every option there is. */
  readonly optionNames: Record<keyof Options, true>;
  /** The accuracy that belongs to the loss. */
  accuracy?(options: Options): Metric;
  compute(outputs: AnyTensor, targets: AnyTensor, options: Options): LossParts;
}

/** A loss: a function that can be given its options beforehand by `with`. */
export interface UntypedLoss<Options extends LossOptions> extends LossProperties<Options> {
  (outputs: AnyTensor, targets: AnyTensor, options?: Options): AnyTensor;
  with(options: Options): UntypedLoss<Options>;
}

/** Makes a loss of its definition: checks arguments and options, and adds `with`. */
export function defineLoss<Options extends LossOptions>(
  definition: LossDefinition<Options>,
  preset: Options = {} as Options,
): UntypedLoss<Options> {
  const { name, outputs: outputsName, optionNames, compute } = definition;

  function check(options: Options): Options {
    checkOptions(name, options, optionNames);
    const { reduction } = options;
    if (reduction !== undefined && !reductions.includes(reduction)) {
      throw new OptionError(
        name,
        `reduction is ${JSON.stringify(reduction)}; expected "mean", "sum" or "none"`,
      );
    }
    return options;
  }

  function parts(outputs: AnyTensor, targets: AnyTensor, options?: Options): LossParts {
    const given: unknown[] = [outputs, targets];
    if (!given.every((one) => one instanceof Tensor)) {
      throw new OptionError(name, `expected ${outputsName}, labels and options; the first two are tensors`);
    }
    checkFloat(name, outputsName, outputs);
    return compute(outputs, targets, options === undefined ? preset : { ...preset, ...check(options) });
  }

  const loss = (outputs: AnyTensor, targets: AnyTensor, options?: Options): AnyTensor =>
    parts(outputs, targets, options).value;

  const properties = {
    name,
    options: preset,
    accuracy: definition.accuracy?.(preset),
    parts: (outputs: AnyTensor, targets: AnyTensor) => parts(outputs, targets),
    with: (options: Options) => defineLoss(definition, { ...preset, ...check(options) }),
  };
  const descriptors = Object.entries(properties).map(([key, value]) => [key, { value, enumerable: true }]);
  return Object.defineProperties(loss, Object.fromEntries(descriptors)) as UntypedLoss<Options>;
}
