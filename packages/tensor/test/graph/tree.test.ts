import { describe, expect, expectTypeOf, test } from "vitest";
import {
  mapTree,
  type Parameter,
  parameter,
  replaceTensors,
  type Tensor,
  type TensorsOf,
  tensor,
  treeTensors,
} from "../../src/index.ts";

const [a, b, c] = [tensor(1), tensor(2), tensor(3)];

describe("a tree", () => {
  test("is arrays and plain objects, in their order; all else is a leaf", () => {
    const date = new Date(0);
    const tree = { x: a, list: [b, { deep: c }, "text", 3, null, undefined, date], none: {}, empty: [] };
    expect(treeTensors(tree)).toEqual([a, b, c]);
    expect(replaceTensors(tree, [c, a, b])).toEqual({
      x: c,
      list: [a, { deep: b }, "text", 3, null, undefined, date],
      none: {},
      empty: [],
    });
    const paths: string[] = [];
    mapTree(tree, (leaf, path) => {
      paths.push(path);
      return leaf;
    });
    expect(paths.slice(0, 4)).toEqual(["x", "list[0]", "list[1].deep", "list[2]"]);
  });
  test("may be a tensor, a parameter or a value", () => {
    const w = parameter(tensor(1));
    expect(treeTensors(w)).toEqual([w]);
    expect(treeTensors(7)).toEqual([]);
    expect(replaceTensors(a, [b])).toBe(b);
  });
  test("with its tensors replaced has the type of plain tensors", () => {
    type Model = {
      weight: Parameter<[2, 3]>;
      list: [Tensor<[], "int32">, string];
      run: (x: number) => number;
    };
    expectTypeOf<TensorsOf<Model>>().toEqualTypeOf<{
      weight: Tensor<[2, 3]>;
      list: [Tensor<[], "int32">, string];
      run: (x: number) => number;
    }>();
  });
});
