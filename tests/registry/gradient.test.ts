import { gradcheck, engineCases as opCases, smoothSamples, strict } from "@adjoint/testing";
import fc from "fast-check";
import { describe, test } from "vitest";
import { runs } from "./runs.ts";

const differentiable = opCases.filter(({ op, valuesOnly }) => op.differentiable && !valuesOnly);

describe("the gradient of each op agrees with central differences", () => {
  test.for(differentiable)("$name", (one) => {
    fc.assert(
      fc.property(smoothSamples(one), ({ form, inputs }) => {
        gradcheck(form.call, [...inputs], strict);
      }),
      runs(),
    );
  });
});
