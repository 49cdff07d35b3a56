import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { dataNode } from "../../src/graph/apply.ts";
import {
  type AnyTensor,
  add,
  assignAll,
  type Compiled,
  checkpoint,
  compile,
  div,
  exp,
  grad,
  gradients,
  inference,
  isTraining,
  less,
  maximum,
  mul,
  parameter,
  pow,
  random,
  referenceBackend,
  setBackend,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  training,
  valueAndGrad,
  where,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

const whole = (values: number[]): AnyTensor => tensor(values, { dtype: "int32" });

/** The function, and how often it was traced. */
function counted<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
): [Compiled<Args, R>, () => number] {
  let traces = 0;
  const compiled = compile((...args: Args) => {
    traces++;
    return fn(...args);
  });
  return [compiled, () => traces];
}

describe("a compiled function is traced", () => {
  test("once for each set of shapes and dtypes", () => {
    const [f, traces] = counted((x: AnyTensor) => mul(x, 2));
    expect(f(tensor([1, 2])).toArray()).toEqual([2, 4]);
    expect(f(tensor([3, 4])).toArray()).toEqual([6, 8]);
    expect(traces()).toBe(1);
    expect(f(tensor([[3, 4]])).toArray()).toEqual([[6, 8]]);
    expect(f(whole([3, 4])).toArray()).toEqual([6, 8]);
    expect(f(tensor([5, 6])).toArray()).toEqual([10, 12]);
    expect(traces()).toBe(3);
    expect(f.programs).toHaveLength(3);
    expect(f.programs[0]).toContain("mul(");
  });
  test("once for all numbers", () => {
    const [f, traces] = counted((x: Tensor<[2]>, rate: Tensor<[]>) => mul(x, rate));
    for (const rate of [0.1, 2, -3, Number.NaN]) f(tensor([1, 2]), rate);
    expect(f(tensor([1, 2]), 0.5).toArray()).toEqual([0.5, 1]);
    expect(traces()).toBe(1);
    expectTypeOf(f).toBeCallableWith(tensor([1, 2]), 3);
    expect(f(tensor([1, 2]), tensor(0.5)).toArray()).toEqual([0.5, 1]);
    expect(traces()).toBe(2);
  });
  test("for each boolean, string and other value", () => {
    const [f, traces] = counted((x: AnyTensor, how: unknown) =>
      mul(x, how === true || how === "twice" ? 2 : 3),
    );
    const x = tensor([1]);
    expect(f(x, true).toArray()).toEqual([2]);
    expect(f(x, false).toArray()).toEqual([3]);
    expect(f(x, "twice").toArray()).toEqual([2]);
    expect(f(x, "true").toArray()).toEqual([3]);
    for (const how of [null, undefined, 1n, "null", "undefined"]) expect(f(x, how).toArray()).toEqual([3]);
    f(x, true);
    expect(traces()).toBe(9);
  });
  test("for each function and object that it is given, by identity", () => {
    const times = (k: number) => (x: AnyTensor) => mul(x, k);
    const [f, traces] = counted((x: AnyTensor, fn: (x: AnyTensor) => AnyTensor) => fn(x));
    const [double, triple] = [times(2), times(3)];
    const results = [double, triple, double].map((fn) => f(tensor([1]), fn).toArray());
    expect(results).toEqual([[2], [3], [2]]);
    expect(traces()).toBe(2);
    const [g] = counted((x: AnyTensor, options: Map<string, number>) => mul(x, options.get("k") as number));
    expect([2, 3].map((k) => g(tensor([1]), new Map([["k", k]])).toArray())).toEqual([[2], [3]]);
  });
  test("for each structure of its arguments", () => {
    const [f, traces] = counted((tree: object) =>
      JSON.stringify(tree, (_, value) => (value?.dtype ? "x" : value)),
    );
    const x = tensor(1);
    const trees = [
      { a: { b: x } },
      { "a.b": x },
      { a: { b: x }, list: [] },
      { a: { b: [x] } },
      { a: { b: x }, c: {} },
      x,
      [x],
      [[x]],
      [x, []],
      [[], x],
      [x, {}],
      { a: x },
      { b: x },
      { a: x, b: x },
      { a: x, list: [] },
      { '"a":x,"b"': x },
      { "a:x,b": x },
      { a: { b: x }, c: x },
      { a: { b: x, c: x } },
      ["a", x],
      ["x", "x"],
    ];
    const texts = trees.map((tree) => f(tree));
    expect(texts).toEqual(
      trees.map((tree) => JSON.stringify(tree, (_, value) => (value?.dtype ? "x" : value))),
    );
    expect(traces()).toBe(trees.length);
  });
  test("for each backend", () => {
    const [f, traces] = counted((x: AnyTensor) => mul(x, 2));
    f(tensor(1));
    try {
      setBackend({ name: "another", prepare: (graph) => referenceBackend.prepare(graph) });
      expect(f(tensor(3)).item()).toBe(6);
      expect(traces()).toBe(2);
    } finally {
      setBackend(referenceBackend);
    }
  });
  test("for numbers, which take the dtype of others, apart from float64", () => {
    const f = compile((x: AnyTensor) => mul(x, tensor([1, 2])));
    const number = dataNode(Float64Array.of(3), [], "float64", true);
    const types = [number, tensor(3, { dtype: "float64" }), number].map((x) => f(x).dtype);
    expect(types).toEqual(["float32", "float64", "float32"]);
  });
  test("for numbers, which adopt integer dtypes as they do without compile", () => {
    const ints = whole([1, -2]);
    const bytes = tensor([250, 3], { dtype: "uint8" });
    const calls: ((k: number) => AnyTensor)[] = [
      (k) => add(ints, k),
      (k) => mul(add(bytes, k), bytes),
      (k) => maximum(ints, k),
      (k) => where(less(ints, k), ints, k),
      (k) => pow(ints, k),
      (k) => add(tensor([true, false]), k),
      (k) => where(less(ints, 0), tensor([true, false]), k),
      (k) => div(ints, k),
      (k) => add(mul(ints, k), 0.25 * 4),
      (k) => add(ints, mul(k as never, 0.5)),
    ];
    const outcome = (fn: (k: number) => AnyTensor, k: number): unknown => {
      let y: AnyTensor | undefined;
      const thrown = failure(() => {
        y = fn(k);
        y.toArray();
      });
      return y === undefined ? thrown : [y.dtype, y.toArray()];
    };
    for (const fn of calls) {
      const compiled = compile(fn);
      for (const k of [3, 300, 0.5, -1, Number.NaN, 2 ** 31, 1])
        expect([k, outcome(compiled, k)]).toEqual([k, outcome(fn, k)]);
      expect(compiled.programs).toHaveLength(1);
    }
    const sums = compile((x: Tensor<[2], "int32">, k: number) => add(x, k));
    expectTypeOf(sums(ints as never, 3)).toEqualTypeOf<Tensor<[2], "int32">>();
  });
  test("for numbers that are assigned to integers, where one that does not fit leaves all as it was", () => {
    const [count, w] = [parameter(whole([5, 7])), parameter(tensor(1))];
    const step = compile((k: number) => {
      w.assign(mul(w, k));
      count.assign(add(count, k) as Tensor<[2], "int32">);
    });
    step(2);
    expect([count.toArray(), w.item()]).toEqual([[7, 9], 2]);
    const refused =
      'DTypeError: add: 0.5 is not an integer, as int32 needs; cast the int32 tensor to "float32" first';
    expect(failure(() => step(0.5))).toBe(refused);
    expect([count.toArray(), w.item()]).toEqual([[7, 9], 2]);
    const last = parameter(tensor(0, { dtype: "uint8" }));
    const set = compile((k: AnyTensor | number) => last.assign(k as never));
    set(200);
    expect(last.item()).toBe(200);
    expect(failure(() => set(300))).toContain("assign: 300 is outside uint8's range 0 to 255");
    const half = compile((k: number) => last.assign(mul(k as never, 0.5) as never));
    expect(failure(() => half(4))).toContain("DTypeError: assign: float64 for parameter");
    expect(last.item()).toBe(200);
  });
  test("for training and for inference", () => {
    const [f, traces] = counted((x: Tensor<[]>) => add(x, isTraining() ? 1 : 0));
    expect(f(tensor(0)).item()).toBe(0);
    expect(training(() => f(tensor(0)).item())).toBe(1);
    expect(inference(() => f(tensor(0)).item())).toBe(0);
    expect(traces()).toBe(2);
    const always = compile((x: Tensor<[]>) => add(x, isTraining() ? 1 : 0), { training: true });
    expect(always(tensor(0)).item()).toBe(1);
    expect(isTraining()).toBe(false);
    const never = compile((x: Tensor<[]>) => add(x, isTraining() ? 1 : 0), { training: false });
    expect(training(() => never(tensor(0)).item())).toBe(0);
    expect(compile((x: Tensor<[]>) => add(always(x), never(x)))(tensor(0)).item()).toBe(1);
  });
  test("anew when a parameter is frozen or thawed", () => {
    const w = parameter(tensor(3));
    const v = parameter(tensor(4));
    const [f, traces] = counted(() => {
      w.grad = undefined;
      mul(w, v).backward();
    });
    const gradientsOf = (): unknown[] => [w.grad?.item(), v.grad?.item()];
    f();
    expect(gradientsOf()).toEqual([4, 3]);
    w.trainable = false;
    f();
    expect(gradientsOf()).toEqual([undefined, 3]);
    w.trainable = true;
    f();
    f();
    expect([...gradientsOf(), traces()]).toEqual([4, 3, 3]);
  });
  test("anew, not without end, when shapes keep changing", () => {
    const [f, traces] = counted((x: AnyTensor) => sum(x));
    for (let n = 0; n < 300; n++) expect(f(zeros([n])).item()).toBe(0);
    expect(traces()).toBe(300);
    expect(f.programs.length).toBeLessThanOrEqual(256);
    f(zeros([299]));
    expect(traces()).toBe(300);
  });
});

