import { maxPool2dGradientOp } from "@adjoint/ops";
import { type AnyTensor, type Op, sizeOf } from "@adjoint/tensor";
import { largestWindow } from "../kernels/maxPoolGradient.ts";
import { mathFunctionOf } from "../loop/mathFunctions.ts";

/** Composites that are no loops over elements and have a kernel, and for which of their forms it is. */
const supported: ReadonlyMap<Op, (node: AnyTensor) => boolean> = new Map([[maxPool2dGradientOp, isTiling]]);

/** Windows of float32 that neither overlap nor reach over the edges. */
function isTiling({ inputs, attributes }: AnyTensor): boolean {
  const { window, stride, padding } = attributes as {
    window: readonly number[];
    stride: readonly number[];
    padding: readonly (readonly [number, number])[];
  };
  return (
    inputs.every(({ dtype }) => dtype === "float32") &&
    sizeOf(window) <= largestWindow &&
    stride.every((step, axis) => step === window[axis]) &&
    padding.flat().every((count) => count === 0)
  );
}

/** Is the composite computed by code of its own? In float64 the definition of an elementwise one is called where there is none. */
export function isNative(node: AnyTensor): boolean {
  const { op, dtype } = node;
  if (op.scalar === undefined) return supported.get(op)?.(node) ?? false;
  return mathFunctionOf(op, dtype) !== undefined || dtype === "float64";
}
