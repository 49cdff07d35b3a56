import { random } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { nextKey, setSeed } from "../src/index.ts";
import { numbersOf } from "./close.ts";

describe("setSeed and nextKey", () => {
  test("the n-th key is foldIn(key(seed), n)", () => {
    setSeed(42);
    const keys = [nextKey(), nextKey(), nextKey()].map(numbersOf);
    expect(keys).toEqual([0, 1, 2].map((n) => numbersOf(random.foldIn(random.key(42), n))));
    expect(new Set(keys.map(String)).size).toBe(3);
  });

  test("a seed starts the stream anew", () => {
    setSeed(1);
    const first = numbersOf(nextKey());
    nextKey();
    setSeed(1);
    expect(numbersOf(nextKey())).toEqual(first);
  });

  test("a seed is a whole number", () => {
    expect(() => setSeed(0.5)).toThrow("setSeed: seed 0.5; expected a whole number within ±2^53");
  });
});
