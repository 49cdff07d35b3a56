import { type Op, primitives } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import * as ops from "../src/index.ts";

const isOp = (value: unknown): value is Op =>
  typeof value === "object" && value !== null && "accepts" in value;
const exported = Object.entries(ops).filter((entry): entry is [string, Op] => isOp(entry[1]));

describe("opRegistry", () => {
  test("has every op that is exported, by its name, and no other", () => {
    expect(exported.length).toBeGreaterThan(40);
    expect(
      Object.values(ops.opRegistry)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(exported.map(([, op]) => op.name).sort());
    for (const [name, op] of Object.entries(ops.opRegistry)) expect(op.name).toBe(name);
    for (const [name, op] of exported) expect(name).toBe(`${op.name}Op`);
  });
  test("every op has a function of its name", () => {
    for (const name of Object.keys(ops.opRegistry)) expect(ops).toHaveProperty(name, expect.any(Function));
  });
  test("no two ops, and no op and primitive, have one name", () => {
    const names = [...Object.keys(primitives), ...Object.keys(ops.opRegistry)];
    expect(new Set(names).size).toBe(names.length);
  });
  test("every op is lowered to others", () => {
    for (const op of Object.values(ops.opRegistry)) {
      expect(op.kind).toBe("composite");
      expect(op.lower).toBeTypeOf("function");
    }
  });
});
