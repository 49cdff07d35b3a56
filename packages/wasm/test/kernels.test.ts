import { maxPool2dGradientOp } from "@adjoint/ops";
import { type Attributes, type DType, type Op, primitives, type Shape, sizeOf } from "@adjoint/tensor";
import { allocate, bytesPerElement } from "@adjoint/tensor/engine";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../src/ir/index.ts";
import { opSteps } from "../src/program/opSteps.ts";
import type { Simd } from "../src/target.ts";
import { targets, withLoadOrder } from "./runLanes.ts";

interface Array {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: ArrayLike<number>;
}

/** What stands in memory around arrays: found again, it was not written over. */
const guard = 0x5a;

/**
 * Runs the kernel of an op, once for each range between two neighbouring cuts (fractions of the work), the last range first. Checks that
 * nothing but the result is written. The result, and of the inputs the last, end where memory must not be written or read further.
 */
function run(
  op: Op,
  attributes: Attributes,
  inputs: readonly Array[],
  output: { readonly shape: Shape; readonly dtype: DType },
  simd: Simd,
  cuts: readonly number[] = [],
): number[] {
  const operands = [...inputs, output].map(({ shape, dtype }, buffer) => ({
    buffer,
    offset: 0,
    shape,
    dtype,
  }));
  const kernel = {
    kind: "op" as const,
    op,
    attributes,
    inputs: operands.slice(0, -1),
    output: operands.at(-1),
  };
  const target = withLoadOrder(simd, false);
  const steps = opSteps(kernel, 0, target).map((step) => {
    if (step.kind !== "kernel") throw new Error(`${op.name} has no kernel for this`);
    return step;
  });
  const scratchBytes = Math.max(...steps.map((step) => step.scratchBytes));
  const bytesOf = ({ shape, dtype }: { shape: Shape; dtype: DType }): number =>
    sizeOf(shape) * bytesPerElement(dtype);
  const padded = (bytes: number): number => Math.ceil(bytes / 16) * 16;
  let next = 64;
  const places = [output, ...inputs].map((one) => {
    const at = next;
    next += padded(bytesOf(one)) + 64;
    return at;
  });
  const scratch = next;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((next + scratchBytes + 64) / 65536) + 1 });
  const bytes = new Uint8Array(memory.buffer).fill(guard);
  const [to, ...from] = places;
  const last = inputs.length - 1;
  from[last] = memory.buffer.byteLength - 16 - padded(bytesOf(inputs[last]));
  inputs.forEach(({ dtype, values }, i) => {
    const array = allocate(dtype, values.length);
    array.set(values);
    bytes.set(new Uint8Array(array.buffer), from[i]);
  });
  const module = new ModuleBuilder({ shared: false });
  module.addFunction(
    "kernel",
    steps[0].write(() => {
      throw new Error("no kernel calls JavaScript");
    }),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  const before = bytes.slice();
  const addresses = [...from, to];
  for (const { key, pointers, units } of steps) {
    expect(key).toBe(steps[0].key);
    const operandsAt = pointers.map(({ buffer, offset }) => addresses[buffer as number] + offset);
    const bounds = [0, ...cuts.map((cut) => Math.floor(cut * units)).sort((x, y) => x - y), units];
    for (let i = bounds.length - 2; i >= 0; i--)
      (exports.kernel as (...args: number[]) => void)(...operandsAt, scratch, bounds[i], bounds[i + 1]);
  }
  const written = bytesOf(output);
  const isUntouched = (start: number, end: number): boolean =>
    Buffer.from(bytes.subarray(start, end)).equals(before.subarray(start, end));
  expect(isUntouched(0, to)).toBe(true);
  expect(isUntouched(to + padded(written), scratch)).toBe(true);
  expect(isUntouched(scratch + scratchBytes, bytes.length)).toBe(true);
  const result = allocate(output.dtype, sizeOf(output.shape));
  new Uint8Array(result.buffer).set(bytes.subarray(to, to + written));
  return [...result];
}

