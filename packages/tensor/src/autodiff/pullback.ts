import { convert } from "../graph/apply.ts";
import { derivingFrom } from "../graph/callSite.ts";
import { isFloat } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { isParameterVersion } from "../graph/op.ts";
import { sameShape, shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { add } from "../primitives/add.ts";
import { alias } from "./alias.ts";
import { fitShape } from "./fitShape.ts";
import { either, inputMasks, onlyWhere, passesZeros } from "./masks.ts";

/** The cotangents that one node passes to its inputs. */
function inputCotangents(node: AnyTensor, cotangent: AnyTensor): readonly (AnyTensor | undefined)[] {
  const { op, inputs, attributes } = node;
  if (!op.differentiable) return [];
  if (op.vjp) return op.vjp({ inputs, output: node, cotangent, attributes });
  if (op.lower) {
    const standIns = inputs.map(alias);
    return pullback([op.lower(standIns, attributes)], [cotangent], standIns);
  }
  throw new GraphError(op.name, "the op has no gradient rule");
}

/**
 * Reverse-mode differentiation as a function from graph to graph: the cotangents of the nodes `wanted`, given those of
 * `outputs`. `undefined` where no output depends on the node. No number is computed.
 * Source: Griewank and Walther 2008, ch. 3.
 */
export function pullback(
  outputs: readonly AnyTensor[],
  cotangents: readonly AnyTensor[],
  wanted: readonly AnyTensor[],
): (AnyTensor | undefined)[] {
  const wantedSet = new Set(wanted);
  const oldest = wanted.reduce((id, node) => Math.min(id, node.id), Number.POSITIVE_INFINITY);
  const order = topologicalOrder(outputs, (node) => node.id < oldest || !node.op.differentiable);
  const leads = new Set<AnyTensor>();
  for (const node of order) {
    if (wantedSet.has(node) || node.inputs.some((input) => leads.has(input))) leads.add(node);
    else if (mayHideAny(node, wanted)) refuseDropped(node);
  }
  const found = new Map<AnyTensor, AnyTensor>();
  const counts = new Map<AnyTensor, AnyTensor | undefined>();
  const accumulate = (node: AnyTensor, cotangent: AnyTensor, mask: AnyTensor | undefined): void => {
    const sofar = found.get(node);
    found.set(node, sofar === undefined ? cotangent : (add(sofar, cotangent) as AnyTensor));
    counts.set(node, sofar === undefined ? mask : either(counts.get(node), mask));
  };
  const passBack = (node: AnyTensor, cotangent: AnyTensor): void => {
    const mask = counts.get(node);
    const passed = inputCotangents(node, cotangent);
    const masks = mask === undefined && node.op.selects === undefined ? [] : inputMasks(node, mask);
    const isSafe = mask === undefined || passesZeros(node);
    node.inputs.forEach((input, k) => {
      const one = passed[k];
      if (one === undefined || !leads.has(input) || !isFloat(input.dtype)) return;
      const inputMask = masks[k];
      if (isSafe || inputMask === undefined) accumulate(input, fitCotangent(input, one), inputMask);
      // Before the sum over stretched axes where it can be, so that what is not selected does not reach the sum.
      else if (sameShape(one.shape, node.shape) && node.op.elementwise)
        accumulate(input, fitCotangent(input, onlyWhere(mask, one)), inputMask);
      else accumulate(input, onlyWhere(inputMask, fitCotangent(input, one)), inputMask);
    });
  };
  outputs.forEach((output, i) => {
    if (isFloat(output.dtype)) accumulate(output, fitCotangent(output, cotangents[i]), undefined);
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const cotangent = found.get(node);
    if (cotangent === undefined || !node.inputs.some((input) => leads.has(input))) continue;
    derivingFrom(node, () => passBack(node, cotangent), true);
  }
  return wanted.map((node) => found.get(node));
}

function fitCotangent(node: AnyTensor, cotangent: AnyTensor): AnyTensor {
  return convert(fitShape(cotangent, node.shape), node.dtype);
}

/** May one of `wanted` have been in the history that the node dropped? */
function mayHideAny({ id, memo }: AnyTensor, wanted: readonly AnyTensor[]): boolean {
  return (
    memo.dropped !== false &&
    wanted.some((one) => one.id < id && (memo.dropped === "parameter" || !isParameterVersion(one)))
  );
}

function refuseDropped(node: AnyTensor): never {
  throw new GraphError(
    "backward",
    `the history of an earlier ${node.op.name} ${shapeText(node.shape)} was dropped since it was over the limit, so its gradient is ` +
      "unknown; put the step in compile(), stopGradient() what steps take over from those before, differentiate before the history " +
      "grows, or raise setHistoryLimit()",
  );
}

/** The parameter versions that derivatives of `outputs` reach. */
export function parameterLeaves(outputs: readonly AnyTensor[]): AnyTensor[] {
  // A version that was assigned in a traced function has the value as its input, which no derivative goes through.
  const order = topologicalOrder(outputs, (node) => node.memo.isConstant || isParameterVersion(node));
  for (const node of order) if (node.memo.dropped === "parameter") refuseDropped(node);
  return order.filter(isParameterVersion);
}
