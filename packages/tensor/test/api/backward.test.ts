import { describe, expect, expectTypeOf, test } from "vitest";
import {
  add,
  cast,
  compile,
  customGradient,
  grad,
  matmul,
  mul,
  type Parameter,
  parameter,
  stopGradient,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("backward", () => {
  test("leaves gradients in the parameters, and adds to those that are there", () => {
    const w = parameter(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    const x = tensor([[5, 6]]);
    expect(w.grad).toBeUndefined();
    sum(matmul(x, w)).backward();
    expect(w.grad?.toArray()).toEqual([
      [5, 5],
      [6, 6],
    ]);
    expectTypeOf(w.grad).toEqualTypeOf<Tensor<[2, 2]> | undefined>();
    sum(matmul(x, w)).backward();
    expect(w.grad?.toArray()).toEqual([
      [10, 10],
      [12, 12],
    ]);
    w.grad = undefined;
    sum(w).backward();
    expect((w as Parameter<[2, 2]>).grad?.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
  test("may be called twice on one loss", () => {
    const w = parameter(tensor(3));
    const loss = mul(w, w);
    loss.backward();
    loss.backward();
    expect(w.grad?.item()).toBe(12);
  });
  test("uses the values that the loss was computed with", () => {
    const w = parameter(tensor(3));
    const loss = mul(w, w);
    w.assign(tensor(100));
    loss.backward();
    expect([loss.item(), w.grad?.item()]).toEqual([9, 6]);
  });
  test("adds the gradients by all versions that the loss was computed with", () => {
    const w = parameter(tensor(3));
    const first = mul(w, w);
    w.assign(tensor(5));
    add(first, mul(w, w)).backward();
    expect(w.grad?.item()).toBe(6 + 10);
  });
  test("passes over what is not trainable, no float, stopped, or not part of the loss", () => {
    const w = parameter(tensor(3));
    const frozen = parameter(tensor(2), { trainable: false });
    const steps = parameter(tensor(4, { dtype: "int32" }));
    const [stopped, other] = [parameter(tensor(5)), parameter(tensor(6))];
    mul(mul(w, frozen), mul(cast(steps, "float32"), stopGradient(stopped))).backward();
    expect(w.grad?.item()).toBe(40);
    for (const one of [frozen, stopped, other]) expect(one.grad).toBeUndefined();
    expect(steps.grad).toBeUndefined();
  });
  test("twice, with a parameter that only the first loss reaches, keeps its gradient", () => {
    const [w, v] = [parameter(tensor(3)), parameter(tensor(4))];
    mul(w, v).backward();
    mul(w, stopGradient(v)).backward();
    expect([w.grad?.item(), v.grad?.item()]).toEqual([8, 3]);
    const first = customGradient(
      (a: Tensor<[]>, b: Tensor<[]>) => mul(a, b),
      ({ inputs: [, b], cotangent }) => [mul(cotangent, b), undefined],
    );
    first(w as unknown as Tensor<[]>, v as unknown as Tensor<[]>).backward();
    expect([w.grad?.item(), v.grad?.item()]).toEqual([12, 3]);
  });
  test("of a gradient gives second derivatives", () => {
    const w = parameter(tensor(2));
    mul(w, mul(w, w)).backward();
    const first = w.grad as Tensor<[]>;
    w.grad = undefined;
    first.backward();
    expect(w.grad).not.toBeUndefined();
    expect([first.item(), (w as Parameter<[]>).grad?.item()]).toEqual([12, 12]);
  });
  test("is part of a compiled step, where gradients start empty at each call and stay after it", () => {
    const w = parameter(tensor(3));
    const step = compile((x: Tensor<[]>) => {
      const before = w.grad;
      mul(w, x).backward();
      mul(w, x).backward();
      return [before === undefined, w.grad] as const;
    });
    expect(step(tensor(5))[1]?.item()).toBe(10);
    expect(w.grad?.item()).toBe(10);
    const [empty, g] = step(tensor(7));
    expect([empty, g?.item(), w.grad?.item()]).toEqual([true, 14, 14]);
    const clear = compile(() => {
      mul(w, w).backward();
      w.grad = undefined;
    });
    clear();
    expect(w.grad).toBeUndefined();
  });
  test("goes as far as an assigned parameter and no further, in compile too", () => {
    const [w, v] = [parameter(tensor(1), { trainable: false }), parameter(tensor(3))];
    const step = (): void => {
      w.assign(mul(v, 2));
      mul(w, w).backward();
    };
    const refused = "backward: the tensor depends on no trainable parameter";
    expect(failure(step)).toContain(refused);
    expect(failure(compile(step))).toContain(refused);
  });
  test("and grad in one function do not see each other", () => {
    const w = parameter(tensor(3));
    const slope = grad((x: Tensor<[]>) => {
      mul(w, x).backward();
      return mul(x, w);
    })(tensor(5));
    expect([slope.item(), w.grad?.item()]).toEqual([3, 5]);
  });
  test("refuses what has no gradient", () => {
    const w = parameter(tensor([1, 2]));
    expect(failure(() => mul(w, 2).backward())).toBe(
      "ShapeError: backward: a tensor of shape [2]; expected a scalar: reduce it with sum or mean",
    );
    expect(failure(() => sum(cast(w, "int32")).backward())).toBe(
      "DTypeError: backward: the tensor is int32, which has no gradient; expected a float scalar",
    );
    const nowhere =
      "GraphError: backward: the tensor depends on no trainable parameter; make weights with parameter(…), and differentiate " +
      "what a compiled function computes inside that function";
    expect(failure(() => tensor(1).backward())).toBe(nowhere);
    const loss = compile(() => sum(mul(w, w)))();
    expect(failure(() => loss.backward())).toBe(nowhere);
  });
});
