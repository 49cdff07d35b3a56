import { relu } from "@adjoint/ops";
import {
  type AnyTensor,
  compile,
  grad,
  ones,
  random,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { constantInitializer, dense, heNormal, type Layer, nextKey, setSeed } from "../src/index.ts";
import { expectClose, numbersOf, of } from "./close.ts";

describe("dense", () => {
  const key = random.key(7);

  test("is x W + b", () => {
    const layer = dense(2, 3, { key, dtype: "float64" });
    layer.loadStateDict({
      weight: of([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      bias: of([10, 20, 30]),
    });
    expect(
      numbersOf(
        layer(
          of([
            [1, 0],
            [1, 1],
          ]),
        ) as AnyTensor,
      ),
    ).toEqual([11, 22, 33, 15, 27, 39]);
  });

  test("weights start by Glorot, biases at 0, named and shaped [in, out]", () => {
    const layer = dense(30, 20, { key });
    expect(layer.parameters().map(({ name, shape }) => [name, shape])).toEqual([
      ["weight", [30, 20]],
      ["bias", [20]],
    ]);
    const { weight, bias } = layer.stateDict();
    const limit = Math.sqrt(6 / 50);
    const [low, high] = [Math.min(...numbersOf(weight)), Math.max(...numbersOf(weight))];
    expect(low).toBeGreaterThanOrEqual(-limit);
    expect(high).toBeLessThan(limit);
    expect(high - low).toBeGreaterThan(1.9 * limit); // 600 numbers reach nearly from end to end
    expect(numbersOf(bias)).toEqual(new Array(20).fill(0));
  });

  test("options: activation, no bias, initializers, name, dtype", () => {
    const options = {
      key,
      activation: "sigmoid",
      useBias: false,
      kernelInitializer: constantInitializer(0),
      name: "gate",
      dtype: "float64",
    } as const;
    const gate = dense(2, 1, options);
    expect(gate.parameters().map(({ name, dtype }) => `${name} ${dtype}`)).toEqual(["weight float64"]);
    expect(gate(of([[5, 6]])).item()).toBe(0.5);
    expect([gate.name, gate.describe()]).toEqual(["gate", "gate (sigmoid)"]);
    const one = dense(2, 1, {
      kernelInitializer: constantInitializer(0),
      biasInitializer: constantInitializer(-3),
    });
    expect(one(zeros([1, 2])).item()).toBe(-3);
  });

  test.each([
    ["relu", 0],
    ["tanh", Math.tanh(-1)],
    ["linear", -1],
    ["softplus", Math.log1p(Math.exp(-1))],
  ] as const)("activation %s by name", (activation, expected) => {
    const start = { kernelInitializer: constantInitializer(0), biasInitializer: constantInitializer(-1) };
    expectClose(dense(1, 1, { activation, ...start })(zeros([1, 1])), [expected], 1e-7);
  });

  test("an activation may be a function", () => {
    const layer = dense(2, 1, { key, activation: relu });
    expect(layer.describe()).toBe("dense (relu)");
    expect(Number(layer(tensor([[1, 1]])).item())).toBeGreaterThanOrEqual(0);
  });

  test("gradients reach weight and bias", () => {
    const layer = dense(2, 2, { key });
    const loss = sum(layer(tensor([[1, 2]])));
    loss.backward();
    expect(layer.parameters().map(({ grad }) => numbersOf(grad as AnyTensor))).toEqual([
      [1, 1, 2, 2],
      [1, 1],
    ]);
    expect(numbersOf(grad((x: Tensor<[1, 2]>) => sum(layer(x)))(tensor([[1, 2]])))).toHaveLength(2);
  });

  test("the same key gives the same weights; without one the seed decides", () => {
    const weights = (key?: random.Key): number[] =>
      numbersOf(dense(3, 3, key === undefined ? {} : { key }).stateDict().weight);
    expect(weights(key)).toEqual(weights(key));
    setSeed(5);
    const [first, second] = [weights(), weights()];
    setSeed(5);
    expect([weights(), weights()]).toEqual([first, second]);
    expect(first).not.toEqual(second);
    setSeed(6);
    expect(weights()).not.toEqual(first);
    setSeed(5);
    nextKey();
    expect(weights()).toEqual(second);
  });

  test("keeps batch axes, casts integers", () => {
    const layer = dense(4, 2, { key });
    expect(layer(zeros([5, 3, 4])).shape).toEqual([5, 3, 2]);
    expect(layer(zeros([0, 4])).shape).toEqual([0, 2]);
    const pixels = tensor(Uint8Array.of(1, 2, 3, 4), [1, 4]);
    expect(numbersOf(layer(pixels))).toEqual(numbersOf(layer(tensor([[1, 2, 3, 4]]))));
  });

  test("compiled and not, it gives the same", () => {
    const layer = dense(4, 2, { key, activation: "gelu" });
    const x = tensor([[1, -2, 3, -4]]);
    expect(numbersOf(compile((y: Tensor<[1, 4]>) => layer(y))(x))).toEqual(numbersOf(layer(x)));
  });

  test("errors", () => {
    const layer = dense(784, 25, { key }) as unknown as (x: AnyTensor) => AnyTensor;
    expect(() => layer(zeros([32, 100]))).toThrow("dense: [32, 100] has 100 features; expected 784 features");
    expect(() => layer(zeros([784]))).toThrow(
      "dense: [784] has no batch axis; expected [batch, 784]; reshape it to [1, 784]",
    );
    expect(() => dense(0, 3)).toThrow("dense: inFeatures is 0; expected a whole number from 1");
    expect(() => dense(3, 2.5)).toThrow("dense: outFeatures is 2.5; expected a whole number from 1");
    expect(() => dense(3, 2, { activation: "rleu" as never })).toThrow(
      'dense: unknown activation "rleu"; did you mean "relu"?',
    );
    expect(() => dense(3, 2, { activation: "swish" as never })).toThrow(
      'dense: unknown activation "swish"; expected a function or one of elu, gelu, leakyRelu, linear,',
    );
    expect(() => dense(3, 2, { use_bias: false } as never)).toThrow(
      'dense: unknown option "use_bias"; did you mean "useBias"?',
    );
    expect(() => dense(3, 2, { dtype: "int32" })).toThrow(
      "dense: dtype is int32; expected float32 or float64, which have gradients",
    );
  });

  test("types", () => {
    const layer = dense(784, 25, { key });
    expectTypeOf(layer).toEqualTypeOf<Layer<[number, 784], [number, 25]>>();
    expectTypeOf(layer(zeros([32, 784]))).toEqualTypeOf<Tensor<[32, 25]>>();
    expectTypeOf(layer(zeros([8, 32, 784]))).toEqualTypeOf<Tensor<[8, 32, 25]>>();
    expectTypeOf(layer(zeros([3 as number, 784]))).toEqualTypeOf<Tensor<[number, 25]>>();
    expectTypeOf(layer(zeros([32, 784], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[32, 25]>>();
    expectTypeOf(layer(zeros([32, 784]) as Tensor)).toEqualTypeOf<Tensor>();
    expectTypeOf(dense(784, 25, { dtype: "float64" })(zeros([32, 784]))).toEqualTypeOf<
      Tensor<[32, 25], "float64">
    >();
    const typesOnly = (): void => {
      // @ts-expect-error layer: [32, 100] has 100 features; expected 784 features
      layer(zeros([32, 100]));
      // @ts-expect-error layer: [784] has no batch axis; expected [number, 784]
      layer(zeros([784]));
      // @ts-expect-error there is no such activation
      dense(784, 25, { activation: "rleu" });
      // @ts-expect-error there is no such option
      dense(784, 25, { useBais: false });
    };
    expect(typesOnly).toBeTypeOf("function");
  });
});

describe("initializers", () => {
  const made = (options: object) => () => dense(2, 3, options as never);
  test("that are none, are not called, or give something else are refused", () => {
    expect(made({ kernelInitializer: "heNormal" })).toThrow(
      'dense: kernelInitializer is "heNormal"; expected an initializer such as glorotUniform()',
    );
    expect(made({ kernelInitializer: heNormal })).toThrow(
      "dense: kernelInitializer is the function heNormal, which makes an initializer; call it: heNormal()",
    );
    expect(made({ biasInitializer: () => [0, 0, 0] })).toThrow(
      "dense: biasInitializer gives an array; expected a tensor of the shape and dtype it is given",
    );
    expect(made({ biasInitializer: () => ones([1]) })).toThrow(
      "dense: biasInitializer gives shape [1]; expected [3]",
    );
    expect(made({ dtype: "float64", kernelInitializer: () => ones([2, 3]) })).toThrow(
      "dense: kernelInitializer gives float32; expected float64",
    );
    expect(made({ useBias: "false" })).toThrow('dense: useBias is "false"; expected true or false');
  });
});
