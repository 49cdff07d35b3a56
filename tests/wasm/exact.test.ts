import {
  type AnyTensor,
  abs,
  add,
  argmax,
  broadcastTo,
  cast,
  concat,
  cumsum,
  type DType,
  DTypeError,
  equal,
  floor,
  type Graph,
  less,
  log,
  matmul,
  max,
  maximum,
  minimum,
  mul,
  neg,
  OptionError,
  type Program as Prepared,
  pad,
  patches,
  referenceBackend,
  reshape,
  type Shape,
  ShapeError,
  Storage,
  sameShape,
  scatterAdd,
  sin,
  sizeOf,
  slice,
  sub,
  sum,
  sumPatches,
  Tensor,
  type TypedArray,
  take,
  transpose,
  where,
} from "@adjoint/tensor";
import { allocate, leaves } from "@adjoint/tensor/engine";
import { WasmBackend } from "@adjoint/wasm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startedBackend } from "./workers.ts";

type Step = (a: AnyTensor, b: AnyTensor, n: number) => unknown;

const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const axisOf = (a: AnyTensor, n: number): number => n % Math.max(1, a.rank);
/** For each axis one thing, and another for one of them. */
function at<T, U>(a: AnyTensor, n: number, here: T, elsewhere: U): never {
  return a.shape.map((_, axis) => (axis === axisOf(a, n) ? here : elsewhere)) as never;
}
/** Some of the axes. */
const axesOf = (a: AnyTensor, n: number): number[] =>
  a.shape.flatMap((_, axis) => ((n >> axis) & 1 ? [axis] : []));
/** Within ±4, so that no product or sum of a few is rounded. */
const small = (a: AnyTensor): AnyTensor =>
  a.dtype === "bool" || a.dtype === "uint8" ? a : (maximum(minimum(a, 4), -4) as AnyTensor);
const single = (a: AnyTensor): AnyTensor => cast(small(a), "float32");
/** The shape with two neighbouring axes as one. */
function merged({ shape, rank }: AnyTensor, n: number): Shape {
  const axis = n % Math.max(1, rank - 1);
  return [...shape.slice(0, axis), sizeOf(shape.slice(axis, axis + 2)), ...shape.slice(axis + 2)];
}
function indicesIn(b: AnyTensor, count: number): AnyTensor {
  if (count === 0) throw new ShapeError("take", "there is nothing to take");
  return maximum(minimum(cast(b, "int32"), count - 1), 0) as AnyTensor;
}

/** Ops whose results are whole numbers or parts of few bits, which no order of sums rounds; a step that does not fit is left out. */
const steps: Readonly<Record<string, Step>> = {
  add: (a, b) => add(small(a), small(b)),
  sub: (a, b) => sub(small(a), small(b)),
  mul: (a, b) => mul(small(a), small(b)),
  wrap: (a) => (a.dtype === "uint8" || a.dtype === "int32" ? mul(a, add(a, 1)) : a),
  half: (a) => mul(small(a), 0.5),
  maximum: (a, b) => maximum(a, b),
  minimum: (a, b) => minimum(a, b),
  neg: (a) => neg(a),
  abs: (a) => abs(a),
  floor: (a) => floor(a),
  less: (a, b) => less(a, b),
  equal: (a, b) => equal(a, b),
  where: (a, b) => where(less(a, b), a, b),
  pick: (a, b) => where(cast(b, "bool"), a, b),
  cast: (a, _, n) => cast(a, dtypes[n % dtypes.length]),
  // Dear, so that loops are divided into stages, and then a whole number again.
  wave: (a) => floor(mul(sin(single(a)), 3.7)),
  level: (a, b) => maximum(floor(mul(log(add(mul(single(a), single(a)), 0.37)), 3.3)), single(b)),
  sum: (a, _, n) => sum(a, { axis: axisOf(a, n), keepDims: n % 2 === 0 }),
  sums: (a, _, n) => sum(a, { axis: axesOf(a, n) }),
  largest: (a, _, n) => max(a, { axis: axesOf(a, n), keepDims: n % 3 === 0 }),
  centred: (a, _, n) => sub(small(a), max(small(a), { axis: axisOf(a, n), keepDims: true })),
  shared: (a, _, n) => add(small(a), sum(small(a), { axis: axisOf(a, n), keepDims: true })),
  transpose: (a) => transpose(a),
  turn: (a, _, n) => transpose(a, a.shape.map((_, i) => (i + n) % a.rank) as never),
  flatten: (a) => reshape(a, [-1]),
  column: (a) => reshape(a, [-1, 1]),
  merge: (a, _, n) => reshape(a, merged(a, n)),
  split: (a, _, n) =>
    reshape(
      a,
      a.shape.flatMap((d, axis) => (axis === axisOf(a, n) && d % 2 === 0 ? [2, d / 2] : [d])),
    ),
  from: (a, _, n) => slice(a, at(a, n, 1, undefined)),
  to: (a, _, n) => slice(a, [], at(a, n, -1, undefined)),
  everyOther: (a, _, n) => slice(a, at(a, n, n % 2, undefined), undefined, at(a, n, 2, undefined)),
  flip: (a, _, n) => slice(a, [], undefined, at(a, n, -1, undefined)),
  back: (a, _, n) => slice(a, at(a, n, -2, undefined), undefined, at(a, n, -2, undefined)),
  pad: (a, _, n) => pad(a, at(a, n, [1, 2], [0, n % 2]), { value: n % 2 }),
  broadcast: (a, _, n) => broadcastTo(a, [1 + (n % 3), ...a.shape]),
  stretch: (a, _, n) => broadcastTo(reshape(a, [...a.shape, 1]), [...a.shape, 1 + n]),
  concat: (a, b, n) => concat([a, b, a], { axis: axisOf(a, n) }),
  matmul: (a, b) => matmul(small(a), small(b) as never),
  gram: (a) => matmul(transpose(small(a)) as AnyTensor, small(a) as never),
  cumsum: (a, _, n) => cumsum(small(a), { axis: axisOf(a, n) }),
  argmax: (a, _, n) => argmax(a, { axis: axisOf(a, n) }),
  take: (a, b, n) => take(a, indicesIn(b, a.shape[axisOf(a, n)]), { axis: axisOf(a, n) }),
  scatterAdd(a, b, n) {
    const axis = axisOf(a, n);
    const some = slice(reshape(b, [-1]), [0], [a.shape[axis] ?? 0]) as AnyTensor;
    return scatterAdd(small(a) as never, indicesIn(some, 3), { axis, size: 3 });
  },
  patches: (a, _, n) => patches(a as never, [1 + (n % 3)], { stride: [1 + (n % 2)], padding: [[n % 2, 0]] }),
  images: (a, _, n) =>
    patches(a as never, [1 + (n % 3), 2], { stride: [1, 1 + (n % 2)], dilation: [1 + (n % 2), 1] }),
  sumPatches(a, _, n) {
    const options = { stride: [1 + (n % 2)], padding: [[n % 3, 1]] as const };
    const windows = patches(small(a) as never, [2], options);
    return sumPatches(windows as never, [a.shape.at(-1) ?? 1], [2], options);
  },
};

