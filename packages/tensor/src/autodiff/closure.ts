import { standInFor } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import { type AnyTensor, nextId, withInputs } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { replaceTensors, treeTensors } from "../graph/tree.ts";
import { addComputed } from "../runtime/describe.ts";
import { mostPrograms, Structure, StructureCache } from "../runtime/structure.ts";
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

/** What an op keeps of a closure. */
export type Outline = Omit<Closure, "value">;

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

/**
 * Ops made of closures: the same for closures of equal graphs, so that a loop which makes one at each turn does not get another program each
 * time. They hold no values, of what is captured neither.
 */
export class ClosureOps<T> {
  readonly #made = new StructureCache<T>(mostPrograms);
  readonly #structure = new Structure();

  /** What `make` gives of the closure, or gave of one like it. */
  of(closure: Outline, make: (outline: Outline) => T): T {
    this.#describe(closure);
    const hash = this.#structure.hash();
    let made = this.#made.get(this.#structure, hash);
    if (made === undefined) {
      const row = this.#structure.copy();
      const { standIns } = closure;
      const captured = closure.captured.map(standInFor);
      made = make({ standIns, captured, outputs: outputsFor(closure, [...standIns, ...captured]) });
      this.#made.set(row, hash, made);
    }
    return made;
  }

  #describe({ standIns, captured, outputs }: Outline): void {
    const structure = this.#structure;
    const slots = new Map([...standIns, ...captured].map((node, i) => [node, i]));
    structure.clear();
    structure.add(standIns.length);
    topologicalOrder(outputs, (node) => slots.has(node)).forEach((node, place) => {
      const slot = slots.get(node);
      node.memo.place = place;
      structure.add(node.weak ? 1 : 0);
      if (slot === undefined) addComputed(structure, node);
      else {
        structure.add(-1 - slot);
        structure.addType(node.dtype, node.shape);
      }
    });
    for (const output of outputs) structure.add(output.memo.place);
  }
}

/** What the closure gives of other arguments and captured nodes, in this order. */
export function outputsFor(
  { standIns, captured, outputs }: Outline,
  inputs: readonly AnyTensor[],
): AnyTensor[] {
  const slots = [...standIns, ...captured];
  return substitute(outputs, new Map(slots.map((slot, i) => [slot, inputs[i]])));
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