/** What the op's definition gives. */
function expected(
  op: Op,
  attributes: Attributes,
  inputs: readonly Array[],
  { shape, dtype }: { shape: Shape; dtype: DType },
): number[] {
  const values = allocate(dtype, sizeOf(shape));
  const given = inputs.map((input) => {
    const array = allocate(input.dtype, input.values.length);
    array.set(input.values);
    return { ...input, values: array };
  });
  op.reference?.(given, { shape, dtype, values }, attributes);
  return [...values];
}

/** Runs whole and in parts, on all targets, and compares every bit with the definition. */
function check(
  op: Op,
  attributes: Attributes,
  inputs: readonly Array[],
  output: { readonly shape: Shape; readonly dtype: DType },
  cuts: readonly number[],
): void {
  const wanted = expected(op, attributes, inputs, output);
  for (const simd of targets) {
    expect(run(op, attributes, inputs, output, simd), simd).toEqual(wanted);
    expect(run(op, attributes, inputs, output, simd, cuts), `${simd} in parts`).toEqual(wanted);
  }
}

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, 3.4e38];

function valuesOf(dtype: DType, size: number): fc.Arbitrary<readonly number[]> {
  const element: fc.Arbitrary<number> =
    dtype === "float32" || dtype === "float64"
      ? fc.oneof(
          { weight: 5, arbitrary: fc.integer({ min: -9, max: 9 }).map((i) => i / 7) },
          fc.constantFrom(...special),
        )
      : dtype === "int32"
        ? fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
        : fc.integer({ min: 0, max: dtype === "bool" ? 1 : 255 });
  return fc
    .array(element, { minLength: size, maxLength: size })
    .map((values) => (dtype === "float32" ? values.map(Math.fround) : values));
}

function arrays(shape: Shape, dtype: DType): fc.Arbitrary<Array> {
  return valuesOf(dtype, sizeOf(shape)).map((values) => ({ shape, dtype, values }));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });
const extent = fc.integer({ min: 1, max: 9 });
const numRuns = 60;

describe("argmax", () => {
  const cases = fc
    .tuple(
      fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool"),
      fc.tuple(extent, extent, extent),
      fc.constantFrom<readonly number[]>([0], [1], [2], [0, 1, 2]),
    )
    .chain(([dtype, shape, axes]) => fc.tuple(arrays(shape, dtype), fc.constant(axes), cuts));
  property.prop([cases], { numRuns })("is its definition", ([x, axes, where]) => {
    const shape = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
    check(primitives.argmax, { axes, keepDims: true }, [x], { shape, dtype: "int32" }, where);
  });
  const alike = fc.integer({ min: 1, max: 40 }).chain((length) =>
    fc.record({
      length: fc.constant(length),
      values: fc.array(
        fc.oneof({ weight: 8, arbitrary: fc.constantFrom(-1, -0, 0, 1, 2) }, fc.constantFrom(Number.NaN, 3)),
        { minLength: 3 * length, maxLength: 3 * length },
      ),
    }),
  );
  property.prop([alike, cuts])("finds the first of many alike in a row", ({ length, values }, where) => {
    const x = { shape: [3, length], dtype: "float32" as const, values };
    check(primitives.argmax, { axes: [1], keepDims: false }, [x], { shape: [3], dtype: "int32" }, where);
  });
  test("takes the first NaN, and of zeros the first", () => {
    const x = {
      shape: [2, 4],
      dtype: "float32" as const,
      values: [1, Number.NaN, 2, Number.NaN, -0, 0, -1, 0],
    };
    check(primitives.argmax, { axes: [1], keepDims: false }, [x], { shape: [2], dtype: "int32" }, [0.5]);
  });
});

