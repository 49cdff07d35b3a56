import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Attributes } from "../../src/graph/op.ts";
import { Structure, StructureCache } from "../../src/runtime/structure.ts";

const rowOf = (...given: readonly Attributes[]): Int32Array => {
  const structure = new Structure();
  for (const attributes of given) structure.addAttributes(attributes);
  return structure.copy();
};

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, -(2 ** 31), 2 ** 40),
);
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(anyNumber, fc.string(), fc.boolean(), fc.constant(undefined)),
  any: fc.oneof({ maxDepth: 3 }, tie("leaf"), fc.array(tie("any"), { maxLength: 3 })),
})).any as fc.Arbitrary<Attributes[string]>;
const anyAttributes = fc.dictionary(fc.constantFrom("a", "b", "axes"), value, { maxKeys: 3 });

describe("the structure of a graph as numbers", () => {
  property.prop([anyAttributes, anyAttributes, anyAttributes, anyAttributes])(
    "is equal for equal attributes alone",
    (a, b, c, d) => {
      // Objects with the same names in another order count as different, as the arguments of one op never are.
      const text = (given: readonly Attributes[]): string =>
        JSON.stringify(
          given.map((one) => Object.entries(one)),
          (_, item) =>
            typeof item === "number"
              ? [Object.is(item, -0) ? "-0" : `${item}`]
              : item === undefined
                ? {}
                : item,
        );
      const equal = (x: Int32Array, y: Int32Array): boolean => String(x) === String(y);
      expect(equal(rowOf(a, b), rowOf(c, d))).toBe(text([a, b]) === text([c, d]));
      expect(equal(rowOf(a, b), rowOf({ ...a }, { ...b }))).toBe(true);
      expect(equal(rowOf(a), rowOf(a, {}))).toBe(false);
    },
  );
  test.for<[Attributes, Attributes]>([
    [{ a: 0 }, { a: -0 }],
    [{ a: 1 }, { a: "1" }],
    [{ a: true }, { a: 1 }],
    [{ a: undefined }, {}],
    [{ a: undefined }, { a: false }],
    [{ a: 0.1 }, { a: 0.1 + 2 ** -56 }],
    [{ a: -(2 ** 31) }, { a: -(2 ** 31) - 1 }],
    [{ a: 2 ** 32 }, { a: 0 }],
    [{ a: [1, [2]] }, { a: [1, 2] }],
    [{ a: [[], 1] }, { a: [[1]] }],
    [{ a: 1 }, { b: 1 }],
    [{ a: Number.POSITIVE_INFINITY }, { a: Number.NEGATIVE_INFINITY }],
  ])("tells %j from %j", ([a, b]) => {
    expect(rowOf(a)).not.toEqual(rowOf(b));
  });
  test("tells shapes, dtypes and their order apart", () => {
    const typed = (
      ...types: readonly (readonly [Parameters<Structure["addType"]>[0], readonly number[]])[]
    ) => {
      const structure = new Structure();
      for (const [dtype, shape] of types) structure.addType(dtype, shape);
      return String(structure.copy());
    };
    const different = [
      typed(["float32", [2, 3]]),
      typed(["float32", [3, 2]]),
      typed(["float64", [2, 3]]),
      typed(["float32", [2]], ["float32", [3]]),
      typed(["float32", []]),
      typed(["float32", [0, 2 ** 40]]),
      typed(["float32", [0, 2 ** 41]]),
      typed(["float32", [2, 0, 5]]),
      typed(["float32", [2]], ["bool", [5]]),
    ];
    expect(new Set(different).size).toBe(different.length);
  });
  test("tells a number from the three that stand for one without a place", () => {
    const [wide, apart] = [new Structure(), new Structure()];
    wide.addNumber(0.5);
    for (const number of wide.copy()) apart.addNumber(number);
    expect(apart.copy()).not.toEqual(wide.copy());
  });
  test("has words for as many strings as there are, thousands too", () => {
    const first = rowOf({ name: "first" });
    expect(rowOf({ name: "first" })).toEqual(first);
    for (let i = 0; i < 10_000; i++) rowOf({ name: `word ${i}` });
    expect(rowOf({ name: "first" })).not.toEqual(rowOf({ name: "word 9999" }));
    expect(rowOf({ name: "first" })).toEqual(rowOf({ name: "first" }));
  });
  test("grows, and starts again", () => {
    const structure = new Structure();
    for (let i = 0; i < 5000; i++) structure.add(i);
    expect([...structure.copy()]).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    structure.clear();
    structure.add(7);
    expect([...structure.copy()]).toEqual([7]);
  });
});

describe("a cache of structures", () => {
  const of = (...numbers: readonly number[]): Structure => {
    const structure = new Structure();
    for (const number of numbers) structure.add(number);
    return structure;
  };
  test("finds what is equal in all numbers, whatever the hash", () => {
    const cache = new StructureCache<string>(2);
    cache.set(of(1, 2).copy(), 5, "a");
    expect(cache.get(of(1, 2), 5)).toBe("a");
    for (const other of [of(1, 3), of(1), of(1, 2, 3)]) expect(cache.get(other, 5)).toBeUndefined();
    cache.set(of(1, 3).copy(), 5, "b");
    expect([cache.get(of(1, 3), 5), cache.get(of(1, 2), 5)]).toEqual(["b", undefined]);
    cache.set(of(8).copy(), 6, "c");
    cache.set(of(9).copy(), 7, "d");
    expect(cache.get(of(1, 3), 5)).toBeUndefined();
    cache.clear();
    expect(cache.get(of(9), 7)).toBeUndefined();
  });
  test("is given hashes that differ for rows that hardly do", () => {
    const hashes = new Set<number>();
    for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) hashes.add(of(3, i, j, 0).hash());
    expect(hashes.size).toBe(10_000);
    expect(of(3, 1).hash()).toBe(of(3, 1).hash());
  });
});
