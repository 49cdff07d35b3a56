import { standInFor } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import { type AnyTensor, nextId, withInputs } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { replaceTensors, treeTensors } from "../graph/tree.ts";
import { stabilise } from "../stabilise/pass.ts";

/** A function as a graph: its arguments' stand-ins, what it uses from outside, and its results. */
export interface Closure {
  readonly standIns: readonly AnyTensor[];
  /** Nodes that were there before the function ran, data that it made, and parameters. */
  readonly captured: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
  /** The result as the function gave it. */
  readonly value: unknown;
}

/** Runs `fn` on stand-ins for `inputs` and finds everything it reads from outside. */
export function closeOver(fn: (...args: never[]) => unknown, args: readonly unknown[]): Closure {
  return keepingHistory(() => {
    const start = nextId();
    const standIns = treeTensors(args).map(standInFor);
    const value = fn(...(replaceTensors(args, standIns) as never[]));
    const results = treeTensors(value).map((tensor) => tensor.current());
    const known = new Set(standIns);
    const isOutside = ({ id, op, memo }: AnyTensor): boolean =>
      id < start || op === leaves.parameter || memo.storage !== undefined;
    // No pass looks into the op that this becomes.
    const outputs = stabilise(results, { isGiven: (node) => known.has(node) || isOutside(node) });
    const captured = topologicalOrder(outputs, isOutside).filter(
      (node) => isOutside(node) && !known.has(node),
    );
    return { standIns, captured, outputs, value };
  });
}

/** The outputs with nodes replaced: the same ops on other inputs. `remade` makes them; without it, nodes above no replaced one stay. */
export function substitute(
  outputs: readonly AnyTensor[],
  replacements: ReadonlyMap<AnyTensor, AnyTensor>,
  remade: typeof withInputs = withInputs,
): AnyTensor[] {
  return keepingHistory(() => {
    const done = new Map(replacements);
    for (const node of topologicalOrder(outputs, (one) => done.has(one))) {
      if (done.has(node)) continue;
      const inputs = node.inputs.map((input) => done.get(input) as AnyTensor);
      done.set(
        node,
        derivingFrom(node, () => remade(node, inputs)),
      );
    }
    return outputs.map((output) => done.get(output) as AnyTensor);
  });
}
