import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyParameter,
  type AnyTensor,
  add,
  assignAll,
  cast,
  compile,
  matmul,
  mul,
  Parameter,
  parameter,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("a parameter", () => {
  test("stands for its present value wherever a tensor does", () => {
    const w = parameter(tensor([[1, 2]]), { name: "weight" });
    expect([w.name, w.trainable, w.shape, w.dtype, w.size, w.rank]).toEqual([
      "weight",
      true,
      [1, 2],
      "float32",
      2,
      2,
    ]);
    expect(w.toArray()).toEqual([[1, 2]]);
    expect(w.add(1).toArray()).toEqual([[2, 3]]);
    expect(matmul(w, transpose(w)).toArray()).toEqual([[5]]);
    expectTypeOf(w).toEqualTypeOf<Parameter<[1, 2]>>();
    expectTypeOf(w).toExtend<Tensor<[1, 2]>>();
    expect(parameter(zeros([])).name).toBe("parameter");
    expect(parameter(zeros([]), { trainable: false }).trainable).toBe(false);
  });
  test("starts with a value of its own", () => {
    const start = new Float32Array([1, 2]);
    const w = parameter(tensor(start));
    start[0] = 99;
    const v = parameter(w);
    w.assign(tensor([5, 6]));
    expect([w.toArray(), v.toArray()]).toEqual([
      [5, 6],
      [1, 2],
    ]);
    const flat = w.toTypedArray();
    flat[0] = 99;
    expect(w.toArray()).toEqual([5, 6]);
  });
  test("that was read before it is assigned keeps what was read", () => {
    const w = parameter(tensor([1, 2]));
    const before = mul(w, 10);
    const read = mul(w, 100);
    expect(read.toArray()).toEqual([100, 200]);
    w.assign(tensor([3, 4]));
    expect([before.toArray(), read.toArray(), mul(w, 10).toArray()]).toEqual([
      [10, 20],
      [100, 200],
      [30, 40],
    ]);
  });
  test("may be assigned what it was computed from", () => {
    const w = parameter(tensor(1));
    for (let i = 0; i < 5; i++) w.assign(mul(w, 2));
    expect(w.item()).toBe(32);
    w.assign(w);
    expect(w.item()).toBe(32);
  });
  test("takes only values of its shape and dtype", () => {
    const w = parameter(zeros([2]), { name: "w" });
    const assign = (value: AnyTensor): string => failure(() => w.assign(value as Tensor<[2]>));
    expect(assign(zeros([3]))).toBe('ShapeError: assign: shape [3] for parameter "w" of shape [2]');
    expect(assign(zeros([2], { dtype: "float64" }))).toBe(
      'DTypeError: assign: float64 for parameter "w" of float32; cast(value, "float32") first',
    );
    // @ts-expect-error: the parameter has shape [2]
    expect(() => w.assign(zeros([3]))).toThrow("shape [3]");
    expect(w.toArray()).toEqual([0, 0]);
  });
  test("may be an integer, a bool or float64", () => {
    const step = parameter(tensor(0, { dtype: "int32" }));
    step.assign(add(step, 1));
    expect(step.item()).toBe(1);
    const flag = parameter(tensor([true, false]));
    flag.assign(cast(tensor([0, 1]), "bool"));
    expect(flag.toArray()).toEqual([false, true]);
  });
  test("cannot be made while a function is traced", () => {
    const make = compile((x: Tensor<[2]>) => sum(mul(parameter(x, { name: "late" }), 2)));
    expect(failure(() => make(tensor([1, 2])))).toBe(
      'GraphError: parameter: "late" is made while a function is traced; make parameters outside compile()',
    );
  });
  test("is an instance of its class", () => {
    expect(parameter(tensor(1))).toBeInstanceOf(Parameter);
    expect(tensor(1)).not.toBeInstanceOf(Parameter);
  });
});

describe("assignAll", () => {
  test("computes all values before it writes one", () => {
    const [a, b] = [parameter(tensor([1, 2])), parameter(tensor([3, 4]))];
    assignAll([
      [a, b],
      [b, a],
    ]);
    expect([a.toArray(), b.toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });
  test("writes all or none", () => {
    const [a, b] = [parameter(tensor([1, 2])), parameter(tensor(3), { name: "b" })];
    const state = (): unknown[] => [a.toArray(), b.item()];
    const bad = take(tensor([1, 2]), tensor(5, { dtype: "int32" }));
    const both: [AnyParameter, AnyTensor][] = [
      [a, add(a, 1)],
      [b, bad],
    ];
    expect(failure(() => assignAll(both))).toContain("IndexError: take: index 5");
    expect(state()).toEqual([[1, 2], 3]);
    expect(
      failure(() =>
        assignAll([
          [a, add(a, 1)],
          [b, zeros([2])],
        ]),
      ),
    ).toBe('ShapeError: assign: shape [2] for parameter "b" of shape []');
    expect(state()).toEqual([[1, 2], 3]);
  });
  test("of nothing does nothing", () => {
    assignAll([]);
  });
});
