import { caseTitle, engineCases, gradgradcheck, opsCases, smoothSamples, strict } from "@adjoint/testing";
import fc from "fast-check";
import { describe, test } from "vitest";
import { runs } from "./runs.ts";

const cases = [...engineCases, ...opsCases].filter(({ isSmooth }) => isSmooth);

describe("the gradient of the gradient of each op agrees with central differences", () => {
  test.for(cases.map((one) => [caseTitle(one), one] as const))("%s", ([, one]) => {
    fc.assert(
      fc.property(smoothSamples(one), ({ form, inputs }) => {
        gradgradcheck(form.call, [...inputs], strict);
      }),
      runs(),
    );
  });
});
