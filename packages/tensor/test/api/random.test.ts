import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AnyTensor,
  cast,
  compile,
  mul,
  parameter,
  random,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { failure } from "../failure.ts";
import golden from "../golden/threefry.json" with { type: "json" };
import { ulps } from "../ulps.ts";

const { key, split, foldIn, bits, uniform, normal, bernoulli, randint, permutation } = random;

const words = (x: AnyTensor): number[] => Array.from(x.toTypedArray(), (word) => word >>> 0);
const numbers = (x: AnyTensor): number[] => Array.from(x.toTypedArray());
const keyOf = (pair: readonly number[]): random.Key =>
  tensor(
    pair.map((word) => word | 0),
    [2],
    { dtype: "int32" },
  );

describe("the numbers of JAX, in golden/threefry.py", () => {
  test.for(golden.map((one) => [one.key.join(), one] as const))("key %s", ([, one]) => {
    const k = keyOf(one.key);
    expect(split(k, 3).map(words)).toEqual(one.split);
    for (const { by, key: folded } of one.foldIn) {
      expect(words(foldIn(k, by))).toEqual(folded);
      expect(words(foldIn(k, tensor(by | 0, { dtype: "int32" })))).toEqual(folded);
    }
    expect(words(bits(k, [7]))).toEqual(one.bits);
    expect(numbers(uniform(k, [6]))).toEqual(one.uniform32);
    // XLA rounds unit · span + low once, where two operations round twice: half an ulp of 7 apart.
    numbers(uniform(k, [6], { low: -2, high: 5 })).forEach((value, i) => {
      expect(Math.abs(value - one.uniform32Between[i])).toBeLessThanOrEqual(2 ** -22);
    });
    expect(numbers(uniform(k, [6], { dtype: "float64" }))).toEqual(one.uniform64);
    numbers(uniform(k, [6], { dtype: "float64", low: -2, high: 5 })).forEach((value, i) => {
      expect(Math.abs(value - one.uniform64Between[i])).toBeLessThanOrEqual(2 ** -51);
    });
    expect(numbers(bernoulli(k, 0.3, [8]))).toEqual(one.bernoulli32);
    for (const { low, high, values } of one.randint)
      expect(numbers(randint(k, [8], low, high))).toEqual(values);
    // JAX's own inverse error function is off by some ulps.
    numbers(normal(k, [6])).forEach((value, i) => {
      expect(ulps(value, one.normal32[i], "float32")).toBeLessThan(64);
    });
    numbers(normal(k, [6], { dtype: "float64" })).forEach((value, i) => {
      expect(ulps(value, one.normal64[i])).toBeLessThan(64);
    });
  });
});

const seeds = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });

describe("a key", () => {
  property.prop([seeds])("gives the same numbers each time, in any shape, compiled or not", (seed) => {
    const draw = (k: random.Key): Tensor<[6]> => uniform(k, [6]);
    const once = numbers(draw(key(seed)));
    expect(numbers(draw(key(seed)))).toEqual(once);
    expect(numbers(compile(draw)(key(seed)))).toEqual(once);
    expect(numbers(uniform(key(seed), [2, 3]))).toEqual(once);
    expect(numbers(uniform(key(seed), [4]))).toEqual(once.slice(0, 4));
  });
  property.prop([seeds, fc.nat(1000)])("and those split or folded from it give others", (seed, data) => {
    const k = key(seed);
    const children = [k, ...split(k, 4), foldIn(k, data), foldIn(k, data + 1)];
    // split's keys are those of the first counters.
    const all = new Set(children.map((child) => words(child).join()));
    expect(all.size).toBeGreaterThanOrEqual(children.length - (data <= 3 ? 2 : 0));
  });
  test("is the two's complement of its seed", () => {
    expect(words(key(-1))).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
    expect(words(key(2 ** 32 + 5))).toEqual([1, 5]);
    expect(words(key(-(2 ** 33) - 5))).toEqual([2 ** 32 - 3, 2 ** 32 - 5]);
    expect(failure(() => key(1.5))).toBe(
      "OptionError: random.key: seed 1.5; expected a whole number within ±2^53",
    );
    expect(failure(() => key(2 ** 53))).toContain("seed 9007199254740992");
  });
  test("may be state that a compiled step folds a traced count into", () => {
    const step = parameter(tensor(0, { dtype: "int32" }));
    const draw = compile(
      (n: Tensor<[]>) => [foldIn(key(3), step), foldIn(key(3), cast(n, "int32"))] as const,
    );
    expect(draw(0).map(words)).toEqual([words(foldIn(key(3), 0)), words(foldIn(key(3), 0))]);
    expect(words(draw(5)[1])).toEqual(words(foldIn(key(3), 5)));
  });
});