describe("arguments and results", () => {
  test("are trees, with other values as they were when traced", () => {
    const f = compile((m: { w: Tensor<[2]>; list: readonly [Tensor<[]>] }) => ({
      sum: add(m.w, m.list[0]),
      list: [m.list[0], "text", 3, null] as const,
      nothing: undefined,
    }));
    const out = f({ w: tensor([1, 2]), list: [tensor(10)] });
    expectTypeOf(out.sum).toEqualTypeOf<Tensor<[2]>>();
    expect(out.sum.toArray()).toEqual([11, 12]);
    expect([out.list[0].item(), ...out.list.slice(1), out.nothing]).toEqual([10, "text", 3, null, undefined]);
  });
  test("may be the same tensor twice, an argument given back, a parameter, a number, or nothing", () => {
    const w = parameter(tensor([7, 8]));
    const f = compile((a: Tensor<[2]>, b: Tensor<[2]>) => [sub(a, b), a, b, w, tensor(3), a] as const);
    const x = tensor([1, 2]);
    expect(f(x, x).map((y) => y.toArray())).toEqual([[0, 0], [1, 2], [1, 2], [7, 8], 3, [1, 2]]);
    expect(f(x, tensor([0, 5])).map((y) => y.toArray())).toEqual([
      [1, -3],
      [1, 2],
      [0, 5],
      [7, 8],
      3,
      [1, 2],
    ]);
    expect(compile(() => {})()).toBeUndefined();
    expect(compile(() => 7)()).toBe(7);
    w.assign(tensor([0, 0]));
    expect(f(x, x)[3].toArray()).toEqual([0, 0]);
  });
  test("given back are not changed by what happens to them later", () => {
    const w = parameter(tensor([1, 2]));
    const f = compile((x: Tensor<[2]>) => {
      const before = mul(w, 1);
      w.assign(x);
      return [w, before, x] as const;
    });
    const first = f(tensor([3, 4]));
    f(tensor([5, 6]));
    expect(first.map((y) => y.toArray())).toEqual([
      [3, 4],
      [1, 2],
      [3, 4],
    ]);
    expect(w.toArray()).toEqual([5, 6]);
  });
  test("may be parameters, whose value is read at each call", () => {
    const [f, traces] = counted((p: AnyTensor) => mul(p, 2));
    const [a, b] = [parameter(tensor(1)), parameter(tensor(10))];
    expect([f(a).item(), f(b).item()]).toEqual([2, 20]);
    a.assign(tensor(5));
    expect([f(a).item(), traces()]).toEqual([10, 2]);
  });
  test("may be pending, and are computed once", () => {
    const x = exp(tensor([0, 0]));
    expect(compile((y: Tensor<[2]>) => add(y, y))(x).toArray()).toEqual([2, 2]);
  });
  test("must not be typed arrays, whose numbers would freeze", () => {
    const f = compile((x: unknown) => mul(tensor(x as Float32Array), 2));
    expect(failure(() => f(new Float32Array(2)))).toBe(
      "OptionError: compile: an argument is a Float32Array, whose numbers would be frozen into the program; pass tensor(…) of it",
    );
  });
});

