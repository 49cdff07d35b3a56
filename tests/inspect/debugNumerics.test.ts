import {
  type AnyTensor,
  adam,
  add,
  cast,
  compile,
  concat,
  type DebugNumericsOptions,
  debugNumerics,
  dense,
  div,
  equal,
  exp,
  grad,
  hessian,
  jvp,
  less,
  log,
  logsumexp,
  matmul,
  max,
  maxPool2d,
  mean,
  minimum,
  mul,
  NumericsError,
  neg,
  onesLike,
  pad,
  parameter,
  relu,
  sequential,
  sgd,
  slice,
  softmax,
  sparseCategoricalCrossentropy,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from "adjoint";
import { describe, expect, test } from "vitest";
import { lineBelow, withoutColumns } from "./tools.ts";

const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity, NaN: nan } = Number;

function stop(call: () => unknown): NumericsError {
  try {
    call();
  } catch (error) {
    if (error instanceof NumericsError) return error;
    throw error;
  }
  throw new Error("nothing stopped it");
}

/** What it stops at, without columns. */
function sentence(call: () => unknown): string {
  return withoutColumns(String(stop(call)));
}

describe("debugNumerics", () => {
  test("names the op, the inputs, the pass and the line of an ∞", () => {
    const line = lineBelow(1);
    const f = (x: AnyTensor) => sum(log(mul(x, 2)));
    const error = stop(() =>
      debugNumerics(f)(
        tensor([
          [1, 2, 3],
          [4, 0, 6],
        ]),
      ),
    );
    expect(withoutColumns(String(error))).toBe(
      `NumericsError: log: -Infinity at [1, 1] of float32[2, 3], in the forward pass, from 0 (mul); called at ${line}`,
    );
    expect(error).toMatchObject({ op: "log", value: minusInfinity, index: [1, 1] });
    expect(withoutColumns(error.at as string)).toBe(line);
  });

  test("names the op that made a NaN in the backward pass", () => {
    const line = lineBelow(1);
    const f = (x: Tensor<[2]>) => sum(mul(sqrt(x), x)) as Tensor<[]>;
    expect(sentence(() => debugNumerics(grad(f))(tensor([1, 0])))).toBe(
      `NumericsError: div: NaN at [1] of float32[2], in the backward pass, from 0 (mul) and 0 (mul); called at ${line}`,
    );
  });

  test("gives the values of other operands, and their range where elements mix", () => {
    const f = (x: AnyTensor, y: AnyTensor) => add(x, y);
    expect(sentence(() => debugNumerics(f)(tensor([[3e38], [1]]), tensor([3e38, 1])))).toMatch(
      /^NumericsError: add: Infinity at \[0, 0\] of float32\[2, 2\], in the forward pass, from 3e\+38 \(argument 0\) and 3e\+38 \(argument 1\); called at/,
    );
    const w = parameter(tensor([[1e30], [2]]), { name: "weight" });
    const product = ({ x }: { x: AnyTensor }) => matmul(x, w as never);
    expect(sentence(() => debugNumerics(product)({ x: tensor([[1e10, -1]]) }))).toMatch(
      /matmul: Infinity at \[0, 0\] of float32\[1, 1\], in the forward pass, from float32\[1, 2\] between -1 and 10000000000 \(argument 0\.x\) and float32\[2, 1\] between 2 and 1e\+30 \(parameter "weight"\)/,
    );
  });

  test.each([
    [
      "NaN",
      tensor([1, nan]),
      "debugNumerics: argument 0, float32[2], holds NaN at [1]; no op of the function made it",
    ],
  ])("names an argument that is %s", (_, x, message) => {
    expect(() => debugNumerics((y: AnyTensor) => exp(y))(x)).toThrow(message);
    expect(debugNumerics((y: AnyTensor) => exp(y), { nan: false })(x).toTypedArray()[1]).toBeNaN();
  });

  test("names a parameter that is NaN, or trained and ∞", () => {
    const w = parameter(tensor([infinity]), { name: "w" });
    const f = debugNumerics((x: AnyTensor) => minimum(x, w as never));
    expect(() => f(tensor([1]))).toThrow(
      'debugNumerics: parameter "w", float32[1], holds Infinity at [0]; no op of the function made it',
    );
    w.trainable = false; // the least so far, before there was one
    expect(f(tensor([1])).toArray()).toEqual([1]);
    w.assign(tensor([nan]) as never);
    expect(() => f(tensor([1]))).toThrow('parameter "w", float32[1], holds NaN at [0]');
  });

  const keep = tensor([1, 0], { dtype: "bool" });
  const mask = tensor([0, minusInfinity]);
  test.each<[string, (x: AnyTensor) => AnyTensor]>([
    ["a mask in where", (x) => softmax(where(keep, x, minusInfinity) as AnyTensor)],
    ["a mask that is added", (x) => softmax(add(x, mask) as AnyTensor)],
    ["a mask divided by 0", (x) => div(add(x, mask), tensor([2, 0])) as AnyTensor],
    ["a mask that passes through", (x) => neg(add(x, mask) as AnyTensor)],
    [
      "a maximum padded with −∞",
      (x) => max(pad(x as Tensor<[2]>, [[1, 1]], { value: minusInfinity }) as AnyTensor),
    ],
    ["what is padded with −∞", (x) => pad(x as Tensor<[2]>, [[1, 1]], { value: minusInfinity }) as AnyTensor],
    ["a row of −∞", (x) => logsumexp(where(less(x, minusInfinity), x, minusInfinity) as AnyTensor)],
    ["the branch that is not selected", (x) => where(less(0, x), log(x), 0) as AnyTensor],
    [
      "its gradient",
      (x) => grad((y: AnyTensor) => sum(where(less(0, y), log(y), 0) as AnyTensor) as never)(x),
    ],
  ])("lets pass: %s", (_, f) => {
    expect(debugNumerics(f)(tensor([1, 0]))).toEqual(expect.anything());
  });

  const pooled = (x: AnyTensor): AnyTensor => maxPool2d(x, { kernelSize: 2, padding: 1 });
  const loss = (x: AnyTensor): Tensor<[]> => sum(square(pooled(x))) as Tensor<[]>;
  test.each<[string, (x: AnyTensor) => unknown]>([
    ["its value", pooled],
    ["its gradient", grad(loss)],
    ["its derivative along a tangent", (x) => jvp(pooled, [x], [onesLike(x)])],
    ["its second derivatives", hessian(loss)],
    [
      "the gradient of its gradient",
      grad((x: AnyTensor) => sum(square(grad(loss)(x) as AnyTensor)) as Tensor<[]>),
    ],
  ])("lets the padding of maxPool2d pass in %s", (_, f) => {
    for (const values of [[1, 2, 3, 4], [0, 0, 0, 0], [-1, -2, -3, 0], [5, -3, 0, 1]]) // biome-ignore format: rows
      expect(() => debugNumerics(f)(tensor(values, [1, 1, 2, 2]))).not.toThrow();
  });

  test.each<[string, (x: AnyTensor) => AnyTensor, string]>([
    ["∞ − ∞", (x) => sub(add(x, mask), add(x, mask)) as AnyTensor, "sub: NaN at [1]"],
    [
      "0 · ∞",
      (x) => mul(mul(x, 0), mask) as AnyTensor,
      "mul: NaN at [1] of float32[2], in the forward pass, from 0 (mul) and -Infinity (a constant tensor)",
    ],
    [
      "an overflow that comes out right",
      (x) => div(1, add(1, exp(mul(x, 1000)))) as AnyTensor,
      "exp: Infinity at [0]",
    ],
    [
      "an overflow beside a mask",
      (x) => concat([mul(x, 3e38), add(mask, mul(x, 9e37))]).mul(4) as AnyTensor,
      "mul: Infinity at [0]",
    ],
    [
      "a sum that overflows beside ∞",
      (x) => sum(concat([mul(x, 3e38), mul(x, 3e38)]).reshape([2, 2]), { axis: 0 }) as AnyTensor,
      "sum: Infinity at [0]",
    ],
  ])("stops at %s", (_, f, message) => {
    const error = stop(() => debugNumerics(f, { stabilise: false })(tensor([1, 0])));
    expect(error.message).toContain(message);
  });

  test("of several causes, stops at one that the results show", () => {
    // Both give NaN; without the first the second still does.
    const f = (x: AnyTensor) => add(sub(log(x), log(x)), div(x, x));
    expect(stop(() => debugNumerics(f)(tensor([0]))).op).toBe("div");
  });

  test.each<[DebugNumericsOptions, number, string]>([
    [{ denormals: true }, 1e-20, "mul: the denormal 9.99995e-41 at []"],
    [{ infinity: false }, 0, "sub: NaN at []"],
    [{ infinity: false, nan: false }, 0, ""],
    [{}, 1e-20, ""],
  ])("stops at what the options say: %o", (options, x, message) => {
    const f = debugNumerics((y: AnyTensor) => (x === 0 ? sub(div(1, y), div(1, y)) : mul(y, y)), options);
    if (message === "") f(tensor(x));
    else expect(stop(() => f(tensor(x))).message).toContain(message);
  });

  test("denormals in float64 begin lower, and those given are passed on", () => {
    const f = debugNumerics((y: AnyTensor) => mul(y, 0.5), { denormals: true });
    expect(f(tensor(1e-40, { dtype: "float64" })).item()).toBe(5e-41);
    expect(f(tensor(1e-40)).item()).toBeGreaterThan(0);
    expect(stop(() => f(tensor(3e-308, { dtype: "float64" }))).message).toContain(
      "the denormal 1.5e-308 at []",
    );
  });

  test("runs formulas as they are rewritten, unless told not to", () => {
    const naive = (z: Tensor<[2]>) => sum(log(slice(softmax(z), [1])));
    const z = tensor([1000, 0]);
    expect(debugNumerics(naive)(z).item()).toBe(-1000);
    const line = lineBelow(-3);
    expect(sentence(() => debugNumerics(naive, { stabilise: false })(z))).toBe(
      `NumericsError: log: -Infinity at [0] of float32[1], in the forward pass, from 0 (slice); called at ${line}`,
    );
  });

  test("refuses options that it does not know", () => {
    expect(() => debugNumerics((x: AnyTensor) => x, { denormal: true } as never)).toThrow(
      'debugNumerics: unknown option "denormal"; did you mean "denormals"?',
    );
  });
});

