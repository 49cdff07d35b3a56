import type { LoopProgram, Operand } from "@adjoint/compiler";
import { sizeOf, type Values } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import { emitLoop, loopSpec } from "../loop/emitLoop.ts";
import type { Target } from "../target.ts";
import { opSteps } from "./opSteps.ts";
import type { Step } from "./step.ts";

/** The calls that a program is made of. */
export function stepsOf(program: LoopProgram, target: Target): Step[] {
  return program.kernels.flatMap((kernel, index): Step[] => {
    if (kernel.kind === "op") return opSteps(kernel, index, target);
    const spec = loopSpec(kernel, program.buffers, target);
    return [
      {
        kind: "kernel",
        key: spec.key,
        write: (callHost) => emitLoop(spec, target, callHost),
        pointers: spec.buffers.map((buffer) => ({ buffer, offset: 0 })),
        units: spec.units,
        unitStep: spec.unitStep,
        scratchBytes: spec.scratchBytes,
        cost: spec.cost,
        isSerial: spec.usesHost,
        kernel: index,
      },
    ];
  });
}

/** An operand as a reference kernel reads it. */
export function valuesAt(
  { shape, dtype, offset }: Operand,
  address: number,
  view: (address: number, dtype: Operand["dtype"], size: number) => Values["values"],
): Values {
  return { shape, dtype, values: view(address + offset * bytesPerElement(dtype), dtype, sizeOf(shape)) };
}