describe("what is drawn", () => {
  property.prop([seeds, fc.integer({ min: -100, max: 99 }), fc.integer({ min: 1, max: 50 })])(
    "lies in its range",
    (seed, low, span) => {
      for (const value of numbers(randint(key(seed), [20], low, low + span))) {
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThan(low + span);
      }
      for (const dtype of ["float32", "float64"] as const) {
        for (const value of numbers(uniform(key(seed), [20], { low, high: low + span, dtype }))) {
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(low + span);
        }
      }
    },
  );
  property.prop([seeds, fc.nat(30)])("as a permutation has each number once", (seed, n) => {
    const order = numbers(permutation(key(seed), n));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
  test("has the moments of its distribution", () => {
    const n = 20_000;
    const mean = (x: AnyTensor): number => (sum(cast(x, "float64")).item() as number) / n;
    const z = normal(key(1), [n]);
    // Five standard errors.
    expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(mul(z, z)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(uniform(key(2), [n])) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(bernoulli(key(3), 0.3, [n])) - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / n));
    expect(numbers(normal(key(4), [n])).every(Number.isFinite)).toBe(true);
  });
  test("may be nothing, or one", () => {
    expect(uniform(key(0), [0]).shape).toEqual([0]);
    expect(bits(key(0), []).shape).toEqual([]);
    expect(uniform(key(0), [], { dtype: "float64" }).shape).toEqual([]);
    expect(split(key(0), 0)).toEqual([]);
    expect(permutation(key(0), 0).shape).toEqual([0]);
    expect(randint(key(0), [3], 5, 6).toArray()).toEqual([5, 5, 5]);
    expect(numbers(randint(key(0), [100], -(2 ** 31), 2 ** 31 - 1)).some((x) => x < 0)).toBe(true);
  });
  test("with probabilities of a tensor", () => {
    expect(bernoulli(key(0), tensor([0, 1]), [5, 2]).toArray()).toEqual(new Array(5).fill([false, true]));
    expect(bernoulli(key(0), tensor([[0], [1]]), [2, 3]).toArray()).toEqual([
      [false, false, false],
      [true, true, true],
    ]);
    expect(failure(() => bernoulli(key(0), tensor([0, 1]), []))).toBe(
      "ShapeError: broadcastTo: cannot broadcast [2] to []: rank 1 is above 0",
    );
  });
  test("says what it cannot draw", () => {
    expect(failure(() => uniform(key(0), [2], { dtype: "int32" }))).toBe(
      "DTypeError: random: no uniform int32; expected float32 or float64, or use randint",
    );
    expect(failure(() => randint(key(0), [2], 3, 3))).toBe(
      "OptionError: random.randint: from 3 to 3; expected whole numbers low < high within int32",
    );
    expect(failure(() => randint(key(0), [2], 0, 2 ** 32))).toContain("from 0 to 4294967296");
    expect(failure(() => foldIn(key(0), 0.5))).toBe(
      "OptionError: random.foldIn: data 0.5; expected a whole number of 32 bits",
    );
    for (const n of [-1, 0.5, 2 ** 20 + 1, 2 ** 33, Number.POSITIVE_INFINITY, Number.NaN])
      expect(failure(() => split(key(0), n))).toBe(
        `OptionError: random.split: ${n} keys; expected a whole number from 0 to 2^20`,
      );
    expect(failure(() => permutation(key(0), 1.5))).toContain("ShapeError: random.permutation: 1.5 numbers");
    expect(failure(() => uniform(key(0), [-1]))).toBe(
      "ShapeError: random: [-1] has dimension -1; dimensions are whole numbers from 0",
    );
    expect(failure(() => bits(tensor([1, 2, 3], { dtype: "int32" }) as never, [2]))).toBe(
      "ShapeError: random: a key of shape [3]; expected [2], as random.key(seed) gives",
    );
  });
  test("has its shape and dtype in the type", () => {
    expectTypeOf(uniform(key(0), [2, 3])).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(normal(key(0), [2], { dtype: "float64" })).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(bernoulli(key(0), 0.5, [2])).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(randint(key(0), [2], 0, 9)).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(permutation(key(0), 5)).toEqualTypeOf<Tensor<[5], "int32">>();
    expectTypeOf(split(key(0))).toEqualTypeOf<[random.Key, random.Key]>();
  });
});
