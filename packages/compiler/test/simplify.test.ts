import {
  type AnyTensor,
  add,
  apply,
  broadcastTo,
  checkpoint,
  div,
  exp,
  less,
  matmul,
  mul,
  neg,
  primitives,
  sin,
  sub,
  sum,
  transpose,
  vjp,
  where,
} from "@adjoint/tensor";
import { literal } from "@adjoint/tensor/engine";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { printProgram, simplify } from "../src/index.ts";
import { input, interpreted, programOf } from "./graphs.ts";

const special = [
  0,
  -0,
  1,
  -1,
  1.5,
  2 ** -149,
  -(2 ** -140),
  2 ** -126,
  3.4e38,
  -3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/** The number in every place of [3]. */
const filled = (number: number): AnyTensor => broadcastTo(literal(number, "float32"), [3]) as AnyTensor;

const ops: readonly ((a: AnyTensor, b: AnyTensor, number: number) => AnyTensor)[] = [
  (a, b) => add(a, b) as AnyTensor,
  (a, b) => mul(a, b) as AnyTensor,
  (a, b) => where(less(a, b), a, a) as AnyTensor,
  (a, b) => where(less(a, b), a, b) as AnyTensor,
  (a) => neg(a),
  (a) => neg(neg(a)),
  (a, _, number) => add(a, number) as AnyTensor,
  (a, _, number) => sub(a, number) as AnyTensor,
  (a, _, number) => mul(a, number) as AnyTensor,
  (a, _, number) => mul(number, a) as AnyTensor,
  (a, _, number) => div(a, number) as AnyTensor,
  (a, _, number) => mul(filled(number), a) as AnyTensor,
  (a, _, number) => div(a, filled(number)) as AnyTensor,
  (a, _, number) => sub(a, filled(number)) as AnyTensor,
  (a, b, number) => mul(a, add(sub(b, b), sin(mul(literal(number, "float32"), 2)))) as AnyTensor,
];

const numbers = fc.constantFrom(
  ...[0, -0, 1, -1, 2, -8, 0.5, 3, 2 ** 100, 2 ** -100, 2 ** 110, 2 ** -130],
  ...[Number.POSITIVE_INFINITY, Number.NaN],
);
const steps = fc.array(
  fc.record({ op: fc.constantFrom(...ops), a: fc.nat(9), b: fc.nat(9), number: numbers }),
  { minLength: 1, maxLength: 6 },
);

describe("simplify", () => {
  property.prop([steps, fc.array(fc.constantFrom(...special), { minLength: 6, maxLength: 6 })])(
    "keeps every bit",
    (list, values) => {
      const given = [input([3]), input([3])];
      const nodes = [...given];
      for (const { op, a, b, number } of list)
        nodes.push(op(nodes[nodes.length - 1 - (a % nodes.length)], nodes[b % nodes.length], number));
      const outputs = nodes.slice(2);
      const arrays = [Float32Array.from(values.slice(0, 3)), Float32Array.from(values.slice(3))];
      const simpler = simplify(outputs, new Set(given));
      expect(interpreted(given, simpler, arrays)).toEqual(interpreted(given, outputs, arrays));
    },
  );

  const x = input([3]);
  const simple = (node: AnyTensor): AnyTensor => simplify([node], new Set([x]))[0];

  test.each([
    ["x · 1", mul(x, 1)],
    ["1 · x", mul(1, x)],
    ["1 · x, with 1 in every place", mul(filled(1), x)],
    ["x / 1", div(x, 1)],
    ["x − 0", sub(x, 0)],
    ["−−x", neg(neg(x))],
  ])("knows that %s is x", (_, node) => {
    expect(simple(node as AnyTensor)).toBe(x);
  });

  test.each([
    ["x + 0, which is 0 for −0", add(x, 0)],
    ["x − −0, which is 0 for −0", sub(x, -0)],
    ["x · 0, which is NaN for ∞", mul(x, 0)],
    ["where(c, x, x), whose c may check data", where(less(x, 0), x, x)],
    ["1 · y, which is y in every place", mul(filled(1), input([]))],
    ["y / 2, in every place", div(input([]), filled(2))],
    ["x / 3, whose inverse is rounded", div(x, 3)],
    ["x / 2¹²⁰, whose inverse may be subnormal", div(x, 2 ** 120)],
    ["x / the number after 2⁵, in float64", div(input([2, 3], "float64"), 2 ** 5 * (1 + Number.EPSILON))],
  ])("leaves %s", (_, node) => {
    expect(simple(node as AnyTensor)).toBe(node);
  });

  test("does not look into what is given, which may be another number in another run", () => {
    const ones = filled(1);
    const node = mul(ones, x) as AnyTensor;
    expect(simplify([node], new Set([x, ones]))[0]).toBe(node);
  });

  test("divides by a power of two as it multiplies", () => {
    const node = simple(div(x, -8) as AnyTensor);
    expect([node.op.name, node.inputs[0], node.inputs[1].attributes.value]).toEqual(["mul", x, -0.125]);
  });

  const flags = [false, true];
  test.each(
    [[], [2]].flatMap((batch) =>
      flags.flatMap((transposeA) =>
        flags.flatMap((transposeB) =>
          [[1], [0, 1], [0]].map((turned) => ({ batch, transposeA, transposeB, turned })),
        ),
      ),
    ),
  )("reads transposed operands where they are: $batch, $transposeA, $transposeB, $turned", (at) => {
    const { batch, turned } = at;
    const isSeenTurned = [at.transposeA, at.transposeB];
    const shapes = [
      [3, 4],
      [4, 5],
    ].map((shape, i) => [...batch, ...(isSeenTurned[i] === turned.includes(i) ? shape : shape.toReversed())]);
    const given = shapes.map((shape) => input(shape));
    const exchange = batch.length === 0 ? [1, 0] : [0, 2, 1];
    const [a, b] = given.map((one, i) =>
      turned.includes(i) ? (transpose(one, exchange) as AnyTensor) : one,
    );
    const { transposeA, transposeB } = at;
    const node = apply(primitives.matmul, [a, b], { transposeA, transposeB });
    const [simpler] = simplify([node], new Set(given));
    expect(simpler.inputs).toEqual(given);
    const arrays = given.map(({ size }) => Float32Array.from({ length: size }, (_, i) => Math.sin(i + size)));
    expect(interpreted(given, [simpler], arrays)).toEqual(interpreted(given, [node], arrays));
  });

  test("copies an operand that is transposed in another way", () => {
    const [a, b] = [input([3, 2, 4]), input([4, 5])];
    const node = matmul(transpose(a, [1, 0, 2]), b as never) as AnyTensor;
    expect(simplify([node], new Set([a, b]))[0]).toBe(node);
  });

  test("computes what has numbers alone as its op does", () => {
    const third = div(literal(1, "float32"), literal(3, "float32")) as AnyTensor;
    const node = simple(mul(x, third) as AnyTensor);
    expect(node.inputs[1].attributes.value).toBe(Math.fround(1 / 3));
  });

  test("computes once what is written twice, whatever the sign of zero in it", () => {
    const twice = simple(add(sin(add(x, 1)), sin(add(x, 1))) as AnyTensor);
    expect(twice.inputs[0]).toBe(twice.inputs[1]);
    const signed = simple(add(sin(add(x, 0)), sin(add(x, -0))) as AnyTensor);
    expect(signed.inputs[0]).not.toBe(signed.inputs[1]);
  });

  test("does not share across a checkpoint what it computes again", () => {
    const count = (fn: (x: AnyTensor) => AnyTensor): number => {
      const [y, pullback] = vjp((given: AnyTensor) => sum(fn(given)) as AnyTensor, x);
      const [gradient] = pullback(literal(1, "float32") as never);
      const text = printProgram(programOf([x], [y, gradient as AnyTensor]));
      return text.split("= exp(").length - 1;
    };
    const fn = (given: AnyTensor): AnyTensor => sin(exp(given));
    expect([count(fn), count(checkpoint(fn))]).toEqual([1, 2]);
  });
});
