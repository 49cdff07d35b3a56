import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  add,
  exp,
  grad,
  jvp,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
  transpose,
  vjp,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("vjp", () => {
  test("gives the value, and cotangents of all primals for one of the result", () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[3], [4]])];
    const [y, pullback] = vjp((x: Tensor<[1, 2]>, z: Tensor<[2, 1]>) => matmul(x, z), a, b);
    expect(y.toArray()).toEqual([[11]]);
    const [da, db] = pullback(tensor([[10]]));
    expect([da.toArray(), db.toArray()]).toEqual([[[30, 40]], [[10], [20]]]);
    expectTypeOf(da).toEqualTypeOf<Tensor<[1, 2]>>();
    const [again] = pullback(tensor([[1]]));
    expect(again.toArray()).toEqual([[3, 4]]);
  });
  test("takes and gives trees, the same shape for results and cotangents", () => {
    const [y, pullback] = vjp(
      (p: { w: Tensor<[2]>; b: Tensor<[]> }) => ({ scaled: mul(p.w, p.b), sum: [sum(p.w)] as const }),
      {
        w: tensor([1, 2]),
        b: tensor(3),
      },
    );
    expect(y.scaled.toArray()).toEqual([3, 6]);
    const [g] = pullback({ scaled: tensor([1, 10]), sum: [tensor(100)] });
    expect([g.w.toArray(), g.b.item()]).toEqual([[103, 130], 21]);
  });
  test("takes a number for a scalar cotangent, as exact as the result", () => {
    const [, pullback] = vjp((x: Tensor<[], "float64">) => mul(x, 1), tensor(1, { dtype: "float64" }));
    expect(pullback(0.1 as never)[0].item()).toBe(0.1);
  });
  test("is linear, so that its own derivative by the cotangent is itself", () => {
    const [, pullback] = vjp((x: Tensor<[2]>) => exp(x), tensor([0, 1]));
    const by = grad((ct: Tensor<[2]>) => sum(mul(pullback(ct)[0], tensor([3, 5]))))(tensor([7, 7]));
    expect(by.toArray()).toEqual([3, Math.fround(5 * Math.fround(Math.E))]);
  });
  test("says which cotangent does not fit", () => {
    const [, pullback] = vjp((x: Tensor<[2]>) => [x, sum(x)] as const, tensor([1, 2]));
    expect(failure(() => pullback([tensor([1, 2]), tensor([1])] as never))).toBe(
      "ShapeError: vjp: cotangent 1 has shape [1]; expected []",
    );
    expect(failure(() => pullback([tensor([1, 2])] as never))).toBe(
      "OptionError: vjp: 1 cotangents for 2 tensors; give one of each shape",
    );
    expect(failure(() => vjp((x: AnyTensor) => x, tensor([1], { dtype: "int32" })))).toBe(
      "DTypeError: vjp: int32 [1] has no gradient; cast it to float32, or differentiate another argument",
    );
  });
});

describe("jvp", () => {
  test("is the derivative along a direction", () => {
    const f = (x: Tensor<[2]>, a: Tensor<[2, 2]>): Tensor<[2]> => matmul(a, x.reshape([2, 1])).reshape([2]);
    const [y, dy] = jvp(
      f,
      [
        tensor([1, 2]),
        tensor([
          [1, 0],
          [2, 3],
        ]),
      ],
      [
        tensor([1, 1]),
        tensor([
          [0, 1],
          [0, 0],
        ]),
      ],
    );
    expect([y.toArray(), dy.toArray()]).toEqual([
      [1, 8],
      [3, 5],
    ]);
    expectTypeOf(dy).toEqualTypeOf<Tensor<[2]>>();
  });
  test("agrees with vjp: ⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩", () => {
    const f = (x: Tensor<[3]>): Tensor<[3, 3]> =>
      mul(exp(x.reshape([3, 1])), transpose(mul(x, x).reshape([3, 1])));
    const x = tensor([0.5, -1, 2], { dtype: "float32" });
    const dx = tensor([1, -2, 0.5]);
    const ct = tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    const left = sum(mul(jvp(f, [x], [dx])[1], ct)).item();
    const right = sum(mul(vjp(f, x)[1](ct)[0], dx)).item();
    expect(left / right).toBeCloseTo(1, 6);
  });
  test("of a tree is a tree, zeros where a result depends on nothing", () => {
    const [, dy] = jvp(
      (x: Tensor<[2]>) => ({ twice: mul(x, 2), fixed: tensor([1, 1]) }),
      [tensor([1, 2])],
      [tensor([3, 4])],
    );
    expect([dy.twice.toArray(), dy.fixed.toArray()]).toEqual([
      [6, 8],
      [0, 0],
    ]);
  });
  test("nests without confusion", () => {
    const f = (x: Tensor<[]>): Tensor<[]> =>
      mul(x, jvp((y: Tensor<[]>) => add(x, y), [tensor(1)], [tensor(1)])[1]);
    expect(jvp(f, [tensor(1)], [tensor(1)])[1].item()).toBe(1);
    const second = (x: Tensor<[]>): Tensor<[]> =>
      jvp((y: Tensor<[]>) => mul(y, mul(y, y)), [x], [tensor(1)])[1];
    expect(jvp(second, [tensor(2)], [tensor(1)])[1].item()).toBe(12);
    expect(grad(second)(tensor(2)).item()).toBe(12);
    expect(
      jvp(
        grad((x: Tensor<[]>) => mul(x, mul(x, x))),
        [tensor(2)],
        [tensor(1)],
      )[1].item(),
    ).toBe(12);
  });
  test("says which tangent does not fit", () => {
    expect(failure(() => jvp((x: Tensor<[2]>) => x, [tensor([1, 2])], [tensor([1])] as never))).toBe(
      "ShapeError: jvp: tangent 0 has shape [1]; expected [2]",
    );
    expect(failure(() => jvp((x: Tensor<[2]>) => x, [tensor([1, 2])], [] as never))).toBe(
      "OptionError: jvp: 0 tangents for 1 tensors; give one of each shape",
    );
  });
});
