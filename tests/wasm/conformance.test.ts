import { conformance } from "@adjoint/testing";
import { WasmBackend } from "@adjoint/wasm";
import { describe, test } from "vitest";

describe.each(["relaxed", "plain", "none"] as const)(
  "WebAssembly with %s vectors keeps the laws of backends",
  (simd) => {
    test.for(conformance(new WasmBackend({ simd, threads: 1 }), { runs: 15 }))("$name", ({ run }) => {
      run();
    });
  },
);