describe("what a compiled function uses from outside", () => {
  test("are tensors, pending or not, which it keeps", () => {
    const data = tensor([1, 2]);
    const pending = exp(mul(data, 0));
    const f = compile((x: Tensor<[2]>) => add(mul(x, data), add(pending, tensor([10, 20]))));
    expect(f(tensor([3, 4])).toArray()).toEqual([14, 29]);
    expect(f(tensor([0, 0])).toArray()).toEqual([11, 21]);
  });
  test("are versions of parameters when read outside, present values when read inside", () => {
    const w = parameter(tensor(2));
    const outside = mul(w, 10);
    const f = compile(() => add(outside, w));
    expect(f().item()).toBe(22);
    w.assign(tensor(3));
    expect(f().item()).toBe(23);
  });
  test("may be a tensor that is read inside, since it has a number", () => {
    const data = tensor(3);
    const f = compile((x: Tensor<[]>) => mul(x, (data.item() as number) + (exp(zeros([])).item() as number)));
    expect(f(tensor(2)).item()).toBe(8);
  });
});

describe("state in a compiled function", () => {
  test("is read, written and read again in order", () => {
    const w = parameter(tensor(1));
    const f = compile((x: Tensor<[]>) => {
      const first = mul(w, 1);
      w.assign(add(w, x));
      const second = mul(w, 1);
      w.assign(mul(w, 10));
      return [first, second, w] as const;
    });
    expect(f(tensor(2)).map((y) => y.item())).toEqual([1, 3, 30]);
    expect(w.item()).toBe(30);
    expect(f(tensor(0)).map((y) => y.item())).toEqual([30, 30, 300]);
  });
  test("may be written without being read, by others' old values, or by an argument", () => {
    const [a, b] = [parameter(tensor(1)), parameter(tensor(2))];
    const swap = compile(() => assignAll([[a, b], [b, a]])); // biome-ignore format: pairs
    swap();
    expect([a.item(), b.item()]).toEqual([2, 1]);
    compile((x: Tensor<[]>) => a.assign(x))(tensor(9));
    compile((x: Tensor<[]>) => b.assign(x))(8);
    expect([a.item(), b.item()]).toEqual([9, 8]);
  });
  test("is a training step: forward, gradient and update are one program", () => {
    const w = parameter(tensor([1, -1]));
    const loss = (x: Tensor<[2]>): Tensor<[]> => sum(mul(mul(w, x), mul(w, x)));
    const step = compile((x: Tensor<[2]>, rate: Tensor<[]>) => {
      const value = loss(x);
      value.backward();
      w.assign(sub(w, mul(rate, w.grad as Tensor<[2]>)));
      w.grad = undefined;
      return value;
    });
    expect(step(tensor([1, 2]), 0.1).item()).toBe(5);
    const rate = Math.fround(0.1);
    expect(w.toArray()).toEqual([1 - rate * 2, -1 + rate * 8].map(Math.fround));
    expect(step.programs).toHaveLength(1);
    expect(w.grad).toBeUndefined();
  });
  test("is, once assigned, what derivatives are taken of, as without compile", () => {
    const [w, v] = [parameter(tensor(1)), parameter(tensor(5))];
    const twoSteps = (): void => {
      for (let i = 0; i < 2; i++) {
        w.grad = undefined;
        mul(mul(w, w), v).backward();
        w.assign(sub(w, mul(0.25, w.grad as unknown as Tensor<[]>)));
      }
    };
    const state = (): unknown[] => [w.item(), w.grad?.item(), v.grad?.item()];
    twoSteps();
    const expected = state();
    expect(expected).toEqual([2.25, -15, 1 + 2.25]);
    w.assign(tensor(1));
    v.grad = undefined;
    compile(twoSteps)();
    expect(state()).toEqual(expected);
  });
  test("is the same with backward, gradients and valueAndGrad", () => {
    const w = parameter(tensor([1, -1]));
    const x = tensor([3, 4]);
    const loss = (v: Tensor<[2]>): Tensor<[]> => sum(exp(mul(v, x)));
    const ways = [
      compile(() => {
        loss(w).backward();
        return w.grad as Tensor<[2]>;
      }),
      compile(() => gradients(loss(w), [w])[0]),
      compile(() => valueAndGrad(loss)(w)[1]),
      compile(() => grad(checkpoint(loss))(w)),
    ];
    const expected = grad(loss)(w).toArray();
    for (const way of ways) expect(way().toArray()).toEqual(expected);
  });
  test("draws other random numbers at each call when the key is state", () => {
    const key = parameter(random.key(0));
    const draw = compile(() => {
      const [next, now] = random.split(key);
      key.assign(next);
      return random.uniform(now, [4]);
    });
    const [first, second] = [draw().toArray(), draw().toArray()];
    expect(first).not.toEqual(second);
    key.assign(random.key(0));
    expect(draw().toArray()).toEqual(first);
  });
});

