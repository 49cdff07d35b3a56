import { relu } from "@adjoint/ops";
import {
  type AnyTensor,
  matmul,
  mul,
  ones,
  type Parameter,
  parameter,
  reshape,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyLayer,
  dense,
  type Layer,
  layer,
  model,
  type SameShapeLayer,
  StateDictError,
  sequential,
} from "../src/index.ts";
import { numbersOf } from "./close.ts";

function scale(size: number) {
  const factor = parameter(ones([size]));
  return layer({ factor }, (x: Tensor<[number, number]>) => mul(x, factor), { name: "scale" });
}

describe("layer", () => {
  test("one's own layer in five lines", () => {
    const twice = scale(2);
    twice.loadStateDict({ factor: tensor([2, 3]) });
    expect(numbersOf(twice(tensor([[1, 1]])))).toEqual([2, 3]);
    expect(twice.name).toBe("scale");
    expect(twice.parameters().map(({ name }) => name)).toEqual(["factor"]);
    expectTypeOf(twice).toEqualTypeOf<Layer<[number, number], [number, number], "float32", boolean>>();
    expectTypeOf(twice(zeros([32, 2]))).toEqualTypeOf<Tensor<[number, number]>>();
  });

  test("parameters are named by keys and indices, through layers, arrays and objects", () => {
    const net = layer(
      { blocks: [scale(2), { inner: dense(2, 3) }], gain: parameter(ones([])) },
      (x: Tensor<[number, 2]>) => x,
    );
    expect(net.parameters().map(({ name }) => name)).toEqual([
      "blocks.0.factor",
      "blocks.1.inner.weight",
      "blocks.1.inner.bias",
      "gain",
    ]);
    expect(net.name).toBe("layer");
  });

  test("a parameter met twice counts once; one that is not trainable is in the state only", () => {
    const shared = parameter(ones([2]));
    const count = parameter(zeros([], { dtype: "int32" }), { trainable: false });
    const net = layer({ a: shared, b: shared, count }, (x: Tensor<[number, 2]>) => mul(x, shared));
    expect(net.parameters()).toEqual([shared]);
    expect(Object.keys(net.stateDict())).toEqual(["a", "count"]);
  });

  test("a state dictionary is a snapshot", () => {
    const factor = parameter(ones([2]));
    const net = layer({ factor }, (x: Tensor<[number, 2]>) => mul(x, factor));
    const before = net.stateDict();
    factor.assign(tensor([5, 6]));
    expect(numbersOf(before.factor)).toEqual([1, 1]);
    expect(numbersOf(net.stateDict().factor)).toEqual([5, 6]);
    net.loadStateDict(before);
    expect(numbersOf(factor as unknown as AnyTensor)).toEqual([1, 1]);
  });

  test("loadStateDict takes what readers of files give", () => {
    const net = dense(2, 1);
    net.loadStateDict({
      weight: { dtype: "float32", shape: [2, 1], values: Float32Array.of(3, 4) },
      bias: tensor([5]),
    });
    expect(numbersOf(net.stateDict().weight)).toEqual([3, 4]);
    expect(numbersOf(net.stateDict().bias)).toEqual([5]);
    expect(() =>
      net.loadStateDict({
        weight: { dtype: "float64", shape: [2], values: Float64Array.of(3, 4) },
        bias: tensor([5]),
      }),
    ).toThrow("dense.loadStateDict: weight is float64 [2] and should be float32 [2, 1]");
  });

  test("loadStateDict of what is no dictionary of tensors", () => {
    const net = dense(2, 1);
    expect(() => net.loadStateDict(undefined as never)).toThrow(
      "dense.loadStateDict: the state is undefined; expected values by name, as stateDict() gives or decodeSafetensors(bytes).tensors",
    );
    expect(() => net.loadStateDict({ weight: [[1], [2]], bias: [1] } as never)).toThrow(
      "dense.loadStateDict: weight is an array; expected a tensor, or { dtype, shape, values } as a file gives it",
    );
  });

  describe("loadStateDict lists everything that does not fit, and loads nothing then", () => {
    const fresh = (): AnyLayer => dense(2, 3);
    const message = (dictionary: Record<string, AnyTensor>): string => {
      const net = fresh();
      const before = numbersOf(net.stateDict().weight);
      try {
        net.loadStateDict(dictionary);
      } catch (error) {
        expect(error).toBeInstanceOf(StateDictError);
        expect(numbersOf(net.stateDict().weight)).toEqual(before);
        return String(error);
      }
      return "";
    };

    test("missing and unexpected names", () => {
      expect(message({ kernel: zeros([2, 3]), gamma: zeros([3]) })).toBe(
        "StateDictError: dense.loadStateDict: missing weight, bias; unexpected kernel, gamma",
      );
    });

    test("shapes and dtypes", () => {
      expect(message({ weight: zeros([3, 2]), bias: zeros([3], { dtype: "float64" }) })).toBe(
        "StateDictError: dense.loadStateDict: weight is float32 [3, 2] and should be float32 [2, 3]; bias is float64 [3] and should be float32 [3]",
      );
    });

    test("all at once, also as lists", () => {
      try {
        fresh().loadStateDict({ weight: zeros([3, 2]), extra: zeros([1]) });
        expect.unreachable();
      } catch (error) {
        const { missing, unexpected, mismatched } = error as StateDictError;
        expect({ missing, unexpected, mismatched }).toEqual({
          missing: ["bias"],
          unexpected: ["extra"],
          mismatched: ["weight"],
        });
      }
    });
  });

  test("inputShape is checked at each call", () => {
    const image = layer({}, (x: Tensor<[number, 28, 28]>) => x, { name: "image", inputShape: [28, 28] });
    expect(image(zeros([2, 28, 28])).shape).toEqual([2, 28, 28]);
    expect(() => (image as unknown as (x: AnyTensor) => AnyTensor)(zeros([2, 28, 27]))).toThrow(
      "image: [2, 28, 27] does not fit [batch, 28, 28]",
    );
  });

  test("two parameters of one name are refused: the state dictionary would lose one", () => {
    const [p, q] = [1, 2].map((value) => parameter(tensor([value])));
    const identity = (x: Tensor<[number, 2]>): Tensor<[number, 2]> => x;
    const message =
      'mine: two parameters of the state are called "a.b", and a state dictionary would lose one; give a key without the dot';
    expect(() => layer({ "a.b": p, a: { b: q } }, identity, { name: "mine" })).toThrow(message);
    expect(() => layer({ a: { b: q }, "a.b": p }, identity, { name: "mine" })).toThrow(message);
    const nested = { enc: sequential(dense(2, 2)), "enc.0": dense(2, 2) };
    expect(() => layer(nested, identity)).toThrow(
      'identity: two parameters of the state are called "enc.0.weight"',
    );
    // One parameter at two places has one name: tied weights.
    expect(Object.keys(layer({ "a.b": p, a: { b: p } }, identity).stateDict())).toEqual(["a.b"]);
  });

  test("a state that contains itself is refused, one that repeats a part is not", () => {
    const identity = (x: Tensor<[number, 2]>): Tensor<[number, 2]> => x;
    const cyclic: Record<string, unknown> = {};
    cyclic.inner = { again: cyclic };
    expect(() => layer(cyclic, identity)).toThrow(
      'identity: state "inner.again" contains itself; leave it out of the state',
    );
    const shared = dense(2, 2);
    expect(layer([shared, shared, [shared]], identity).parameters()).toHaveLength(2);
  });

  test("a state that cannot change is refused", () => {
    const identity = (x: Tensor<[number, 2]>): Tensor<[number, 2]> => x;
    expect(() => layer({ w: ones([2]) }, identity, { name: "mine" })).toThrow(
      'mine: state "w" is a tensor, which cannot change; make it a parameter, or leave it out of the state',
    );
    expect(() => layer({ w: new Map() }, identity)).toThrow(
      'identity: state "w" is a Map; expected parameters and layers in arrays and plain objects',
    );
    expect(() => layer({}, identity, { nmae: "x" } as never)).toThrow(
      'layer: unknown option "nmae"; did you mean "name"?',
    );
  });

  test("a function of any shape makes a layer of any shape", () => {
    const positive = layer({}, <S extends Shape>(x: Tensor<S>) => relu(x));
    expectTypeOf(positive).toEqualTypeOf<SameShapeLayer>();
    expectTypeOf(positive(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    expect(numbersOf(positive(tensor([-1, 2])) as AnyTensor)).toEqual([0, 2]);
  });

  test("types: layers of generic size work in generic code", () => {
    const twice = <N extends number>(size: N, x: Tensor<[number, N]>): AnyTensor => {
      const inner = dense(size, size);
      return sequential(inner, relu, inner)(inner(x) as unknown as Tensor<[number, N]>);
    };
    expect(twice(3, zeros([2, 3])).shape).toEqual([2, 3]);
  });

  test("types: a function that need not keep the batch makes a layer that need not", () => {
    const halves = layer({}, (x: Tensor<[number, 4]>) => reshape(x, [-1, 2]));
    expectTypeOf(halves(zeros([5, 4]))).toEqualTypeOf<Tensor<[number, 2]>>();
    expect(halves(zeros([5, 4])).shape).toEqual([10, 2]);
    expectTypeOf<Layer<[number, 4], [number, 2]>>().toExtend<typeof halves>();
    expectTypeOf<typeof halves>().not.toExtend<Layer<[number, 4], [number, 2]>>();
  });

  test("types: a batch that is known stays known, and a wrong shape does not compile", () => {
    const weight: Parameter<[784, 10]> = parameter(zeros([784, 10]));
    const linear = layer(
      { weight },
      <Batch extends number>(x: Tensor<[Batch, 784]>) => relu(matmul(x, weight)) as Tensor<[Batch, 10]>,
    );
    expectTypeOf(linear).toEqualTypeOf<Layer<[number, 784], [number, 10]>>();
    expectTypeOf(linear(zeros([32, 784]))).toEqualTypeOf<Tensor<[32, 10]>>();
    const exact = layer({}, (x: Tensor<[32, 784]>) => matmul(x, weight));
    expectTypeOf(exact(zeros([32, 784]))).toEqualTypeOf<Tensor<[32, 10]>>();
    const anyOf: AnyLayer[] = [linear, exact, dense(3, 4)];
    expect(anyOf).toHaveLength(3);
    const typesOnly = (): void => {
      // @ts-expect-error layer: [32, 785] has 785 features; expected 784 features
      linear(zeros([32, 785]));
      // @ts-expect-error layer: [16, 784] does not fit [32, 784]
      exact(zeros([16, 784]));
    };
    expect(typesOnly).toBeTypeOf("function");
  });
});

test("what is no function or no layer is told so", () => {
  expect(() => layer({}, undefined as never)).toThrow(
    "layer: the function is undefined; expected one of a tensor, after the state: layer({ weight }, (x) => mul(x, weight))",
  );
  expect(() => model(relu as never)).toThrow(
    "model: the layer is the function relu; expected a layer; make one of a function",
  );
  expect(() => model([dense(2, 2)] as never)).toThrow("model: the layer is an array; expected a layer");
});
