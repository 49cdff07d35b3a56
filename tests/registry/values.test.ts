import {
  type AnyTensor,
  cast,
  compile,
  grad,
  isFloat,
  lowerGraph,
  type Op,
  sizeOf,
  sum,
  type TypedArray,
  type TypedArrays,
} from "@adjoint/tensor";
import { allowedUlps, disagreement, edgeSamples } from "@adjoint/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases, titled } from "./cases.ts";
import { runs } from "./runs.ts";

const arrays: { readonly [D in keyof TypedArrays]: unknown } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** The shape of nested arrays, by looking at them. */
function nestedShape(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length === 0 ? [] : nestedShape(value[0]))] : [];
}

describe("the shape and dtype that an op's rules say are those of its value", () => {
  test.for(titled(cases))("%s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one), (sample) => {
        const y = sample.call();
        const values = y.toTypedArray();
        expect(values.length).toBe(sizeOf(y.shape));
        expect(values.constructor).toBe(arrays[y.dtype]);
        if (y.dtype === "bool") expect(values.every((x) => x === 0 || x === 1)).toBe(true);
        const empty = y.shape.indexOf(0);
        expect(nestedShape(y.toArray())).toEqual(empty === -1 ? y.shape : y.shape.slice(0, empty + 1));
      }),
      runs(),
    );
  });
});

/** The same bits, one NaN being as good as another. */
function sameBits(a: TypedArray, b: TypedArray): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

describe("a compiled call gives the bits of an uncompiled one", () => {
  test.for(titled(cases))("%s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one), ({ form, inputs }) => {
        const compiled = compile((...given: AnyTensor[]) => form.call(...given));
        const [plain, fast] = [form.call(...inputs), compiled(...inputs)];
        expect([fast.shape, fast.dtype]).toEqual([plain.shape, plain.dtype]);
        expect(sameBits(fast.toTypedArray(), plain.toTypedArray())).toBe(true);
      }),
      runs(),
    );
  });
});

const hasKernel = ({ scalar, reference }: Op): boolean => scalar !== undefined || reference !== undefined;

describe("a composite's lowering gives the values of its kernel", () => {
  const both = cases.filter(({ op }) => op?.lower !== undefined && hasKernel(op));
  test.for(titled(both))("%s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one), (sample) => {
        const y = sample.call();
        const [lowered] = lowerGraph([y], new Set(sample.inputs), (op) => op !== one.op && hasKernel(op));
        const scale = one.scale?.(sample.form, sample.inputs).toTypedArray();
        const allowed = allowedUlps(one, y.dtype);
        expect(disagreement(y, lowered.toTypedArray(), y.toTypedArray(), { allowed, scale })).toBeUndefined();
      }),
      runs(),
    );
  });
});

describe("the gradient of an op without derivative is zero", () => {
  const flat = cases.filter(({ isSmooth, op }) => !isSmooth && op?.differentiable !== true);
  test.for(titled(flat))("%s", ([, one]) => {
    fc.assert(
      fc.property(edgeSamples(one), ({ form, inputs }) => {
        inputs.forEach((input, i) => {
          if (!isFloat(input.dtype)) return;
          const total = (x: AnyTensor): AnyTensor => sum(cast(form.call(...inputs.with(i, x)), "float64"));
          const gradient = grad(total as never)(input as never) as AnyTensor;
          expect(gradient.shape).toEqual(input.shape);
          expect(gradient.toTypedArray().every((x) => x === 0)).toBe(true);
        });
      }),
      runs(0.2),
    );
  });
});