describe("a compiled function that fails changes nothing", () => {
  const [w, v] = [parameter(tensor(1)), parameter(tensor(2))];
  const state = (): unknown[] => [w.item(), v.item(), w.grad];

  test("while it is traced", () => {
    const f = compile(() => {
      w.assign(tensor(100));
      mul(w, w).backward();
      throw new RangeError("mine");
    });
    expect(failure(f)).toBe("RangeError: mine");
    expect(failure(f)).toBe("RangeError: mine");
    expect(state()).toEqual([1, 2, undefined]);
    expect(mul(w, 3).item()).toBe(3);
  });
  test("while it runs, though later than its writes", () => {
    const table = tensor([10, 20]);
    const f = compile((i: Tensor<[], "int32">) => {
      w.assign(add(w, 1));
      mul(w, w).backward();
      v.assign(take(table, i));
      return v;
    });
    expect(failure(() => f(tensor(2, { dtype: "int32" })))).toBe(
      "IndexError: take: index 2 is out of range for axis 0 of dimension 2",
    );
    expect(state()).toEqual([1, 2, undefined]);
    expect(f(tensor(1, { dtype: "int32" })).item()).toBe(20);
    expect([w.item(), v.item(), w.grad?.item()]).toEqual([2, 20, 4]);
    w.grad = undefined;
  });
});

