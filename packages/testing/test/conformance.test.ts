import { type Backend, lowerGraph, referenceBackend } from "@adjoint/tensor";
import { describe, test } from "vitest";
import { conformance } from "../src/index.ts";

describe("the reference interpreter keeps the laws of backends", () => {
  test.for(conformance(referenceBackend, { runs: 5 }))("$name", ({ run }) => {
    run();
  });
});

describe("so does a backend with kernels for the primitives alone", () => {
  const lowered: Backend = {
    name: "lowered",
    prepare({ inputs, outputs }) {
      const primitives = lowerGraph(outputs, new Set(inputs), ({ kind }) => kind === "primitive");
      return referenceBackend.prepare({ inputs, outputs: primitives });
    },
  };
  test.for(conformance(lowered, { runs: 20 }))("$name", ({ run }) => {
    run();
  });
});
