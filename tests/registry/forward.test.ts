import { caseTitle, engineCases, jvpcheck, opsCases, smoothSamples, strict } from "@adjoint/testing";
import fc from "fast-check";
import { describe, test } from "vitest";
import { runs } from "./runs.ts";

const cases = [...engineCases, ...opsCases].filter(({ isSmooth }) => isSmooth);

describe("forward mode of each op agrees with central differences and with reverse mode", () => {
  test.for(cases.map((one) => [caseTitle(one), one] as const))("%s", ([, one]) => {
    fc.assert(
      fc.property(smoothSamples(one), ({ form, inputs }) => {
        jvpcheck(form.call, [...inputs], strict);
      }),
      runs(),
    );
  });
});
