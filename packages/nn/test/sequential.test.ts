import { relu, softmax } from "@adjoint/ops";
import {
  type AnyTensor,
  concat,
  div,
  grad,
  matmul,
  mul,
  random,
  reshape,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyLayer,
  activation,
  dense,
  dropout,
  flatten,
  type Model,
  model,
  sequential,
  setSeed,
} from "../src/index.ts";
import { numbersOf } from "./close.ts";

const calls = (net: unknown): ((x: AnyTensor) => AnyTensor) => net as (x: AnyTensor) => AnyTensor;

describe("sequential", () => {
  test("is its items one after the other", () => {
    setSeed(1);
    const [first, second] = [dense(4, 3), dense(3, 2)];
    const net = sequential(first, relu, second);
    const x = random.normal(random.key(2), [5, 4]);
    expect(numbersOf(net(x))).toEqual(numbersOf(second(relu(first(x)))));
  });

  test("names parameters by the index of their item, also when nested", () => {
    const net = sequential(
      dense(4, 3),
      relu,
      sequential(dense(3, 3), dropout(0.5)),
      dense(3, 2, { useBias: false }),
    );
    expect(net.parameters().map(({ name }) => name)).toEqual([
      "0.weight",
      "0.bias",
      "2.0.weight",
      "2.0.bias",
      "3.weight",
    ]);
    expect(Object.keys(net.stateDict())).toEqual([
      "0.weight",
      "0.bias",
      "2.0.weight",
      "2.0.bias",
      "2.1.key",
      "3.weight",
    ]);
  });

  test("one model's state loads into another, which then gives the same", () => {
    const make = (): Model<[number, 4], [number, 2]> => sequential(dense(4, 3), relu, dense(3, 2));
    const [a, b] = [make(), make()];
    const x = random.normal(random.key(2), [5, 4]);
    expect(numbersOf(b(x))).not.toEqual(numbersOf(a(x)));
    b.loadStateDict(a.stateDict());
    expect(numbersOf(b(x))).toEqual(numbersOf(a(x)));
  });

  test("tied layers have one set of parameters and the sum of the gradients", () => {
    const shared = dense(2, 2, { useBias: false });
    const net = sequential(shared, shared);
    shared.loadStateDict({
      weight: tensor([
        [1, 2],
        [3, 4],
      ]),
    });
    expect(net.parameters()).toHaveLength(1);
    const [weight] = net.parameters();
    sum(net(tensor([[1, 0]]))).backward();
    const squareOf = (w: Tensor<[2, 2]>): Tensor<[]> => sum(matmul(matmul(tensor([[1, 0]]), w), w));
    expect(numbersOf(weight.grad as AnyTensor)).toEqual(
      numbersOf(
        grad(squareOf)(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    );
  });

  test("names its layers; a model of one layer is that layer, with fit on it", () => {
    const first = dense(4, 3);
    expect(sequential(first, relu).layers).toEqual([first, relu]);
    const alone = model(first);
    expect(alone).toBe(first);
    expect(alone.layers).toEqual([first]);
    expect(model(alone)).toBe(alone);
  });

  test("no items: the identity", () => {
    const net = sequential();
    expect(numbersOf(calls(net)(tensor([1, 2])))).toEqual([1, 2]);
    expect(net.parameters()).toEqual([]);
  });

  test("neighbours that do not fit are named when called", () => {
    const items: AnyLayer[] = [dense(784, 20), activation("relu"), dense(25, 10)];
    expect(() => calls(sequential(...items))(zeros([2, 784]))).toThrow(
      "sequential: layer 2 takes 25 features, layer 1 gives 20",
    );
    const flat = sequential((x) => reshape(x, [-1]), dense(4, 2) as AnyLayer);
    expect(() => calls(flat)(zeros([1, 4]))).toThrow(
      "sequential: layer 1 takes [batch, 4], layer 0 gives [4]",
    );
    expect(() => calls(sequential(dense(784, 20)))(zeros([2, 3]))).toThrow(
      "sequential: [2, 3] has 3 features; expected 784 features",
    );
  });

  test("types: from the first input to the last output, the batch kept", () => {
    const net = sequential(dense(784, 25), relu, dense(25, 15), relu, dense(15, 10));
    expectTypeOf(net).toEqualTypeOf<Model<[number, 784], [number, 10]>>();
    expectTypeOf(net(zeros([32, 784]))).toEqualTypeOf<Tensor<[32, 10]>>();
    expectTypeOf(softmax(net(zeros([1, 784])))).toEqualTypeOf<Tensor<[1, 10]>>();
    expectTypeOf(sequential(dropout(0.1), relu, dense(4, 3))).toEqualTypeOf<
      Model<[number, 4], [number, 3]>
    >();
    expectTypeOf(sequential(flatten(), dense(784, 10))(zeros([32, 28, 28]))).toEqualTypeOf<
      Tensor<[32, 10]>
    >();
    expectTypeOf(sequential(dense(4, 3, { dtype: "float64" }), relu)(zeros([2, 4]))).toEqualTypeOf<
      Tensor<[2, 3], "float64">
    >();
    const scaled = sequential((x: Tensor<[number, 784]>) => div(x, 255), dense(784, 10));
    expectTypeOf(scaled).toEqualTypeOf<Model<[number, 784], [number, 10], "float32", boolean>>();
  });

  test("types: a function does not keep the batch unless its type says so", async () => {
    const halves = sequential((x: Tensor<[number, 4]>) => reshape(x, [-1, 2]), dense(2, 3));
    expectTypeOf(halves).toEqualTypeOf<Model<[number, 4], [number, 3], "float32", boolean>>();
    expectTypeOf(halves(zeros([5, 4]))).toEqualTypeOf<Tensor<[number, 3]>>();
    expect(halves(zeros([5, 4])).shape).toEqual([10, 3]);
    expectTypeOf(await halves.predict(zeros([5, 4]))).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(sequential(halves, relu)(zeros([5, 4]))).toEqualTypeOf<Tensor<[number, 3]>>();
    const flat = sequential((x: Tensor<[number, 4]>) => reshape(x, [-1]));
    expectTypeOf(flat(zeros([5, 4]))).toEqualTypeOf<Tensor<[number]>>();
    expect(flat(zeros([5, 4])).shape).toEqual([20]);
    const twice = sequential(dense(4, 4), (x: Tensor<[number, 4]>) => concat([x, x]));
    expectTypeOf(twice(zeros([5, 4]))).toEqualTypeOf<Tensor<[number, 4]>>();
    expect(twice(zeros([5, 4])).shape).toEqual([10, 4]);
    // Of more batch axes a function of matrices says nothing.
    expectTypeOf(flat(zeros([2, 5, 4]))).toEqualTypeOf<Tensor>();
    expectTypeOf(sequential((x) => mul(x, 2), dense(4, 3))(zeros([5, 2, 4]))).toEqualTypeOf<Tensor>();
    const scaled = sequential(
      <Batch extends number>(x: Tensor<[Batch, 4]>) => div(x, 255) as Tensor<[Batch, 4]>,
      dense(4, 3),
    );
    expectTypeOf(scaled).toEqualTypeOf<Model<[number, 4], [number, 3]>>();
    expectTypeOf(scaled(zeros([5, 4]))).toEqualTypeOf<Tensor<[5, 3]>>();
  });

  test("types: neighbours that do not fit do not compile", () => {
    const typesOnly = (): void => {
      // @ts-expect-error sequential: layer 2 takes 25 features, layer 1 gives 20
      sequential(dense(784, 20), relu, dense(25, 10));
      // @ts-expect-error sequential: layer 1 takes 780 features, layer 0 gives 784
      sequential((x: Tensor<[number, 784]>) => div(x, 255), dense(780, 10));
      // @ts-expect-error layer: [32, 100] has 100 features; expected 784 features
      sequential(dense(784, 20), relu)(zeros([32, 100]));
      // @ts-expect-error a number is no layer
      sequential(dense(784, 20), 3);
    };
    expect(typesOnly).toBeTypeOf("function");
  });
});

describe("what is no item or no input is told so", () => {
  const call = (items: unknown[], x: unknown) => () =>
    ((sequential as (...items: unknown[]) => unknown)(...items) as (x: unknown) => unknown)(x);
  test.each([
    [
      call([[dense(2, 3)]], zeros([1, 2])),
      "sequential: item 0 is an array; expected a layer or a function of a tensor; give the layers one by one: sequential(...layers)",
    ],
    [
      call([dense(2, 3), "relu"], zeros([1, 2])),
      'sequential: item 1 is "relu"; expected a layer or a function of a tensor; activation("relu") makes a layer of a name',
    ],
    [
      call([dense(2, 3), undefined], zeros([1, 2])),
      "sequential: item 1 is undefined; expected a layer or a function of a tensor",
    ],
    [
      call([dense(2, 3), () => 3, dense(3, 3)], zeros([1, 2])),
      "sequential: item 1 gives 3; expected a tensor",
    ],
    [
      call([dense(2, 3)], [[1, 2]]),
      "sequential: the input is an array; expected a tensor, as tensor([[1, 2]]) makes",
    ],
    [call([dense(2, 3)], undefined), "sequential: the input is undefined; expected a tensor"],
  ])("%#", (made, message) => {
    expect(made).toThrow(message);
  });
});
