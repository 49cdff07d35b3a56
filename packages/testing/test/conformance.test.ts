import { type Backend, lowerGraph, referenceBackend, Storage, type TypedArray } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
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

describe("a backend that breaks a law fails its case", () => {
  /** The reference with what it gives changed. */
  function changed(change: (values: TypedArray, inputs: readonly TypedArray[]) => TypedArray): Backend {
    return {
      name: "changed",
      prepare(graph) {
        const program = referenceBackend.prepare(graph);
        return {
          run(inputs) {
            const given = inputs.map(({ values }) => values);
            return program.run(inputs).map(({ values }) => Storage.of(change(values, given)));
          },
          toString: String,
        };
      },
    };
  }

  function failureOf(backend: Backend, name: string): string {
    const one = conformance(backend, { seed: 5 }).find((law) => law.name === name);
    try {
      one?.run();
    } catch (error) {
      return ((error as Error).cause as Error).message;
    }
    return "nothing was thrown";
  }

  test("by values a few ulps off", () => {
    const off = changed((values) => values.map((x) => x * (1 + 2 ** -21)) as TypedArray);
    expect(failureOf(off, "values of sin")).toMatch(
      /^changed: element.* is .* where .* is expected, \d+ ulps apart where 2 are allowed$/,
    );
    expect(failureOf(off, "gradient of matmul")).toBe("nothing was thrown"); // within 64
    const far = changed((values) => values.map((x) => x * (1 + 2 ** -15)) as TypedArray);
    expect(failureOf(far, "gradient of matmul")).toMatch(/ulps apart where 64 are allowed$/);
    expect(failureOf(far, "random graphs")).toMatch(/ulps apart where 64 are allowed$/);
  });

  test("by NaN, and by another dtype's array", () => {
    const nan = changed((values) => values.map(() => Number.NaN) as TypedArray);
    expect(failureOf(nan, "values of exp")).toMatch(/is NaN where .* is expected$/);
    const wide = changed((values) => (values instanceof Float32Array ? Float64Array.from(values) : values));
    expect(failureOf(wide, "values of exp")).toMatch(
      /^changed: Float64Array of \d+ values where Float32Array of \d+ are expected$/,
    );
  });

  test("by other random bits, other bits the next time, and changed inputs", () => {
    const bits = changed((values) => (values instanceof Int32Array ? values.map((x) => x ^ 1) : values));
    expect(failureOf(bits, "random bits")).toMatch(
      /^changed: element \[0, 0\] is -?\d+ where -?\d+ is expected$/,
    );
    let run = 0;
    const unsteady = changed((values) => values.map((x) => x + run++) as TypedArray);
    const steady = "runs repeat to the bit and leave inputs alone";
    expect(failureOf(unsteady, steady)).toBe("changed: a second run gives other bits");
    const rude = changed((values, inputs) => {
      for (const input of inputs) input.fill(7);
      return values.map(() => 0) as TypedArray;
    });
    expect(failureOf(rude, steady)).toBe("changed: a run changes its inputs");
  });

  test("by reading beyond the end", () => {
    const careless: Backend = {
      name: "careless",
      prepare: ({ outputs }) => ({
        run: () => outputs.map(({ size }) => Storage.of(new Float32Array(size))),
        toString: String,
      }),
    };
    expect(failureOf(careless, "an index out of range stops the program")).toMatch(
      /^careless: index (-1|3) of 3 gives no IndexError$/,
    );
  });
});
