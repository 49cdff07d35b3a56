import { apply } from "../graph/apply.ts";
import { composite, type Op } from "../graph/op.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { replaceTensors, treeTensors } from "../graph/tree.ts";
import { barrier } from "../primitives/barrier.ts";
import { alias } from "./alias.ts";
import { ClosureOps, closeOver, type Outline, outputsFor } from "./closure.ts";
import { asWeakTensors } from "./grad.ts";
import { pullback } from "./pullback.ts";

/** One for each output of a closure. */
const ops = new ClosureOps<readonly Op[]>();

/** An op that computes what a closure gives, one output, from its arguments and captured nodes. */
function checkpointOp(closure: Outline): Op {
  const [output] = closure.outputs;
  const rebuild = (inputs: readonly AnyTensor[]): AnyTensor => outputsFor(closure, inputs)[0];
  return composite("checkpoint", {
    userRule: topologicalOrder([output]).some(({ op }) => op.userRule),
    accepts: (dtypes) => dtypes,
    shape: () => output.shape,
    dtype: () => output.dtype,
    lower: rebuild,
    vjp({ inputs, cotangent }) {
      const again = inputs.map((input) => alias(barrier(input)));
      return pullback([rebuild(again)], [cotangent], again);
    },
  });
}

/**
 * `fn` with its intermediate values recomputed in the backward pass instead of kept (Chen et al. 2016): memory for the
 * price of a second forward pass. Values and gradients are unchanged, also of parameters that `fn` reads. Arguments and
 * results may be trees; `fn` must not assign parameters.
 */
export function checkpoint<Args extends readonly unknown[], Y>(
  fn: (...args: Args) => Y,
): (...args: Args) => Y {
  return (...args) => {
    const given = asWeakTensors(args) as readonly unknown[];
    const closure = closeOver(fn as (...args: never[]) => unknown, given);
    const operands = [...treeTensors(given), ...closure.captured];
    const made = ops.of(closure, (outline) =>
      outline.outputs.map((output) => checkpointOp({ ...outline, outputs: [output] })),
    );
    const results = made.map((op) => apply(op, operands));
    return replaceTensors(closure.value, results) as Y;
  };
}
