import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  abs,
  add,
  argmax,
  argsort,
  cast,
  concat,
  cumsum,
  type DType,
  div,
  equal,
  exp,
  floor,
  isFloat,
  less,
  matmul,
  max,
  maximum,
  mul,
  neg,
  pow,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  where,
  zeros,
} from "../../src/index.ts";
import { dtypes, element } from "../arbitraries.ts";
import { failure } from "../failure.ts";

const ofDType = (dtype: DType): AnyTensor => tensor([1, 0], { dtype });

/** bool < uint8 < int32 < float32 < float64. */
const common = (a: DType, b: DType): DType => dtypes[Math.max(dtypes.indexOf(a), dtypes.indexOf(b))];
const arithmetic = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);
const float = (dtype: DType): DType => (isFloat(dtype) ? dtype : "float32");

describe("the dtype of two operands", () => {
  const pairs = dtypes.flatMap((a) => dtypes.map((b) => [a, b] as const));
  test.for(pairs)("%s with %s", ([a, b]) => {
    const [x, y] = [ofDType(a), ofDType(b)];
    for (const op of [add, sub, mul]) expect(op(x, y).dtype).toBe(arithmetic(common(a, b)));
    for (const op of [maximum]) expect(op(x, y).dtype).toBe(common(a, b));
    for (const op of [div, pow]) expect(op(x, y).dtype).toBe(float(common(a, b)));
    for (const op of [equal, less]) expect(op(x, y).dtype).toBe("bool");
    expect(where(tensor([true, false]), x, y).dtype).toBe(common(a, b));
    expect(concat([x, y]).dtype).toBe(common(a, b));
    expect(matmul(x.reshape([1, 2]), y.reshape([2, 1])).dtype).toBe(arithmetic(common(a, b)));
  });
  test("is in the type", () => {
    const bool = zeros([2], { dtype: "bool" });
    const byte = zeros([2], { dtype: "uint8" });
    const whole = zeros([2], { dtype: "int32" });
    const single = zeros([2]);
    const double = zeros([2], { dtype: "float64" });
    expectTypeOf(add(bool, bool)).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(add(bool, byte)).toEqualTypeOf<Tensor<[2], "uint8">>();
    expectTypeOf(add(whole, single)).toEqualTypeOf<Tensor<[2], "float32">>();
    expectTypeOf(mul(single, double)).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(div(whole, whole)).toEqualTypeOf<Tensor<[2], "float32">>();
    expectTypeOf(maximum(bool, bool)).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(less(whole, double)).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(sum(byte)).toEqualTypeOf<Tensor<[], "int32">>();
    expectTypeOf(exp(whole)).toEqualTypeOf<Tensor<[2], "float32">>();
  });
});

describe("the dtype of one operand", () => {
  test.for(dtypes)("%s", (dtype) => {
    const x = ofDType(dtype);
    for (const op of [neg, abs, floor]) expect(op(x).dtype).toBe(arithmetic(dtype));
    expect(exp(x).dtype).toBe(float(dtype));
    expect(sum(x).dtype).toBe(isFloat(dtype) ? dtype : "int32");
    expect(cumsum(x).dtype).toBe(isFloat(dtype) ? dtype : "int32");
    expect(max(x).dtype).toBe(dtype);
    expect(argmax(x).dtype).toBe("int32");
    expect(argsort(x).dtype).toBe("int32");
    expect(take(x, tensor([0], { dtype: "int32" })).dtype).toBe(dtype);
  });
});

describe("a JavaScript number", () => {
  test.for(dtypes)("takes the dtype of a %s tensor", (dtype) => {
    const x = ofDType(dtype);
    expect(add(x, 1).dtype).toBe(arithmetic(dtype));
    expect(sub(1, x).dtype).toBe(arithmetic(dtype));
    expect(maximum(x, 1).dtype).toBe(dtype);
    expect(div(x, 2).dtype).toBe(float(dtype));
    expect(where(tensor([true, false]), x, 0).dtype).toBe(dtype);
  });
  test("is float32 among numbers alone, whatever the condition of where", () => {
    expect(add(1, 2).dtype).toBe("float32");
    expect(where(tensor([true, false]), 2, 0).dtype).toBe("float32");
    expect(where(tensor([1, 0], { dtype: "int32" }), 2, 0.5).toArray()).toEqual([2, 0.5]);
    expectTypeOf(where(tensor([true, false]), 2, 0)).toEqualTypeOf<Tensor<[2], "float32">>();
  });
  test("keeps its digits beside float64 and rounds beside float32", () => {
    expect(add(tensor(0, { dtype: "float64" }), 0.1).item()).toBe(0.1);
    expect(add(tensor(0), 0.1).item()).toBe(Math.fround(0.1));
  });
  test("is an error where the integer dtype cannot hold it", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(failure(() => add(whole, 1.5))).toBe(
      'DTypeError: add: 1.5 is not an integer, as int32 needs; cast the int32 tensor to "float32" first',
    );
    expect(failure(() => mul(whole, 2 ** 31))).toBe(
      "DTypeError: mul: 2147483648 is outside int32's range -2147483648 to 2147483647; cast to a wider dtype first",
    );
    expect(failure(() => add(tensor([1], { dtype: "uint8" }), -1))).toBe(
      "DTypeError: add: -1 is outside uint8's range 0 to 255; cast to a wider dtype first",
    );
    expect(failure(() => maximum(tensor([true]), 2))).toContain(
      "DTypeError: maximum: 2 is outside bool's range 0 to 1",
    );
    expect(failure(() => add(whole, Number.NaN))).toContain("DTypeError: add: NaN is not an integer");
    expect(failure(() => equal(whole, Number.POSITIVE_INFINITY))).toContain(
      "DTypeError: equal: Infinity is not an integer",
    );
    expect(div(whole, 0.5).toArray()).toEqual([2, 4]);
  });
});

