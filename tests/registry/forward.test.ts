import { jvpcheck, smoothSamples, strict } from "@adjoint/testing";
import fc from "fast-check";
import { describe, test } from "vitest";
import { smoothCases, titled } from "./cases.ts";
import { runs } from "./runs.ts";

describe("forward mode of each op agrees with central differences and with reverse mode", () => {
  test.for(titled(smoothCases))("%s", ([, one]) => {
    fc.assert(
      fc.property(smoothSamples(one), ({ form, inputs }) => {
        jvpcheck(form.call, [...inputs], strict);
      }),
      runs(),
    );
  });
});
