import { type AnyTensor, Tensor, tensor, zeros } from "@adjoint/tensor";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import * as ops from "../src/index.ts";

// What is no function of one tensor and options: of a list of tensors, another name of variance, and gradients that ops of
// images have for a backend to find.
const functionsOnly = new Set([
  "stack",
  "var",
  "conv2dInputGradient",
  "conv2dKernelGradient",
  "maxPool2dGradient",
]);
const functions = Object.entries(ops).filter(
  ([name, value]) => typeof value === "function" && !functionsOnly.has(name),
);

describe("methods", () => {
  test("the functions alone install none", () => {
    expect("relu" in Tensor.prototype).toBe(false);
  });

  describe("once the entry is imported", () => {
    beforeAll(async () => {
      await import("../src/methods.ts");
    });

    test("every function of a tensor is a method too", () => {
      expect(functions.length).toBeGreaterThan(60);
      expect(functions.map(([name]) => name).filter((name) => !(name in Tensor.prototype))).toEqual([]);
    });
    test("they do what the functions do", () => {
      const x = tensor([
        [1, -2, 3],
        [-4, 5, -6],
      ]);
      const same = (method: AnyTensor, fn: AnyTensor): void => {
        expect(method.dtype).toBe(fn.dtype);
        expect(method.toArray()).toEqual(fn.toArray());
      };
      same(x.relu(), ops.relu(x));
      same(x.clip({ min: -1, max: 2 }), ops.clip(x, { min: -1, max: 2 }));
      same(x.softmax({ axis: 0 }), ops.softmax(x, { axis: 0 }));
      same(x.mean({ axis: 1, keepDims: true }), ops.mean(x, { axis: 1, keepDims: true }));
      same(x.greater(0), ops.greater(x, 0));
      same(x.flip({ axis: 1 }), ops.flip(x, { axis: 1 }));
      const image = x.reshape([1, 2, 3]);
      const kernel = tensor([[[[1, 2]]], [[[3, 4]]]]);
      const biased = { padding: "same", bias: tensor([5, 6]) } as const;
      same(image.conv2d(kernel, biased), ops.conv2d(image, kernel, biased));
      same(image.maxPool2d({ stride: 1 }), ops.maxPool2d(image, { stride: 1 }));
      same(image.avgPool2d(), ops.avgPool2d(image));
      same(x.layerNorm(tensor([1, 2, 3])), ops.layerNorm(x, tensor([1, 2, 3])));
      same(x.batchNorm(undefined, tensor([1, 2, 3])), ops.batchNorm(x, undefined, tensor([1, 2, 3])));
      same(x.isFinite(), ops.isFinite(x));
      same(x.cast("int32").abs().oneHot(7), ops.oneHot(x.cast("int32").abs(), 7));
    });
    test("they compute types as the functions do", () => {
      const x = tensor([
        [1, -2, 3],
        [-4, 5, -6],
      ]);
      expectTypeOf(x.sigmoid()).toEqualTypeOf<Tensor<[2, 3]>>();
      expectTypeOf(x.mean({ axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
      expectTypeOf(x.greater(tensor([1, 2, 3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
      const convolved = zeros([8, 3, 9, 9]).conv2d(zeros([6, 3, 3, 3]));
      expectTypeOf(convolved).toEqualTypeOf<Tensor<[8, 6, 7, 7]>>();
      expectTypeOf(convolved.maxPool2d()).toEqualTypeOf<Tensor<[8, 6, number, number]>>();
      expectTypeOf(x.layerNorm()).toEqualTypeOf<Tensor<[2, 3]>>();
      expectTypeOf(x.ravel()).toEqualTypeOf<Tensor<[6]>>();
      expectTypeOf(x.argmin({ axis: 0 })).toEqualTypeOf<Tensor<[3], "int32">>();
      expectTypeOf(x.expandDims(0).squeeze()).toEqualTypeOf<Tensor<[2, 3]>>();
    });
  });
});
