import { describe, expect, test } from "vitest";
import {
  type AnyTensor,
  add,
  apply,
  cast,
  compile,
  composite,
  concat,
  type DType,
  div,
  equal,
  exp,
  floor,
  grad,
  less,
  maximum,
  mul,
  parameter,
  random,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

describe("an operand", () => {
  test("is a tensor, a parameter or a number", () => {
    const w = parameter(tensor([1, 2]));
    expect(add(w, 1).toArray()).toEqual([2, 3]);
    expect(add(w, w).toArray()).toEqual([2, 4]);
    expect(add(1, 2).item()).toBe(3);
  });
  test("of another kind is refused, with the way out", () => {
    const given = [
      [null, "null"],
      [undefined, "undefined"],
      [[1, 2], "an array"],
      ["1", "string"],
      [true, "boolean"],
      [1n, "bigint"],
      [{}, "object"],
    ] as const;
    for (const [operand, name] of given) {
      expect(failure(() => add(tensor([1]), operand as never))).toBe(
        `DTypeError: add: an operand is ${name}; expected a tensor or a number, as tensor(…) makes of an array`,
      );
    }
  });
});

describe("a number that a compiled function is given", () => {
  /** What `fn` makes of a traced number. */
  const traced = <R>(fn: (n: Tensor<[]>) => R, value = 3): R => compile(fn)(value);
  const ofDType = (dtype: DType): AnyTensor => tensor([1, 0], { dtype });

  test("takes the dtype of what it meets, as a number does", () => {
    for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const)
      expect(traced((n) => mul(ofDType(dtype), n)).dtype).toBe(mul(ofDType(dtype), 3).dtype);
  });
  test("makes float32 of integers once something was computed of it", () => {
    for (const dtype of ["int32", "uint8", "bool"] as const)
      expect(traced((n) => mul(ofDType(dtype), mul(n, 2))).dtype).toBe("float32");
  });
  test("keeps its digits until then", () => {
    const x = tensor(0, { dtype: "float64" });
    expect(traced((n) => add(x, mul(n, 3)), 0.1).item()).toBe(0.1 * 3);
    expect(traced((n) => exp(n), 0.1).toArray()).toBe(Math.exp(0.1));
  });
  test("stays free through what is computed of it alone", () => {
    const x = ofDType("float32");
    const free: ((n: AnyTensor) => AnyTensor)[] = [
      (n) => mul(n, n),
      (n) => sub(1, n),
      (n) => exp(floor(n)),
      (n) => where(less(n, 2), n, mul(n, 0.1)),
      (n) => where(tensor(true), n, 1),
      (n) => sum(concat([n.reshape([1]), n.reshape([1])])),
      (n) => maximum(n, 0),
      (n) => grad((m: Tensor<[]>) => mul(m, m))(n as Tensor<[]>) && mul(n, 2),
    ];
    for (const fn of free) expect(traced((n) => mul(x, fn(n))).dtype).toBe("float32");
  });
  test("is bound to a dtype by a cast, by a comparison, or by meeting one", () => {
    const whole = ofDType("int32");
    expect(traced((n) => add(whole, cast(n, "int32"))).toArray()).toEqual([4, 3]);
    expect(traced((n) => cast(n, "float64")).dtype).toBe("float64");
    expect(traced((n) => mul(ofDType("float32"), cast(n, "float64"))).dtype).toBe("float64");
    expect(traced((n) => less(n, 10)).dtype).toBe("bool");
    expect(traced((n) => where(equal(n, 3), ofDType("float32"), 0)).toArray()).toEqual([1, 0]);
    expect(traced((n) => div(ofDType("float32"), add(ofDType("float32"), n))).dtype).toBe("float32");
    expect(traced((n) => random.foldIn(random.key(1), cast(n, "int32"))).toArray()).toEqual(
      random.foldIn(random.key(1), 3).toArray(),
    );
  });
  test("fits a parameter of any float dtype", () => {
    const rate = parameter(tensor(1));
    compile((n: Tensor<[]>) => rate.assign(mul(n, 2)))(0.1);
    expect([rate.dtype, rate.item()]).toEqual(["float32", Math.fround(0.2)]);
  });
});

describe("an op", () => {
  test("with its own shape rule may refuse at the call", () => {
    const pair = composite("pair", {
      shape: ([x]) => {
        if (x.length !== 1) throw new RangeError("one axis");
        return [...x, 2];
      },
      lower: ([x]) => mul(x.reshape([x.shape[0], 1]), tensor([[1, 2]])),
    });
    expect(apply(pair, [tensor([1, 2])]).toArray()).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(() => apply(pair, [tensor(1)])).toThrow(new RangeError("one axis"));
  });
  test("whose lowering has another shape or dtype says so when it runs", () => {
    const wrong = composite("wrong", { shape: () => [3], lower: ([x]) => mul(x, 2) });
    expect(failure(() => apply(wrong, [tensor([1, 2])]).toArray())).toBe(
      "GraphError: wrong: the lowering gives float32 [2] where the op's rules say float32 [3]",
    );
    const cut = composite("cut", {
      accepts: "number",
      lower: ([x]) => cast(x as never, "int32") as AnyTensor,
    });
    expect(failure(() => apply(cut, [tensor(1.5)]).item())).toContain(
      "GraphError: cut: the lowering gives int32 [] where the op's rules say float32 []",
    );
  });
  test("whose attributes differ only in -0, NaN or infinity is another node", () => {
    const plus = composite<{ c: number }>("plus", { lower: ([x], { c }) => div(1, add(mul(x, 0), c)) });
    const at = (c: number): unknown => apply(plus, [tensor(-1)], { c }).toArray();
    const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
    // −1 · 0 is −0, and −0 + c keeps the sign of c = ±0.
    expect([at(0), at(-0), at(inf), at(-inf), at(nan), at(0)]).toEqual([inf, -inf, 0, -0, nan, inf]);
  });
});
