import { gradgradcheck, smoothSamples, strict } from "@adjoint/testing";
import fc from "fast-check";
import { describe, test } from "vitest";
import { smoothCases, titled } from "./cases.ts";
import { runs } from "./runs.ts";

describe("the gradient of the gradient of each op agrees with central differences", () => {
  test.for(titled(smoothCases))("%s", ([, one]) => {
    fc.assert(
      fc.property(smoothSamples(one), ({ form, inputs }) => {
        gradgradcheck(form.call, [...inputs], strict);
      }),
      runs(),
    );
  });
});