describe("take", () => {
  const cases = fc.record({
    outer: fc.integer({ min: 1, max: 2 }),
    bytes: fc.constantFrom(63, 64, 65, 200, 3000),
    places: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    }),
    cuts,
  });
  property.prop([cases], { numRuns: 10 })("of rows of a large array is its definition", (given) => {
    const { outer, bytes, places } = given;
    const rows = Math.ceil(2 ** 20 / (outer * bytes)) + 1;
    const values = Uint8Array.from({ length: outer * rows * bytes }, (_, i) => (i * 7) % 251);
    const x = { shape: [outer, rows, bytes], dtype: "uint8" as const, values };
    const indices = {
      shape: [places.length],
      dtype: "int32" as const,
      values: places.map((place) => Math.floor(place * rows)),
    };
    const output = { shape: [outer, places.length, bytes], dtype: "uint8" as const };
    check(primitives.take, { axis: 1 }, [x, indices], output, given.cuts);
  });
});

describe("cumsum", () => {
  const cases = fc
    .tuple(fc.constantFrom<DType>("float32", "float64", "int32"), fc.tuple(extent, extent, extent), fc.nat(2))
    .chain(([dtype, shape, axis]) => fc.tuple(arrays(shape, dtype), fc.constant(axis), cuts));
  property.prop([cases], { numRuns })("is its definition", ([x, axis, where]) => {
    check(primitives.cumsum, { axis }, [x], x, where);
  });
});

describe("scatterAdd", () => {
  const cases = fc
    .record({
      dtype: fc.constantFrom<DType>("float32", "float64", "int32", "uint8"),
      indexDType: fc.constantFrom<DType>("int32", "uint8"),
      shape: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 9 }), extent),
      size: extent,
    })
    .chain((one) =>
      fc.record({
        x: arrays(one.shape, one.dtype),
        indices: fc.array(fc.nat(one.size - 1), { minLength: one.shape[1], maxLength: one.shape[1] }),
        one: fc.constant(one),
        where: cuts,
      }),
    );
  property.prop([cases], { numRuns })("is its definition", ({ x, indices, one, where }) => {
    const { shape, size, dtype, indexDType } = one;
    const at = { shape: [shape[1]], dtype: indexDType, values: indices };
    const output = { shape: [shape[0], size, shape[2]], dtype };
    check(primitives.scatterAdd, { axis: 1, size, indexRank: 1 }, [x, at], output, where);
  });
});

describe("randomBits", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const offset = fc.oneof(word, fc.integer({ min: -40, max: 40 }));
  const cases = fc.tuple(fc.tuple(word, word), offset, fc.integer({ min: 1, max: 40 }), fc.boolean(), cuts);
  property.prop([cases], { numRuns })("is its definition", ([key, first, count, pairs, where]) => {
    const inputs: Array[] = [
      { shape: [2], dtype: "int32", values: key },
      { shape: [], dtype: "int32", values: [first] },
    ];
    const shape = pairs ? [count, 2] : [count];
    check(primitives.randomBits, { shape: [count], pairs }, inputs, { shape, dtype: "int32" }, where);
  });
});

