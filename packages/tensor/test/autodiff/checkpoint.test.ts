import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ClosureOps, closeOver, type Outline } from "../../src/autodiff/closure.ts";
import { topologicalOrder } from "../../src/graph/topological.ts";
import {
  type AnyTensor,
  add,
  argmax,
  checkpoint,
  compile,
  cos,
  exp,
  grad,
  hessian,
  jvp,
  matmul,
  mul,
  parameter,
  printGraph,
  sin,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

const row = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
const f = (x: Tensor<[3]>): Tensor<[]> => sum(mul(sin(mul(x, x)), exp(cos(x))));

describe("checkpoint", () => {
  property.prop([row])("changes no bit of values and derivatives of any order", (values) => {
    const x = tensor(values, [3]);
    const g = checkpoint(f);
    expectTypeOf(g).toEqualTypeOf<typeof f>();
    expect(g(x).item()).toBe(f(x).item());
    expect(grad(g)(x).toArray()).toEqual(grad(f)(x).toArray());
    expect(hessian(g)(x).toArray()).toEqual(hessian(f)(x).toArray());
    expect(jvp(g, [x], [x])[1].item()).toBe(jvp(f, [x], [x])[1].item());
    const both = compile(valueAndGrad(g));
    expect(both(x).map((y) => y.toArray())).toEqual(valueAndGrad(f)(x).map((y) => y.toArray()));
  });
  test("nests, in itself and in a compiled function", () => {
    const inner = checkpoint((x: Tensor<[3]>) => sin(mul(x, x)));
    const outer = checkpoint((x: Tensor<[3]>) => sum(mul(inner(x), exp(cos(x)))));
    const x = tensor([0.1, -1, 2]);
    expect(grad(outer)(x).toArray()).toEqual(grad(f)(x).toArray());
    expect(compile(grad(outer))(x).toArray()).toEqual(grad(f)(x).toArray());
    // The second derivative adds up the same terms in another order.
    const second = (g: (x: Tensor<[3]>) => Tensor<[]>): number[] =>
      Array.from(grad((y: Tensor<[3]>) => sum(mul(grad(g)(y), y)))(x).toTypedArray());
    const expected = second(f);
    second(outer).forEach((value, i) => {
      expect(value / expected[i]).toBeCloseTo(1, 6);
    });
  });
  test("gives parameters and captured arguments their gradients", () => {
    const [w, b] = [
      parameter(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
      parameter(tensor([5, 6])),
    ];
    const run = (x: Tensor<[1, 2]>): Tensor<[]> => sum(mul(sin(add(matmul(x, w), b)), b));
    const x = tensor([[0.5, -1]]);
    const gradientsBy = (loss: Tensor<[]>): unknown[] => {
      w.grad = undefined;
      b.grad = undefined;
      loss.backward();
      return [w.grad, b.grad].map((g) => (g as AnyTensor | undefined)?.toArray());
    };
    expect(gradientsBy(checkpoint(run)(x))).toEqual(gradientsBy(run(x)));
    const compiled = compile((y: Tensor<[1, 2]>) => {
      checkpoint(run)(y).backward();
      return [w.grad, b.grad];
    });
    expect(compiled(x).map((g) => (g as AnyTensor).toArray())).toEqual(gradientsBy(run(x)));
    const captured = (t: Tensor<[]>): Tensor<[]> => checkpoint((u: Tensor<[]>) => mul(mul(t, t), u))(t);
    expect(grad(captured)(tensor(3)).item()).toBe(27);
  });
  test("takes trees, several results, integers, numbers and data of its own", () => {
    const g = checkpoint((m: { w: Tensor<[2]>; i: Tensor<[2], "int32"> }, scale: Tensor<[]>) => ({
      scaled: mul(mul(m.w, tensor([10, 100])), scale),
      best: argmax(m.w),
      name: "net",
    }));
    const model = { w: tensor([3, 2]), i: tensor([1, 1], { dtype: "int32" }) };
    const out = g(model, tensor(2));
    expect([out.scaled.toArray(), out.best.item(), out.name]).toEqual([[60, 400], 0, "net"]);
    const loss = (w: Tensor<[2]>): Tensor<[]> => sum(g({ ...model, w }, tensor(2)).scaled);
    expect(grad(loss)(model.w).toArray()).toEqual([20, 200]);
    const wide = tensor([3], { dtype: "float64" });
    expect(checkpoint((y: typeof wide, s: Tensor<[]> | number) => mul(y, s))(wide, 0.1).toArray()).toEqual([
      0.1 * 3,
    ]);
    // A traced number keeps its float64 digits inside.
    const beyond = compile((x: Tensor<[2]>, r: Tensor<[]>) =>
      checkpoint((y: Tensor<[2]>, s: Tensor<[]>) => mul(y, sub(s, 1)))(x, r),
    );
    expect(beyond(tensor([1, 2]), 1 + 2 ** -30).toArray()).toEqual([2 ** -30, 2 ** -29]);
  });
  test("may give back what it is given, or what it captures", () => {
    const w = parameter(tensor(4));
    expect(checkpoint((x: Tensor<[]>) => x)(tensor(3)).item()).toBe(3);
    expect(grad(checkpoint((x: Tensor<[]>) => x))(tensor(3)).item()).toBe(1);
    checkpoint(() => mul(w, 1))().backward();
    expect(w.grad?.item()).toBe(1);
    expect(grad(checkpoint((x: Tensor<[]>) => stopGradient(x)))(tensor(3)).item()).toBe(0);
  });
  test("is the same op each time that it does the same, and another that does something else", () => {
    const w = parameter(tensor([1, 2]));
    type Pair = readonly [AnyTensor, AnyTensor];
    const [a, b] = [tensor([3, 4]) as AnyTensor, tensor([5, 6]) as AnyTensor];
    const seen: { readonly op: unknown; readonly value: readonly number[] }[] = [];
    const call = (fn: (...args: Pair) => AnyTensor, given: Pair = [a, b]): void => {
      const made = checkpoint(fn)(...given);
      seen.push({ op: made.op, value: [...made.toTypedArray()] });
    };
    for (let i = 0; i < 2; i++) {
      const shift = tensor([i, i]);
      call((x, y) => sub(x, y));
      call((x, y) => sub(y, x));
      call((x, y) => mul(sub(x, y), 2.5));
      call((x, y) => mul(sub(x, y), -0));
      call((x, y) => mul(sub(x, y), 0));
      call((x, y) => mul(add(x, shift), mul(w, y)));
      call((x) => sum(x, { axis: 0 }));
      call((x) => sum(x, { axis: 0, keepDims: true }));
      call((x) => x);
      call((_, y) => y);
      call((x, y) => sub(x, y), [a, tensor(1)]);
      call((x, y) => sub(x, y), [a, tensor([1, 2], { dtype: "float64" })]);
      call((x, y) => mul(sub(x, y), tensor([1])));
      call((x, y) => mul(sub(x, y), tensor([1, 1])));
      call(() => zeros([2]));
      call(() => zeros([2], { dtype: "int32" }));
    }
    const kinds = seen.length / 2;
    expect(seen.slice(kinds).map(({ op }) => op)).toEqual(seen.slice(0, kinds).map(({ op }) => op));
    expect(new Set(seen.map(({ op }) => op)).size).toBe(kinds);
    expect(seen.slice(kinds).map(({ value }) => value)).toEqual([
      [-2, -2],
      [2, 2],
      [-5, -5],
      [0, 0],
      [-0, -0],
      [4 * 5, 5 * 2 * 6],
      [7],
      [7],
      [3, 4],
      [5, 6],
      [2, 3],
      [2, 2],
      [-2, -2],
      [-2, -2],
      [0, 0],
      [0, 0],
    ]);
    const twice = checkpoint((k: Tensor<[], "float64">) => mul(k, k));
    expect(twice(2 as never).op).toBe(twice(3 as never).op);
    expect(twice(2 as never).op).not.toBe(twice(tensor(2, { dtype: "float64" })).op);
  });
  test("tells apart which values are results", () => {
    const x = tensor([1, 2]);
    const results = (fn: (y: AnyTensor) => AnyTensor[]): number[][] =>
      checkpoint((y: AnyTensor) => fn(mul(y, 2)))(x).map((one) => [...one.toTypedArray()]);
    expect(results((y) => [mul(y, y), y])).toEqual([
      [4, 16],
      [2, 4],
    ]);
    expect(results((y) => [mul(y, y), mul(y, y)])).toEqual([
      [4, 16],
      [4, 16],
    ]);
    const shared = (fn: (y: AnyTensor, z: AnyTensor) => AnyTensor[]): number[][] =>
      checkpoint((y: AnyTensor) => fn(mul(y, y), y))(x).map((one) => [...one.toTypedArray()]);
    expect(shared((y, z) => [y, z])).toEqual([
      [1, 4],
      [1, 2],
    ]);
    expect(shared((y) => [y, y])).toEqual([
      [1, 4],
      [1, 4],
    ]);
  });
  test("keeps no values of its first call for the next", () => {
    const big = tensor(new Float32Array(1000));
    const closure = closeOver((x: Tensor<[1000]>) => sub(x, big), [tensor(new Float32Array(1000))]);
    expect(closure.captured[0].memo.storage).toBeDefined();
    const outline = new ClosureOps<Outline>().of(closure, (one) => one);
    const nodes = topologicalOrder(outline.outputs);
    expect(nodes.length).toBe(3);
    expect(nodes.filter(({ memo }) => memo.storage !== undefined)).toEqual([]);
  });
  test("keeps its name in the graph, and a barrier before what it recomputes", () => {
    const x = tensor([1, 2, 3]);
    expect(printGraph(checkpoint(f)(x))).toBe("%0: float32[3] = data\n%1: float32[] = checkpoint(%0)");
    expect(printGraph(grad(checkpoint(f))(x))).toContain("barrier(");
  });
  test("says that its arguments have no numbers", () => {
    expect(failure(() => checkpoint((x: Tensor<[]>) => mul(x, x.item() as number))(tensor(1)))).toBe(
      "GraphError: read: a traced value (float32 []) has no number while compile() or checkpoint() traces the function; " +
        "return it and read it after the call, or choose with where() instead of if",
    );
  });
});
