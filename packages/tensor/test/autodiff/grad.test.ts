import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  add,
  cast,
  compile,
  cos,
  div,
  exp,
  floor,
  grad,
  gradients,
  less,
  log,
  mul,
  type Parameter,
  parameter,
  pow,
  reshape,
  sin,
  stopGradient,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  valueAndGrad,
  where,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

type Scalar = Tensor<[]>;
const float64 = (x: number): Tensor<[], "float64"> => tensor(x, { dtype: "float64" });
const point = fc.double({ min: -2, max: 2, noNaN: true });

describe("grad", () => {
  test("of a function is a function, with the shape and dtype of its argument", () => {
    const slope = grad((x: Tensor<[2, 3]>) => sum(mul(x, x)));
    const g = slope(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    expect([g.toArray(), g.dtype]).toEqual([
      [
        [2, 4, 6],
        [8, 10, 12],
      ],
      "float32",
    ]);
    expectTypeOf(g).toEqualTypeOf<Tensor<[2, 3]>>();
    expect(grad((x: Tensor<[], "float64">) => mul(x, x))(float64(0.1)).item()).toBe(0.2);
  });
  test("takes a number for a scalar", () => {
    const slope = grad((x: Scalar | number) => mul(x, mul(x, x)))(2);
    expect(slope.item()).toBe(12);
    expectTypeOf(slope).toEqualTypeOf<Scalar>();
  });
  test("is with respect to the argument that is asked for", () => {
    const f = (a: Scalar, b: Scalar): Scalar => mul(mul(a, a), b);
    expect(grad(f)(tensor(3), tensor(5)).item()).toBe(30);
    expect(grad(f, { argument: 1 })(tensor(3), tensor(5)).item()).toBe(9);
    expect(failure(() => grad(f, { argument: 2 })(tensor(3), tensor(5)))).toBe(
      "OptionError: grad: argument 2 of a call with 2 arguments; count from 0",
    );
  });
  test("of a tree is a tree", () => {
    const model = { weight: tensor([1, 2]), layers: [tensor(3), { bias: tensor(4) }] as const, name: "net" };
    const f = (m: typeof model): Scalar =>
      add(sum(mul(m.weight, m.weight)), mul(m.layers[0], m.layers[1].bias));
    const g = grad(f)(model);
    expect(g.weight.toArray()).toEqual([2, 4]);
    expect([g.layers[0].item(), g.layers[1].bias.item(), g.name]).toEqual([4, 3, "net"]);
    expectTypeOf(g.weight).toEqualTypeOf<Tensor<[2]>>();
  });
  test("of a tree of parameters is a tree of tensors", () => {
    const model = { weight: parameter(tensor([1, 2])) };
    const g = grad((m: { weight: Parameter<[2]> }) => sum(mul(m.weight, 3)))(model);
    expect(g.weight.toArray()).toEqual([3, 3]);
    expectTypeOf(g).toEqualTypeOf<{ weight: Tensor<[2]> }>();
  });
  test("is zeros where the function does not depend on the argument", () => {
    expect(grad((_: Tensor<[2]>) => tensor(1))(tensor([1, 2])).toArray()).toEqual([0, 0]);
    expect(grad((x: Tensor<[2]>) => sum(floor(x)))(tensor([1.5, 2])).toArray()).toEqual([0, 0]);
    expect(
      grad((x: Tensor<[2]>) => sum(cast(cast(x, "int32"), "float32")))(tensor([1.5, 2])).toArray(),
    ).toEqual([0, 0]);
  });
  test("adds up all uses, and the function itself may be the argument", () => {
    expect(grad((x: Scalar) => add(mul(x, x), add(x, x)))(tensor(3)).item()).toBe(8);
    expect(grad((x: Scalar) => x)(tensor(3)).item()).toBe(1);
  });
  test("passes through a change of dtype", () => {
    const f = (x: Scalar): Tensor<[], "float64"> => mul(cast(x, "float64"), 3);
    const g = grad(f)(tensor(2));
    expect([g.item(), g.dtype]).toEqual([3, "float32"]);
  });
  test("of what is chosen is that of the branch", () => {
    const f = (x: Tensor<[3]>): Scalar => sum(where(less(x, 0), mul(x, -1), mul(x, x)));
    expect(grad(f)(tensor([-1, 0, 3])).toArray()).toEqual([-1, 0, 6]);
  });
  test("refuses what has no gradient", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(failure(() => grad((x: AnyTensor) => sum(cast(x, "float32")))(whole))).toBe(
      "DTypeError: grad: int32 [2] has no gradient; cast it to float32, or differentiate another argument",
    );
    expect(failure(() => grad(((x: AnyTensor) => x) as never)(tensor([1, 2]) as never))).toBe(
      "ShapeError: grad: the function gives shape [2]; expected a scalar: reduce it with sum or mean, or use jacobian",
    );
    expect(
      failure(() => grad(((x: AnyTensor) => cast(sum(x), "int32")) as never)(tensor([1, 2]) as never)),
    ).toBe("DTypeError: grad: the function gives int32; expected a float scalar");
    expect(failure(() => grad((() => 3) as never)(tensor([1, 2]) as never))).toBe(
      "ShapeError: grad: the function gives number; expected a scalar tensor",
    );
    // @ts-expect-error: the function gives a vector
    expect(() => grad((x: Tensor<[2]>) => mul(x, x))(tensor([1, 2]))).toThrow("scalar");
  });
  test("of a compiled function goes through it", () => {
    const cube = compile((x: Scalar) => mul(x, mul(x, x)));
    expect(cube(tensor(2)).item()).toBe(8);
    expect(grad(cube)(tensor(2)).item()).toBe(12);
    expect(grad(grad(cube))(tensor(2)).item()).toBe(12);
    expect(compile(grad(cube))(tensor(2)).item()).toBe(12);
  });
  test("leaves integer arguments beside it alone", () => {
    const pick = (x: Tensor<[3]>, i: Tensor<[1], "int32">): Scalar => sum(take(x, i));
    expect(grad(pick)(tensor([1, 2, 3]), tensor([1], { dtype: "int32" })).toArray()).toEqual([0, 1, 0]);
  });
});