describe("sumPatches", () => {
  const axis = fc
    .record({
      window: fc.integer({ min: 1, max: 6 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      padding: fc.tuple(fc.nat(3), fc.nat(3)),
      more: fc.nat(40),
    })
    .map(({ window, stride, dilation, padding, more }) => {
      const span = (window - 1) * dilation + 1;
      const size = Math.max(1, span + more - padding[0] - padding[1]);
      const positions = Math.floor((padding[0] + size + padding[1] - span) / stride) + 1;
      return { window, stride, dilation, padding, size, positions };
    });
  const cases = fc
    .record({
      axes: fc.oneof(fc.tuple(axis), fc.tuple(axis, axis)),
      front: fc.integer({ min: 1, max: 2 }),
      dtype: fc.oneof(fc.constant<DType>("float32"), fc.constantFrom<DType>("float64", "int32", "uint8")),
    })
    .chain(({ axes, front, dtype }) => {
      const shape = [front, ...axes.map(({ window }) => window), ...axes.map(({ positions }) => positions)];
      return fc.tuple(arrays(shape, dtype), fc.constant(axes), cuts);
    });
  property.prop([cases], { numRuns })("is its definition", ([x, axes, where]) => {
    const attributes = {
      window: axes.map(({ window }) => window),
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      padding: axes.map(({ padding }) => padding),
      size: axes.map(({ size }) => size),
    };
    const shape = [x.shape[0], ...attributes.size];
    check(primitives.sumPatches, attributes, [x], { shape, dtype: x.dtype }, where);
  });
});

describe("matmul of batches that are no regular walk", () => {
  const cases = fc
    .record({
      batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      isOne: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      missing: fc.tuple(fc.nat(3), fc.nat(3)),
      matrix: fc.tuple(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
      ),
    })
    .chain(({ batch, isOne, missing, matrix: [m, k, n] }) => {
      const leading = [0, 1].map((side) =>
        batch.map((dimension, axis) => (isOne[3 * side + axis] ? 1 : dimension)).slice(missing[side]),
      );
      const [left, right] = leading.map((front) => [
        ...new Array<number>(batch.length - front.length).fill(1),
        ...front,
      ]);
      const shape = [...batch.map((_, axis) => Math.max(left[axis], right[axis])), m, n];
      // Whole numbers, whose products are exact in any order.
      const operand = (front: Shape, matrix: Shape): fc.Arbitrary<Array> => {
        const whole = fc.integer({ min: -9, max: 9 });
        const size = sizeOf([...front, ...matrix]);
        return fc
          .array(whole, { minLength: size, maxLength: size })
          .map((values) => ({ shape: [...front, ...matrix], dtype: "float32", values }));
      };
      return fc.tuple(operand(leading[0], [m, k]), operand(leading[1], [k, n]), fc.constant(shape), cuts);
    });
  property.prop([cases], { numRuns })("is its definition", ([a, b, shape, where]) => {
    const output = { shape, dtype: "float32" as const };
    const attributes = { transposeA: false, transposeB: false };
    const wanted = expected(primitives.matmul, attributes, [a, b], output).map((x) => x + 0);
    for (const simd of targets) {
      for (const parts of [[], where])
        expect(run(primitives.matmul, attributes, [a, b], output, simd, parts).map((x) => x + 0)).toEqual(
          wanted,
        );
    }
  });
});

describe("maxPool2dGradient of windows that tile", () => {
  const cases = fc
    .record({
      window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
      positions: fc.tuple(fc.integer({ min: 1, max: 3 }), extent),
      rest: fc.tuple(fc.nat(1), fc.nat(2)),
      front: fc.integer({ min: 1, max: 3 }),
    })
    .chain(({ window, positions, rest, front }) => {
      const size = window.map((one, axis) => one * positions[axis] + Math.min(rest[axis], one - 1));
      return fc.record({
        x: arrays([front, 1, ...size], "float32"),
        y: arrays([front, 1, ...positions], "float32"),
        window: fc.constant(window),
        where: cuts,
      });
    });

  /** Window by window, in the words of the op's documentation. */
  function byWindows(x: Array, y: Array, [kh, kw]: readonly number[]): number[] {
    const [n, , height, width] = x.shape;
    const [, , rows, columns] = y.shape;
    const result = new Float32Array(x.values.length);
    for (let image = 0; image < n; image++) {
      for (let window = 0; window < rows * columns; window++) {
        const corner = (image * height + Math.floor(window / columns) * kh) * width + (window % columns) * kw;
        const places = [...new Float32Array(kh * kw).keys()].map(
          (i) => corner + Math.floor(i / kw) * width + (i % kw),
        );
        const elements = places.map((place) => x.values[place]);
        const isNaNThere = elements.findIndex((one) => Number.isNaN(one));
        const first = isNaNThere === -1 ? elements.indexOf(Math.max(...elements)) : isNaNThere;
        result[places[first]] = y.values[image * rows * columns + window];
      }
    }
    return [...result];
  }

  property.prop([cases], { numRuns })("goes to the first largest element", ({ x, y, window, where }) => {
    const attributes = {
      window,
      stride: window,
      dilation: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    };
    const wanted = byWindows(x, y, window);
    for (const simd of targets) {
      for (const parts of [[], where])
        expect(run(maxPool2dGradientOp, attributes, [x, y], x, simd, parts), simd).toEqual(wanted);
    }
  });
});