const extents = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  fc.constantFrom(0, 1, 4, 16, 17, 37),
);
const shapes = fc.oneof(
  { weight: 4, arbitrary: fc.array(extents, { maxLength: 4 }).filter((shape) => sizeOf(shape) <= 600) },
  // Several blocks of a loop in stages.
  fc.constantFrom([1100], [2, 700]),
);
const programs = fc.record({
  inputs: fc.array(fc.record({ shape: shapes, dtype: fc.constantFrom(...dtypes), seed: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 4,
  }),
  steps: fc.array(
    fc.record({ op: fc.constantFrom(...Object.keys(steps)), a: fc.nat(6), b: fc.nat(20), n: fc.nat(15) }),
    { minLength: 1, maxLength: 20 },
  ),
  outputs: fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
});
type Program = typeof programs extends fc.Arbitrary<infer P> ? P : never;

/** The graph of a program. Each output takes the place of an input of its shape and dtype, if there is one left. */
function graphOf({ inputs: given, steps: list, outputs: places }: Program): Required<Graph> {
  const inputs = given.map(
    ({ shape, dtype }) => new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype) as AnyTensor,
  );
  const nodes = [...inputs];
  for (const { op, a, b, n } of list) {
    const [first, second] = [nodes[nodes.length - 1 - (a % nodes.length)], nodes[b % nodes.length]];
    try {
      const node = steps[op](first, second, n) as AnyTensor;
      if (node.size <= 3000 && node.rank <= 5) nodes.push(node);
    } catch (error) {
      const isMisfit = [ShapeError, DTypeError, OptionError].some((kind) => error instanceof kind);
      if (!isMisfit) throw error;
    }
  }
  const outputs = places.map((place) => nodes[nodes.length - 1 - (place % nodes.length)]);
  const left = new Set(inputs.keys());
  const replaces = outputs.map((output) => {
    const over = [...left].find(
      (i) => inputs[i].dtype === output.dtype && sameShape(inputs[i].shape, output.shape),
    );
    if (over !== undefined) left.delete(over);
    return over;
  });
  return { inputs, outputs, replaces };
}

/** Small numbers, and in some inputs the edges of the dtype among them. */
function valuesOf({ shape, dtype, seed }: Program["inputs"][number]): TypedArray {
  const edges = {
    bool: [0, 1],
    uint8: [255, 254, 128],
    int32: [2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1],
    float32: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 300.5],
    float64: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 300.5],
  }[dtype];
  const values = allocate(dtype, sizeOf(shape));
  let state = seed;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const digits = state >>> 8;
    if (seed % 5 === 0 && digits % 7 === 0) values[i] = edges[digits % edges.length];
    else if (dtype === "bool") values[i] = digits & 1;
    else values[i] = dtype === "uint8" ? digits % 6 : ((digits % 17) - 8) / 2;
  }
  return values;
}

let backends: WasmBackend[] = [];
beforeAll(async () => {
  backends = [
    ...(["relaxed", "plain", "none"] as const).map((simd) => new WasmBackend({ simd, threads: 1 })),
    new WasmBackend({ memory: { shared: false } }),
    await startedBackend(3),
  ];
});
afterAll(() => {
  for (const { machinery } of backends) machinery.threads.stop();
});

test("random programs whose values are not rounded give the reference interpreter's, with every target and over their inputs", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const graph = graphOf(program);
      const given = program.inputs.map(valuesOf);
      // −0 counts as 0: of equal zeros the largest is either.
      const run = (prepared: Prepared, isSpare?: boolean[]): number[][] =>
        prepared
          .run(
            given.map((values) => Storage.of(values.slice())),
            isSpare,
          )
          .map(({ values }) => Array.from(values, (x) => x + 0));
      const expected = run(referenceBackend.prepare(graph));
      const isReplaced = graph.inputs.map((_, i) => graph.replaces.includes(i));
      for (const backend of backends) {
        const prepared = backend.prepare(graph);
        expect(run(prepared)).toEqual(expected);
        expect(run(prepared, isReplaced)).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);
