import { describe, test } from "vitest";
import { conformance } from "../../testing/src/index.ts";
import { WasmBackend } from "../src/index.ts";

describe.each(["relaxed"] as const)("WebAssembly with %s vectors keeps the laws of backends", (simd) => {
  test.for(conformance(new WasmBackend({ simd }), { runs: 20 }))("$name", ({ run }) => {
    run();
  });
});
