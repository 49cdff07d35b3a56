import { readFileSync } from "node:fs";
import { norm, relu } from "@adjoint/ops";
import { adam } from "@adjoint/optim";
import { type AnyTensor, add, compile, gradients, reshape, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import {
  convolution2d,
  dense,
  flatten,
  maxPooling2d,
  sequential,
  sparseCategoricalCrossentropy,
} from "../src/index.ts";

// By golden/lenet.py.
const golden = JSON.parse(readFileSync(new URL("./golden/lenet.json", import.meta.url), "utf8")) as {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
};

const float64 = { dtype: "float64" } as const;

/** The images and weights of lenet.py. */
function spread(seed: number, scale: number, shape: readonly number[]): AnyTensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const values = Array.from(
    { length: count },
    (_, i) => ((((i * 7919 + seed * 101) % 1021) - 510) / 1024) * scale,
  );
  return tensor(values, [...shape], float64) as AnyTensor;
}

function lenet() {
  const model = sequential(
    convolution2d(1, 6, 5, { padding: "same", ...float64 }),
    relu,
    maxPooling2d(),
    convolution2d(6, 16, 5, float64),
    relu,
    maxPooling2d(),
    flatten(),
    dense(400, 120, { activation: "relu", ...float64 }),
    dense(120, 84, { activation: "relu", ...float64 }),
    dense(84, 10, float64),
  );
  const scales = [0.5, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0];
  model.parameters().forEach((one, i) => {
    one.assign(spread(i, scales[i], one.shape) as never);
  });
  return model;
}

describe("LeNet", () => {
  const images = add(spread(99, 1, [4, 1, 28, 28]), 0.5) as AnyTensor;
  const labels = tensor([3, 0, 7, 3], { dtype: "int32" });

  test.each([true, false])("has PyTorch's losses in its first steps (compiled: %s)", (isCompiled) => {
    const model = lenet();
    const optimizer = adam(model.parameters(), { learningRate: 1e-3, epsilon: 1e-8 });
    const step = (x: AnyTensor, y: AnyTensor): AnyTensor => {
      const loss = sparseCategoricalCrossentropy(model(x as never) as never, y as never) as AnyTensor;
      optimizer.minimize(loss as never);
      return loss;
    };
    const run = isCompiled ? compile(step) : step;
    for (const expected of golden.losses) {
      // Sums of some hundred products in other orders, five steps deep.
      const loss = run(images, labels as AnyTensor).item() as number;
      expect(Math.abs(loss - expected) / expected).toBeLessThanOrEqual(1e-11);
    }
  });

  test("has PyTorch's gradients", () => {
    const model = lenet();
    const parameters = model.parameters();
    const loss = sparseCategoricalCrossentropy(model(images as never) as never, labels as never);
    const found = gradients(loss as never, parameters as never) as unknown as readonly AnyTensor[];
    found.forEach((gradient, i) => {
      const expected = golden.gradientNorms[i];
      const size = norm(reshape(gradient, [gradient.size]) as AnyTensor).item() as number;
      expect(Math.abs(size - expected) / expected).toBeLessThanOrEqual(1e-12);
    });
  });
});