describe("cast", () => {
  const clamp = (x: number, low: number, high: number): number =>
    Number.isNaN(x) ? 0 : Math.max(low, Math.min(high, Math.trunc(x))) + 0;
  const naive: Record<DType, (x: number) => number> = {
    bool: (x) => (x === 0 ? 0 : 1),
    uint8: (x) => clamp(x, 0, 255),
    int32: (x) => clamp(x, -(2 ** 31), 2 ** 31 - 1),
    float32: Math.fround,
    float64: (x) => x,
  };
  const casts = fc
    .tuple(fc.constantFrom(...dtypes), fc.constantFrom(...dtypes))
    .chain(([from, to]) => fc.tuple(fc.constant(from), fc.constant(to), fc.array(element(from))));
  property.prop([casts])("rounds towards zero, saturates, and asks for not 0", ([from, to, values]) => {
    const result = cast(tensor(values, { dtype: from }), to);
    expect(result.dtype).toBe(to);
    expect(Array.from(result.toTypedArray())).toEqual(values.map(naive[to]));
  });
  test("at the edges", () => {
    const edges = tensor([Number.NaN, 1e10, -1e10, -0.9, 255.9, Number.POSITIVE_INFINITY, -1]);
    expect(cast(edges, "int32").toArray()).toEqual([0, 2147483647, -2147483648, 0, 255, 2147483647, -1]);
    expect(cast(edges, "uint8").toArray()).toEqual([0, 255, 0, 0, 255, 255, 0]);
    expect(cast(edges, "bool").toArray()).toEqual([true, true, true, true, true, true, true]);
    expect(cast(tensor([0, -0]), "bool").toArray()).toEqual([false, false]);
  });
  test("to the dtype it has is the tensor itself", () => {
    const x = tensor([1, 2]);
    expect(cast(x, "float32")).toBe(x);
  });
  test("refuses a dtype that does not exist", () => {
    // @ts-expect-error: int64 is no dtype
    expect(failure(() => cast(tensor([1]), "int64"))).toBe(
      'OptionError: cast: unknown dtype "int64"; expected one of bool, uint8, int32, float32, float64',
    );
  });
});

describe("integers", () => {
  test("wrap", () => {
    const most = tensor([2 ** 31 - 1], { dtype: "int32" });
    expect(add(most, 1).toArray()).toEqual([-(2 ** 31)]);
    expect(mul(most, most).toArray()).toEqual([1]);
    expect(neg(tensor([-(2 ** 31)], { dtype: "int32" })).toArray()).toEqual([-(2 ** 31)]);
    const byte = tensor([200, 255], { dtype: "uint8" });
    expect(add(byte, byte).toArray()).toEqual([144, 254]);
    expect(mul(byte, byte).toArray()).toEqual([(200 * 200) & 255, 1]);
    expect(sub(tensor([0], { dtype: "uint8" }), 1).toArray()).toEqual([255]);
  });
  const pair = fc.tuple(fc.integer(), fc.integer());
  property.prop([pair])("add, sub and mul of int32 are those of 32-bit machines", ([a, b]) => {
    const [x, y] = [a, b].map((value) => tensor(value, { dtype: "int32" }));
    expect(add(x, y).item()).toBe((a + b) | 0);
    expect(sub(x, y).item()).toBe((a - b) | 0);
    expect(mul(x, y).item()).toBe(Math.imul(a, b));
  });
  test("of bool count", () => {
    const yes = tensor([true, true, false]);
    expect(add(yes, yes).toArray()).toEqual([2, 2, 0]);
    expect(sum(yes).item()).toBe(2);
    expect(neg(yes).toArray()).toEqual([-1, -1, 0]);
    expect(matmul(yes.reshape([1, 3]), yes.reshape([3, 1])).toArray()).toEqual([[2]]);
  });
});
