import { apply } from "../graph/apply.ts";
import { IndexError, OptionError } from "../graph/errors.ts";
import { checkIndexDType, type Op, primitive } from "../graph/op.ts";
import type { DType } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";

/** What is checked: `0 ≤ index < below`, or `index = except`; and the sentence of the error, `{value}` for the index. */
type CheckIndexAttributes = {
  readonly below: number;
  readonly except: number | undefined;
  readonly op: string;
  readonly message: string;
};

export const checkIndexPrimitive: Op = primitive<CheckIndexAttributes>("checkIndex", {
  accepts: ([dtype]) => [checkIndexDType("checkIndex", dtype as DType)],
  differentiable: false,
  checks: true,
  reference([indices], output, { below, except, op, message }) {
    for (let i = 0; i < indices.values.length; i++) {
      const index = indices.values[i];
      if ((index < 0 || index >= below) && index !== except)
        throw new IndexError(op, message.replace("{value}", String(index)));
    }
    output.values.set(indices.values);
  },
});

/**
 * `indices` unchanged, after a check when run that each is from 0 to `below − 1`, or equal to `except`; otherwise the
 * program stops before it writes any state, with an {@link IndexError} of the given sentence (`{value}` is the index).
 * Throws {@link OptionError} unless `below` is a whole number from 0.
 */
export function checkIndex(
  indices: AnyTensor,
  below: number,
  { op, message, except }: { op: string; message: string; except?: number | undefined },
): AnyTensor {
  checkIndexDType(op, indices.dtype);
  if (!(Number.isInteger(below) && below >= 0))
    throw new OptionError(op, `checkIndex: indices below ${below}; expected a whole number from 0`);
  return apply(checkIndexPrimitive, [indices], { below, except, op, message });
}
