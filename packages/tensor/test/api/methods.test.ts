import { describe, expect, expectTypeOf, test } from "vitest";
import * as engine from "../../src/index.ts";
import {
  type AnyTensor,
  installMethods,
  matmul,
  primitiveNames,
  type Shape,
  Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("methods", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const w = tensor([
    [0.5, -1],
    [2, 0.25],
  ]);

  test("are the functions, for every primitive of one tensor", () => {
    const calls: Record<string, readonly unknown[]> = {
      add: [w],
      sub: [w],
      mul: [2],
      div: [w],
      pow: [2],
      maximum: [w],
      minimum: [3],
      equal: [w],
      less: [w],
      matmul: [w],
      cast: ["int32"],
      sum: [{ axis: 0 }],
      max: [{ axis: 1, keepDims: true }],
      argmax: [{ axis: 1 }],
      cumsum: [{ axis: 0 }],
      argsort: [{ axis: 0 }],
      reshape: [[4]],
      broadcastTo: [[3, 2, 2]],
      transpose: [[1, 0]],
      slice: [[0, 1], [2], [1]],
      pad: [
        [
          [1, 0],
          [0, 2],
        ],
        { value: 7, interior: [1, 0] },
      ],
      take: [tensor([1], { dtype: "int32" }), { axis: 1 }],
    };
    const unary = [
      "neg",
      "abs",
      "floor",
      "exp",
      "expm1",
      "log",
      "log1p",
      "sqrt",
      "sin",
      "cos",
      "erf",
      "erfc",
    ];
    for (const name of unary) calls[name] = [];
    // Those whose first argument is no tensor, or which users do not call.
    const without = [
      "barrier",
      "checkFinite",
      "checkIndex",
      "concat",
      "iota",
      "patches",
      "randomBits",
      "scatterAdd",
      "sumPatches",
      "where",
    ];
    expect([...Object.keys(calls), ...without].sort()).toEqual([...primitiveNames].sort());
    for (const [name, rest] of Object.entries(calls)) {
      const method = (x as unknown as Record<string, (...rest: unknown[]) => AnyTensor>)[name];
      const fn = (engine as unknown as Record<string, (...all: unknown[]) => AnyTensor>)[name];
      const [a, b] = [method.call(x, ...rest), fn(x, ...rest)];
      expect([name, a.dtype, a.shape, a.toArray()]).toEqual([name, b.dtype, b.shape, b.toArray()]);
    }
  });
  test("chain, and keep the types of the functions", () => {
    const y = x.matmul(w).add(1).sum({ axis: 0 });
    expectTypeOf(y).toEqualTypeOf<Tensor<[2]>>();
    expect(y.toArray()).toEqual(matmul(x, w).add(tensor(1)).sum({ axis: 0 }).toArray());
    expectTypeOf(x.slice([0], [1])).toEqualTypeOf<Tensor<[1, 2]>>();
    expectTypeOf(x.cast("int32")).toEqualTypeOf<Tensor<[2, 2], "int32">>();
    // @ts-expect-error: inner dimensions 2 and 3 differ
    expect(() => x.matmul(zeros([3, 2]))).toThrow("inner dimensions 2 and 3 differ");
  });
  test("can be installed, and do not show up in loops over keys", () => {
    installMethods({ twice: (t: never) => engine.mul(t, 2) });
    expect((x as unknown as { twice(): AnyTensor }).twice().toArray()).toEqual([
      [2, 4],
      [6, 8],
    ]);
    const keys: string[] = [];
    for (const key in x) keys.push(key);
    expect(keys).not.toContain("twice");
    delete (Tensor.prototype as unknown as Record<string, unknown>).twice;
  });
});

describe("reading", () => {
  test("item is the value of one element, of any rank", () => {
    expect(tensor([[[3]]]).item()).toBe(3);
    expect(tensor(true).item()).toBe(true);
    expectTypeOf(tensor(true).item()).toEqualTypeOf<boolean>();
    expectTypeOf(tensor(1).item()).toEqualTypeOf<number>();
    expect(failure(() => tensor([1, 2]).item())).toBe(
      "ShapeError: item: a tensor of shape [2] has 2 elements; expected one, or use toArray()",
    );
    expect(failure(() => zeros([0]).item())).toContain("has 0 elements");
  });
  test("toArray nests, bool as booleans", () => {
    expect(tensor(3).toArray()).toBe(3);
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
    expect(zeros([0, 2]).toArray()).toEqual([]);
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
    expectTypeOf(tensor([[1]]).toArray()).toEqualTypeOf<number[][]>();
  });
  test("data and toTypedArray have the dtype's array", async () => {
    expect(tensor([1]).toTypedArray()).toEqual(Float32Array.of(1));
    expect(await tensor([1], { dtype: "float64" }).data()).toEqual(Float64Array.of(1));
    expect(tensor([1], { dtype: "int32" }).toTypedArray()).toEqual(Int32Array.of(1));
    expect(await tensor([true]).data()).toEqual(Uint8Array.of(1));
  });
  test("a scalar is a number where JavaScript asks for one, more elements are not", () => {
    expect(Number(tensor(3))).toBe(3);
    expect((tensor(2) as unknown as number) > 1).toBe(true);
    expect(failure(() => Number(tensor([1, 2])))).toBe(
      "GraphError: arithmetic: a tensor of shape [2] is used as a number; use add, less and the other ops",
    );
    expect(failure(() => (tensor([1, 2]) as unknown as number) + 1)).toContain("is used as a number");
  });
  test("as checks a shape when run and tells it to the type", () => {
    const unknown = zeros([2, 3]) as Tensor;
    const known = unknown.as([2, 3]);
    expect(known).toBe(unknown);
    expectTypeOf(known).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(zeros([2]) as Tensor<Shape>).not.toExtend<Tensor<[2]>>();
    expect(failure(() => unknown.as([3, 2]))).toBe(
      "ShapeError: as: the tensor has shape [2, 3]; expected [3, 2]",
    );
    expect(failure(() => unknown.as([2, 3, 1]))).toContain("expected [2, 3, 1]");
  });
});
