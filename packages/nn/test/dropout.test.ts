import {
  type AnyTensor,
  compile,
  grad,
  ones,
  random,
  sum,
  type Tensor,
  tensor,
  training,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { dropout, sequential } from "../src/index.ts";
import { numbersOf } from "./close.ts";

describe("dropout", () => {
  const key = random.key(11);
  const x = ones([10_000]);

  test("inference is the identity and leaves the key alone", () => {
    const layer = dropout(0.5, { key });
    const before = numbersOf(layer.stateDict().key);
    expect(numbersOf(layer(tensor([1, 2, 3])) as AnyTensor)).toEqual([1, 2, 3]);
    expect(numbersOf(layer.stateDict().key)).toEqual(before);
  });

  test.each([0.1, 0.5, 0.9])("in training an element falls with probability %d, the others grow", (rate) => {
    const y = numbersOf(training(() => dropout(rate, { key })(x)) as AnyTensor);
    const fallen = y.filter((one) => one === 0).length / y.length;
    // Four standard deviations of a binomial with 10,000 draws.
    expect(Math.abs(fallen - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / y.length));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  test("each call takes another key, and the same start gives the same calls", () => {
    const run = (): number[][] => {
      const layer = dropout(0.5, { key });
      return [1, 2, 3].map(() => numbersOf(training(() => layer(ones([50]))) as AnyTensor));
    };
    const [first, second, third] = run();
    expect(first).not.toEqual(second);
    expect(second).not.toEqual(third);
    expect(run()).toEqual([first, second, third]);
  });

  test("a compiled step advances the key, as calls outside do", () => {
    const [compiled, plain] = [dropout(0.5, { key }), dropout(0.5, { key })];
    const step = compile((z: Tensor<[50]>) => compiled(z), { training: true });
    for (let i = 0; i < 3; i++)
      expect(numbersOf(step(ones([50])))).toEqual(numbersOf(training(() => plain(ones([50]))) as AnyTensor));
    expect(numbersOf(compiled.stateDict().key)).toEqual(numbersOf(plain.stateDict().key));
  });

  test("a restored key goes on where it stopped", () => {
    const layer = dropout(0.5, { key });
    const call = (): number[] => numbersOf(training(() => layer(ones([50]))) as AnyTensor);
    call();
    const state = layer.stateDict();
    const next = call();
    layer.loadStateDict(state);
    expect(call()).toEqual(next);
  });

  test("the gradient goes where the element stayed, with the same factor", () => {
    const layer = dropout(0.25, { key });
    const state = layer.stateDict();
    const y = numbersOf(training(() => layer(ones([100]))) as AnyTensor);
    layer.loadStateDict(state);
    const slope = training(() => grad((z: Tensor<[100]>) => sum(layer(z)))(ones([100])));
    expect(numbersOf(slope)).toEqual(y);
  });

  test("what falls is 0 also where it was ∞ or NaN; rates 0 and 1", () => {
    const wild = tensor([Number.POSITIVE_INFINITY, Number.NaN]);
    expect(numbersOf(training(() => dropout(1, { key })(wild)))).toEqual([0, 0]);
    expect(numbersOf(training(() => dropout(0, { key })(wild)))).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
    const many = numbersOf(
      training(() => dropout(0.5, { key })(tensor(new Float32Array(100).fill(Number.NaN)))) as AnyTensor,
    );
    expect(many.filter((one) => one === 0).length).toBeGreaterThan(20);
  });

  test("its key is state but no parameter to train", () => {
    const model = sequential(dropout(0.5, { key }));
    expect(model.parameters()).toEqual([]);
    expect(Object.keys(model.stateDict())).toEqual(["0.key"]);
  });

  test("errors and types", () => {
    expect(() => dropout(1.5)).toThrow("dropout: rate is 1.5; expected a number from 0 to 1");
    expect(() => dropout(Number.NaN)).toThrow("dropout: rate is NaN");
    expect(() => dropout(0.5, { seed: 3 } as never)).toThrow(
      'dropout: unknown option "seed"; expected one of key',
    );
    expectTypeOf(dropout(0.5)(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(dropout(0.5)(zeros([2, 3], { dtype: "float64" }))).toEqualTypeOf<
      Tensor<[2, 3], "float64">
    >();
  });
});