describe("a traced value has no number", () => {
  const message = (type: string): string =>
    `GraphError: read: a traced value (${type}) has no number while compile() or checkpoint() traces the function; ` +
    "return it and read it after the call, or choose with where() instead of if";
  const inside = (use: (x: Tensor<[2]>, n: Tensor<[]>) => unknown): string =>
    failure(() => compile(use)(tensor([1, 2]), 3));

  test("for item, toArray, toTypedArray, Number and comparison", () => {
    expect(inside((_, n) => n.item())).toBe(message("float64 []"));
    expect(inside((x) => x.toArray())).toBe(message("float32 [2]"));
    expect(inside((x) => x.toTypedArray())).toBe(message("float32 [2]"));
    expect(inside((_, n) => Number(n))).toBe(message("float64 []"));
    expect(inside((_, n) => (n as unknown as number) > 0)).toBe(message("float64 []"));
    expect(inside((x) => sum(mul(x, 2)).item())).toBe(message("float32 [2]"));
  });
  test("also when it is a parameter", () => {
    const w = parameter(tensor(1));
    expect(inside(() => w.item())).toBe(message("float32 []"));
    expect(inside((_, n) => [w.assign(n as Tensor<[]>), w.item()])).toBe(message("float64 []"));
    expect(w.item()).toBe(1);
  });
  test("also after the trace is over", () => {
    let leaked: AnyTensor = tensor(0);
    compile((x: Tensor<[]>) => {
      leaked = mul(x, 2);
      return x;
    })(tensor(1));
    expect(failure(() => leaked.item())).toBe(message("float32 []"));
    expect(failure(() => compile(() => add(leaked, 1))())).toBe(message("float32 []"));
  });
  test("so an async function is refused, without an unhandled rejection", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const f = compile(async (x: Tensor<[]>) => (await x.data())[0]);
    expect(failure(() => f(tensor(1)))).toBe(
      "GraphError: compile: the function is async; a compiled function must be synchronous, so await outside it",
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("a compiled function in another", () => {
  test("is part of its program, state and all", () => {
    const w = parameter(tensor(1));
    const inner = compile((x: Tensor<[]>) => {
      w.assign(add(w, x));
      return mul(w, 2);
    });
    const outer = compile((x: Tensor<[]>) => add(inner(x), inner(x)));
    expect(outer(tensor(1)).item()).toBe(2 * 2 + 2 * 3);
    expect([w.item(), inner.programs.length, outer.programs.length]).toEqual([3, 0, 1]);
    expect(inner(tensor(1)).item()).toBe(8);
  });
  test("takes numbers as numbers", () => {
    const inner = compile((x: Tensor<[]>, rate: Tensor<[]>) => mul(x, rate));
    expect(compile((x: Tensor<[]>) => inner(x, 0.5))(tensor(3)).item()).toBe(1.5);
  });
  test("in grad, jvp or checkpoint keeps its derivative", () => {
    const square = compile((x: Tensor<[]>) => mul(x, x));
    expect(grad((x: Tensor<[]>) => mul(square(x), x))(tensor(2)).item()).toBe(12);
    expect(grad(checkpoint((x: Tensor<[]>) => square(x)))(tensor(3)).item()).toBe(6);
  });
});

test("chooses with where instead of if", () => {
  const relu = compile((x: Tensor<[3]>) => where(less(x, 0), 0, x));
  expect(relu(tensor([-1, 0, 2])).toArray()).toEqual([0, 0, 2]);
});
