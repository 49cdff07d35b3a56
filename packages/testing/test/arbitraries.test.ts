import { type AnyTensor, broadcastShapes, grad, sizeOf, sum, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  axesOf,
  axisOf,
  broadcastablePairs,
  broadcastableShapes,
  broadcastableTriples,
  edgeValues,
  gradcheck,
  graphProgramShape,
  graphPrograms,
  numbers,
  permutations,
  runGraphProgram,
  shapes,
  smoothGraphOps,
  strict,
  tensors,
  tensorsIn,
  ulps,
} from "../src/index.ts";

/** Does some value of the arbitrary pass? */
function finds<T>(arbitrary: fc.Arbitrary<T>, is: (value: T) => boolean): boolean {
  return fc.sample(arbitrary, { numRuns: 3000, seed: 1 }).some(is);
}

describe("shapes", () => {
  property.prop([shapes({ minRank: 1, maxRank: 4, minDimension: 0, maxDimension: 5, maxSize: 30 })])(
    "keep to their bounds",
    (shape) => {
      expect(shape.length).toBeGreaterThanOrEqual(1);
      expect(shape.length).toBeLessThanOrEqual(4);
      expect(shape.every((n) => n >= 0 && n <= 5)).toBe(true);
      expect(sizeOf(shape)).toBeLessThanOrEqual(30);
    },
  );

  test("are scalars, vectors and more, with extents of 1, and of 0 when asked for", () => {
    expect(finds(shapes(), (shape) => shape.length === 0)).toBe(true);
    expect(finds(shapes(), (shape) => shape.length === 3 && shape.includes(1))).toBe(true);
    expect(finds(shapes({ minDimension: 0 }), (shape) => shape.includes(0))).toBe(true);
    expect(finds(shapes(), (shape) => shape.includes(0))).toBe(false);
  });

  property.prop([fc.integer({ min: 1, max: 4 }).chain((count) => broadcastableShapes(count))])(
    "broadcast with each other",
    (all) => {
      expect(() => broadcastShapes("test", all)).not.toThrow();
    },
  );

  test("that broadcast come in all kinds", () => {
    expect(finds(broadcastablePairs(), ([a, b]) => a.length > b.length && b.length > 0)).toBe(true);
    expect(finds(broadcastablePairs(), ([a, b]) => a.length < b.length)).toBe(true);
    const stretchBoth = (a: number[], b: number[]): boolean =>
      a.length === 2 && b.length === 2 && a[0] === 1 && b[1] === 1 && b[0] > 1 && a[1] > 1;
    expect(finds(broadcastablePairs(), ([a, b]) => stretchBoth(a, b))).toBe(true);
    expect(
      finds(broadcastableTriples(), ([a, b, c]) => a.length === 0 && b.length === 1 && c.length === 2),
    ).toBe(true);
  });

  property.prop([
    shapes({ minRank: 1 }).chain((shape) => fc.tuple(fc.constant(shape), axisOf(shape), axesOf(shape))),
  ])("have axes", ([shape, axis, axes]) => {
    expect(axis).toBeGreaterThanOrEqual(-shape.length);
    expect(axis).toBeLessThan(shape.length);
    const list = axes === undefined ? [] : [axes].flat();
    const fromFront = list.map((one) => (one < 0 ? one + shape.length : one));
    expect(new Set(fromFront).size).toBe(list.length);
    expect(fromFront.every((one) => one >= 0 && one < shape.length)).toBe(true);
  });

  test("have no axis, one, none of a list, several, from either end", () => {
    const axes = axesOf([2, 3, 4]);
    const kinds = [
      (one: unknown) => one === undefined,
      (one: unknown) => one === -1,
      (one: unknown) => Array.isArray(one) && one.length === 0,
      (one: unknown) => Array.isArray(one) && one.length === 3 && one.some((axis) => axis < 0),
    ];
    for (const is of kinds) expect(finds<unknown>(axes, is)).toBe(true);
    expect(finds(axesOf([]), (one) => Array.isArray(one))).toBe(true);
  });

  property.prop([permutations(4)])("have permutations of their axes", (axes) => {
    expect([...axes].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe("numbers of a domain", () => {
  property.prop([numbers({ min: -2, max: 5, away: [0, 1], distance: 0.25 })])("keep to it", (x) => {
    expect(x).toBeGreaterThanOrEqual(-2);
    expect(x).toBeLessThanOrEqual(5);
    expect(Math.abs(x)).toBeGreaterThanOrEqual(0.25);
    expect(Math.abs(x - 1)).toBeGreaterThanOrEqual(0.25);
  });

  property.prop([tensorsIn([12], { spacing: 0.25, offset: 0.125, away: [0] })])(
    "with a spacing are apart, on their grid",
    (x) => {
      const values = [...x.toTypedArray()].sort((a, b) => a - b);
      for (let i = 1; i < values.length; i++) expect(values[i] - values[i - 1]).toBeGreaterThanOrEqual(0.25);
      for (const value of values) expect((value + 3 - 0.125) % 0.25).toBe(0);
    },
  );

  test("include those that are favoured", () => {
    expect(finds(numbers({ min: 1, favour: [0] }), (x) => x === 0)).toBe(true);
  });

  property.prop([tensorsIn([3], {}, { dtype: "uint8" }), tensorsIn([3], {}, { dtype: "bool" })])(
    "are rounded to what a dtype holds",
    (bytes, bools) => {
      expect([bytes.dtype, bools.dtype]).toEqual(["uint8", "bool"]);
    },
  );
});

describe("tensors", () => {
  test.for(["float32", "float64", "int32", "uint8", "bool"] as const)(
    "of %s hold every edge value",
    (dtype) => {
      for (const edge of edgeValues[dtype]) {
        const rounded = dtype === "float32" ? Math.fround(edge) : edge;
        const holds = (x: AnyTensor): boolean => x.toTypedArray().some((value) => Object.is(value, rounded));
        expect([edge, finds(tensors(dtype, [8]), holds)]).toEqual([edge, true]);
      }
    },
  );

  test("have ties", () => {
    const isTied = (x: AnyTensor): boolean => new Set(x.toTypedArray()).size === 1;
    expect(finds(tensors("float32", [6]), isTied)).toBe(true);
  });

  property.prop([tensors("int32", [2, 3])])("have the dtype and shape", (x) => {
    expect([x.dtype, x.shape]).toEqual(["int32", [2, 3]]);
  });
});

describe("random graphs", () => {
  const withInputs = graphPrograms({ ops: smoothGraphOps, maxSteps: 5 }).chain((program) =>
    fc.tuple(fc.constant(program), ...program.inputs.map((shape) => tensorsIn(shape, { min: -1, max: 1 }))),
  );

  property.prop([withInputs])(
    "have the shape that rules written apart say, and are plain data",
    ([program, ...inputs]) => {
      const copy = JSON.parse(JSON.stringify(program));
      expect(runGraphProgram(copy, inputs).shape).toEqual(graphProgramShape(program));
    },
  );

  property.prop([withInputs], { numRuns: 50 })(
    "of smooth ops have right gradients",
    ([program, ...inputs]) => {
      gradcheck((...given: AnyTensor[]) => runGraphProgram(program, given), inputs, strict);
    },
  );

  property.prop([withInputs], { numRuns: 50 })(
    "have gradients of the shapes of their inputs",
    ([program, ...inputs]) => {
      const total = (...given: AnyTensor[]): AnyTensor => sum(runGraphProgram(program, given)) as AnyTensor;
      const gradient = grad(total as never)(...(inputs as never[])) as AnyTensor;
      expect(gradient.shape).toEqual(inputs[0].shape);
    },
  );

  test("use every op, and are deep", () => {
    const programs = fc.sample(graphPrograms(), { numRuns: 500, seed: 1 });
    const used = new Set(programs.flatMap(({ steps }) => steps.map(({ op }) => op)));
    expect([...used].sort()).toEqual([...smoothGraphOps, "maximum"].sort());
    expect(programs.some(({ steps }) => steps.length === 8)).toBe(true);
  });
});

describe("ulps", () => {
  test.for([
    [1, 1 + Number.EPSILON, 1],
    [1, 1 - Number.EPSILON / 2, 1],
    [0, -0, 0],
    [5e-324, -5e-324, 2],
    [Number.MAX_VALUE, Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN, 0],
    [Number.NaN, 1, Number.POSITIVE_INFINITY],
    [1, 2, 2 ** 52],
  ] as const)("%d and %d are %d apart", ([a, b, distance]) => {
    expect(ulps(a, b)).toBe(distance);
    expect(ulps(b, a)).toBe(distance);
  });

  test("are those of the dtype", () => {
    expect(ulps(1, 1 + 2 ** -23, "float32")).toBe(1);
    expect(ulps(-1, 1, "float32")).toBe(2 * 127 * 2 ** 23);
    expect(ulps(3, 4, "int32")).toBe(Number.POSITIVE_INFINITY);
    expect(ulps(3, 3, "int32")).toBe(0);
  });

  property.prop([fc.double({ noNaN: true }), fc.double({ noNaN: true })])("are a distance", (a, b) => {
    expect(ulps(a, b)).toBe(ulps(b, a));
    expect(ulps(a, b) === 0).toBe(a === b);
    expect(tensor(a, { dtype: "float64" }).item()).toBe(a);
  });
});
