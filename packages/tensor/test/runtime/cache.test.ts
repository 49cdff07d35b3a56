import { expect, test } from "vitest";
import { BoundedCache } from "../../src/runtime/cache.ts";

test("a bounded cache forgets what was unused longest", () => {
  const cache = new BoundedCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c"), cache.size]).toEqual([1, undefined, 3, 2]);
  cache.set("a", 10);
  cache.set("d", 4);
  expect(cache.values()).toEqual([10, 4]);
  cache.clear();
  expect([cache.size, cache.get("a")]).toEqual([0, undefined]);
});
