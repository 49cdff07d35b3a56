import { apply } from "../graph/apply.ts";
import { atOwnLines } from "../graph/callSite.ts";
import { GraphError, ShapeError } from "../graph/errors.ts";
import { composite, isParameterVersion, type Op } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { aliasOp } from "./alias.ts";
import { ClosureOps, closeOver, type Outline, outputsFor } from "./closure.ts";
import { asWeakTensors } from "./grad.ts";

/** What a custom rule is given. */
export interface CustomGradientContext<Args extends readonly unknown[], Y> {
  /** The arguments of the call. */
  readonly inputs: Args;
  /** What the function gave. */
  readonly output: Y;
  /** Derivative of the final result by the output, of its shape. */
  readonly cotangent: Y;
}

/**
 * `fn` with the gradient rule `rule` in place of its own: `rule({ inputs, output, cotangent })` gives the cotangent of
 * each argument, `undefined` where it is zero. The rule is written in ops, so it can be differentiated again.
 * `fn` takes tensors and gives one tensor. Throws {@link GraphError} when it reads from outside what derivatives are taken
 * of, a parameter or another function's argument, since that gradient would be lost: pass it as an argument.
 */
export function customGradient<Args extends readonly AnyTensor[], Y extends AnyTensor>(
  fn: (...args: Args) => Y,
  rule: (context: CustomGradientContext<Args, Y>) => readonly (AnyTensor | undefined)[],
): (...args: Args) => Y {
  const ops = new ClosureOps<Op>();

  function opOf(closure: Outline): Op {
    const { standIns, outputs } = closure;
    return composite("customGradient", {
      userRule: true,
      accepts: (dtypes) => dtypes,
      shape: () => outputs[0].shape,
      dtype: () => outputs[0].dtype,
      lower: (inputs) => outputsFor(closure, inputs)[0],
      vjp(node) {
        const inputs = node.inputs.slice(0, standIns.length) as unknown as Args;
        const given = atOwnLines(() =>
          rule({ inputs, output: node.output as Y, cotangent: node.cotangent as Y }),
        );
        if (Array.isArray(given) && given.length === standIns.length) return given;
        throw new GraphError(
          "customGradient",
          `the rule gives ${Array.isArray(given) ? `${given.length} cotangents` : "no array"}; expected an array with one for each ` +
            `of the ${standIns.length} arguments, undefined where it is zero`,
        );
      },
    });
  }

  return (...args) => {
    const given = asWeakTensors(args) as readonly AnyTensor[];
    const closure = closeOver(fn as (...args: never[]) => unknown, given);
    const { captured, outputs, value } = closure;
    if (!(value instanceof Tensor))
      throw new ShapeError("customGradient", "the function must give one tensor");
    const outside = new Set(captured);
    for (const node of topologicalOrder(outputs, (one) => outside.has(one) || !one.op.differentiable)) {
      if (outside.has(node)) refuseVariable(node);
    }
    return apply(ops.of(closure, opOf), [...given, ...captured]) as Y;
  };
}

/** Throws when a derivative may flow into `captured`, which the rule says nothing of. */
function refuseVariable(captured: AnyTensor): void {
  const isConstant = topologicalOrder([captured], (node) => !node.op.differentiable).every(
    (node) => !isParameterVersion(node) && node.op !== aliasOp && node.memo.dropped !== "parameter",
  );
  if (isConstant) return;
  const what = isParameterVersion(captured)
    ? "a parameter"
    : "what depends on a parameter or on a differentiated argument";
  throw new GraphError(
    "customGradient",
    `the function reads ${what}, of shape ${shapeText(captured.shape)}, which would get no gradient; pass it as an argument, ` +
      "or wrap it in stopGradient()",
  );
}