describe("a gradient of a gradient", () => {
  property.prop([point])("is the second derivative, and so on", (x) => {
    const f = (t: Tensor<[], "float64">): Tensor<[], "float64"> => mul(sin(t), exp(t));
    const [d1, d2, d3] = [grad(f), grad(grad(f)), grad(grad(grad(f)))].map((d) => d(float64(x)).item());
    const [s, c, e] = [Math.sin(x), Math.cos(x), Math.exp(x)];
    expect(d1).toBeCloseTo(e * (s + c), 12);
    expect(d2).toBeCloseTo(e * 2 * c, 12);
    expect(d3).toBeCloseTo(e * 2 * (c - s), 12);
  });
  test("does not take an outer variable for its own", () => {
    // d/dx [x · d/dy (x + y)] = d/dx [x · 1] = 1; a derivative that confuses them gives 2.
    const f = (x: Scalar): Scalar => mul(x, grad((y: Scalar) => add(x, y))(tensor(1)));
    expect(grad(f)(tensor(1)).item()).toBe(1);
    // d/dx [d/dy (x y²) at y = x] = d/dx [2 x²] = 4x.
    const g = (x: Scalar): Scalar => grad((y: Scalar) => mul(x, mul(y, y)))(x);
    expect(grad(g)(tensor(3)).item()).toBe(12);
    // d/dx [x · d/dx' (x' x) at x' = x] with the inner function capturing the outer argument: x · x, so 2x.
    const h = (x: Scalar): Scalar => mul(x, grad((inner: Scalar) => mul(inner, x))(x));
    expect(grad(h)(tensor(5)).item()).toBe(10);
  });
  test("of a captured argument is zero in the inner derivative", () => {
    const inner: number[] = [];
    grad((x: Scalar) => {
      inner.push(grad((_: Scalar) => mul(x, x))(x).item() as number);
      return x;
    })(tensor(3));
    expect(inner).toEqual([0]);
  });
  test("may be taken of a step of gradient descent", () => {
    // w' = w − r · 2w, so d(w'²)/dr = 2 w' · (−2w).
    const after = (rate: Scalar): Scalar => {
      const w = tensor(3);
      const next = sub(w, mul(rate, grad((v: Scalar) => mul(v, v))(w)));
      return mul(next, next);
    };
    expect(grad(after)(tensor(0.25)).item()).toBe(2 * 1.5 * -6);
  });
  test("of a power at the edges", () => {
    const square = (x: Scalar): Scalar => pow(x, 2);
    expect(grad(grad(square))(tensor(0)).item()).toBe(2);
    expect(grad(grad(grad(square)))(tensor(0)).item()).toBe(0);
    expect(grad((x: Scalar) => log(x))(tensor(0)).item()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("valueAndGrad", () => {
  test("gives both, and the value is a graph of its own", () => {
    const [value, slope] = valueAndGrad((x: Scalar) => exp(x))(tensor(0));
    expect([value.item(), slope.item()]).toEqual([1, 1]);
    const twice = grad((x: Scalar) => {
      const [y, dy] = valueAndGrad((t: Scalar) => mul(t, mul(t, t)))(x);
      return add(y, dy);
    });
    expect(twice(tensor(2)).item()).toBe(12 + 12);
  });
});

describe("gradients", () => {
  test("are of the graph that is there, by tensors and parameters, zeros where there is no way", () => {
    const [x, other] = [tensor([1, 2]), tensor([5])];
    const w = parameter(tensor([3, 4]));
    const loss = sum(mul(mul(x, x), w));
    const [dx, dw, none] = gradients(loss, [x, w, other]);
    expect([dx.toArray(), dw.toArray(), none.toArray()]).toEqual([[6, 16], [1, 4], [0]]);
    expectTypeOf(dw).toEqualTypeOf<Tensor<[2]>>();
  });
  test("of nodes that depend on each other are total, and one may be asked for twice", () => {
    const x = tensor(3);
    const y = mul(x, x);
    const loss = mul(y, x);
    const [dx, dy, again, self] = gradients(loss, [x, y, x, loss]);
    expect([dx, dy, again, self].map((g) => g.item())).toEqual([27, 3, 27, 1]);
  });
  test("of a parameter are by its present version", () => {
    const w = parameter(tensor(2));
    const loss = mul(w, w);
    w.assign(tensor(5));
    expect(gradients(loss, [w])[0].item()).toBe(0);
    expect(gradients(mul(w, w), [w])[0].item()).toBe(10);
  });
  test("may be differentiated again", () => {
    const x = tensor(2);
    const [dx] = gradients(mul(x, mul(x, x)), [x]);
    expect(gradients(dx, [x])[0].item()).toBe(12);
  });
  test("refuse a vector", () => {
    expect(failure(() => gradients(tensor([1, 2]), []))).toBe(
      "ShapeError: gradients: the loss has shape [2]; expected a scalar: reduce it with sum or mean, or use jacobian",
    );
  });
});

describe("broadcast operands", () => {
  test("get the cotangent summed over what was stretched", () => {
    const shapes = [[], [1], [3], [1, 3], [2, 1], [2, 3]] as const;
    for (const shape of shapes) {
      const full = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const g = grad((x: Tensor) => sum(mul(x, full)) as Scalar)(zeros(shape));
      const naive = new Map<string, number>();
      [
        [1, 2, 3],
        [4, 5, 6],
      ].forEach((row, i) => {
        row.forEach((value, j) => {
          const place = [i, j].slice(2 - shape.length).map((k, axis) => (shape[axis] === 1 ? 0 : k));
          naive.set(place.join(), (naive.get(place.join()) ?? 0) + value);
        });
      });
      expect(g.shape).toEqual(shape);
      expect(Array.from(g.toTypedArray())).toEqual([...naive.values()]);
    }
  });
  test("of extent 0 get zeros or nothing", () => {
    const g = grad((x: Tensor<[1]>) => sum(mul(x, zeros([0]))) as Scalar)(tensor([2]));
    expect(g.toArray()).toEqual([0]);
    expect(grad((x: Tensor<[0]>) => sum(mul(x, 3)))(zeros([0])).shape).toEqual([0]);
  });
});

test("a deep graph is differentiated, computed and printed without recursion", () => {
  const deep = (x: Scalar): Scalar => {
    let y = x;
    for (let i = 0; i < 20_000; i++) y = add(y, 1);
    return y;
  };
  const [value, slope] = valueAndGrad(deep)(tensor(0));
  expect([value.item(), slope.item(), String(value)]).toEqual([20_000, 1, "tensor(20000., float32 [])"]);
  expect(compile(grad((x: Scalar) => mul(deep(x), div(cos(stopGradient(x)), 1))))(tensor(0)).item()).toBe(1);
  expect(reshape(deep(tensor(1)), [1]).toArray()).toEqual([20_001]);
});