describe("debugNumerics of a training step", () => {
  function setUp() {
    const model = sequential(dense(2, 3), relu, dense(3, 2));
    // Weights with which 3e38 overflows.
    const weights: readonly number[][] = [
      [2, -1, 1],
      [1, 1, -2],
    ];
    model.parameters()[0].assign(tensor(weights) as never);
    const optimizer = adam(model.parameters(), { learningRate: 0.1 });
    const step = (x: Tensor<[2, 2]>, y: Tensor<[2], "int32">) => {
      const loss = sparseCategoricalCrossentropy(model(x), y, { fromLogits: true });
      optimizer.minimize(loss);
      return loss;
    };
    const state = () => [...model.parameters(), ...optimizer.parameters].map((one) => one.toArray());
    return { step, state };
  }
  const x = tensor([
    [0.5, 1],
    [1, -1],
  ]) as Tensor<[2, 2]>;
  const y = tensor([0, 1], { dtype: "int32" }) as Tensor<[2], "int32">;

  test("does what the step does", () => {
    const one = setUp();
    const other = setUp();
    one.state();
    const debugged = debugNumerics(compile(one.step));
    const losses = [1, 2, 3].map(() => debugged(x, y).item());
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(other.state()).not.toEqual(one.state());
  });

  test("gives the bits of the step itself", () => {
    const w = parameter(tensor([0.5, -1]), { name: "w" });
    const optimizer = sgd([w], { learningRate: 0.1 });
    const step = (t: Tensor<[2]>) => {
      const loss = mean(mul(sub(w, t), sub(w, t)));
      optimizer.minimize(loss);
      return loss;
    };
    const start = w.toArray();
    const plain = [1, 2, 3].map(() => step(tensor([1, 2])).item());
    const end = w.toArray();
    w.assign(tensor(start) as never);
    const debugged = debugNumerics(step);
    expect([1, 2, 3].map(() => debugged(tensor([1, 2])).item())).toEqual(plain);
    expect(w.toArray()).toEqual(end);
  });

  test("changes no state when it stops", () => {
    const { step, state } = setUp();
    const debugged = debugNumerics(step);
    debugged(x, y);
    const before = state();
    expect(
      stop(() =>
        debugged(
          tensor([
            [3e38, 3e38],
            [3e38, -3e38],
          ]) as never,
          y,
        ),
      ).message,
    ).toMatch(/called at .*debugNumerics\.test\.ts/);
    expect(state()).toEqual(before);
    expect(debugged(x, y).item()).toBeGreaterThan(0);
  });

  test("leaves gradients of backward as they were when it stops", () => {
    const w = parameter(tensor(0), { name: "w" });
    const step = debugNumerics(() => {
      const loss = sqrt(mul(w, 1));
      loss.backward();
      return loss;
    });
    const line = lineBelow(-4);
    expect(sentence(() => step())).toBe(
      `NumericsError: div: Infinity at [] of float32[], in the backward pass, from 1 (seed) and 0 (mul); called at ${line}`,
    );
    expect(w.grad).toBeUndefined();
  });

  test("says what is made of gradients", () => {
    const w = parameter(tensor(2), { name: "w" });
    const line = lineBelow(3);
    const step = debugNumerics(() => {
      const [gradient] = [grad((v: Tensor<[]>) => mul(v, 0) as Tensor<[]>)(w.current())];
      w.assign(div(w, gradient) as never);
    });
    expect(sentence(step)).toBe(
      `NumericsError: div: Infinity at [] of float32[], after the backward pass, from 2 (parameter "w") and 0 (mul); called at ${line}`,
    );
    expect(w.item()).toBe(2);
  });
});

test("comparisons and casts of what is not finite are no anomaly", () => {
  const f = debugNumerics((x: AnyTensor) => cast(equal(x, infinity), "float32"));
  expect(f(tensor([infinity, 1])).toArray()).toEqual([1, 0]);
});
