import {
  type AnyTensor,
  type Backend,
  checkFinite,
  type DType,
  IndexError,
  isFloat,
  NumericsError,
  neg,
  random,
  referenceBackend,
  Storage,
  type TypedArray,
  take,
  tensor,
  vjp,
} from "@adjoint/tensor";
import fc from "fast-check";
import { graphPrograms, runGraphProgram } from "./arbitraries/graphs.ts";
import { tensorsIn } from "./arbitraries/tensors.ts";
import { engineCases } from "./cases/engine.ts";
import { caseTitle, edgeSamples, type OpCase, type OpSample, smoothSamples } from "./cases/op-case.ts";
import { opsCases } from "./cases/ops.ts";
import { allowedUlps, disagreement } from "./compare-values.ts";

/** How thoroughly a backend is tested. */
export interface ConformanceOptions {
  /** Random calls of each op (default 50). */
  readonly runs?: number;
  /** The seed of all random calls; default another one each time. A failure's message names it. */
  readonly seed?: number;
}

/** A law that a backend must keep, ready for `test(name, run)`. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => void;
}

/** The leaves with values that a graph is computed from. */
function dataOf(outputs: readonly AnyTensor[]): AnyTensor[] {
  const seen = new Set(outputs.map((output) => output.current()));
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return [...seen].filter(({ op, inputs }) => op.name === "data" && inputs.length === 0);
}

/** What a backend gives for the outputs. */
function runOn(backend: Backend, outputs: readonly AnyTensor[]): TypedArray[] {
  const nodes = outputs.map((output) => output.current());
  const inputs = dataOf(nodes);
  const storages = inputs.map((input) => Storage.of(input.toTypedArray()));
  return backend
    .prepare({ inputs, outputs: nodes })
    .run(storages)
    .map(({ values }) => values);
}

function checkAgreement(
  backend: Backend,
  outputs: readonly AnyTensor[],
  allowed: number,
  scaleOf: (output: AnyTensor, expected: TypedArray) => ArrayLike<number> | undefined = () => undefined,
): void {
  const actual = runOn(backend, outputs);
  const expected = runOn(referenceBackend, outputs);
  outputs.forEach((output, i) => {
    const scale = scaleOf(output, expected[i]);
    const difference = disagreement(output, actual[i], expected[i], { allowed, scale });
    if (difference !== undefined) throw new Error(`${backend.name}: ${difference}`);
  });
}

/** What is added up here is of the size of the largest element, or of the ones that a gradient starts from. */
function scaleOfLargest(_: AnyTensor, expected: TypedArray): Float64Array {
  let largest = 1;
  for (const x of expected) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  return new Float64Array(expected.length).fill(largest);
}

const gradientUlps = 64;

/** Numbers of a float dtype, often all finite, among them the largest and the smallest. */
const finiteOrNot = fc.constantFrom("float32" as const, "float64" as const).chain((dtype) => {
  const [smallest, largest] =
    dtype === "float32" ? [2 ** -149, (2 - 2 ** -23) * 2 ** 127] : [Number.MIN_VALUE, Number.MAX_VALUE];
  const others = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const number = fc.oneof(
    { weight: 12, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 2, arbitrary: fc.constantFrom(smallest, largest, -largest, -0) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
  return fc.tuple(fc.constant(dtype), fc.array(number, { maxLength: 12 }));
});

function checkValue(backend: Backend, one: OpCase, sample: OpSample): void {
  const output = sample.call();
  const scale = one.scale?.(sample.form, sample.inputs);
  const sizes = scale === undefined ? undefined : runOn(referenceBackend, [scale])[0];
  checkAgreement(backend, [output], allowedUlps(one, output.dtype), () => sizes);
}

function checkGradient(backend: Backend, { form, inputs }: OpSample): void {
  const floats = inputs.filter(({ dtype }) => isFloat(dtype));
  const [output, pullback] = vjp(
    (...given: AnyTensor[]) => {
      let next = 0;
      return form.call(...inputs.map((input) => (isFloat(input.dtype) ? given[next++] : input)));
    },
    ...floats,
  );
  const ones = tensor(new Array<number>(output.size).fill(1), output.shape, { dtype: output.dtype as DType });
  checkAgreement(backend, pullback(ones as AnyTensor), gradientUlps, scaleOfLargest);
}

/**
 * The laws that any backend must keep, as named cases: the values of every op at ordinary, special and empty inputs of
 * every dtype, and its gradients, agree with the reference interpreter within the ulps that the op's case states; so do
 * random graphs; random bits are equal; runs repeat to the bit, leave inputs alone, and stop at an index out of range and at a checked number that is not finite.
 *
 * ```ts
 * test.for(conformance(backend))("$name", ({ run }) => run());
 * ```
 */
export function conformance(
  backend: Backend,
  { runs = 50, seed }: ConformanceOptions = {},
): readonly ConformanceCase[] {
  const parameters = { numRuns: runs, ...(seed === undefined ? {} : { seed }) };
  const law = <T>(name: string, arbitrary: fc.Arbitrary<T>, check: (value: T) => void): ConformanceCase => ({
    name,
    run: () => fc.assert(fc.property(arbitrary, check), parameters),
  });
  const cases = [...engineCases, ...opsCases];
  const programs = graphPrograms().chain((program) =>
    fc
      .tuple(...program.inputs.map((shape) => tensorsIn(shape, {}, { dtype: "float32" })))
      .map((inputs) => ({ program, inputs })),
  );
  return [
    ...cases.map((one) =>
      law(`values of ${caseTitle(one)}`, edgeSamples(one), (sample) => checkValue(backend, one, sample)),
    ),
    ...cases
      .filter(({ isSmooth }) => isSmooth)
      .map((one) =>
        law(`gradient of ${caseTitle(one)}`, smoothSamples(one, { dtype: "float32" }), (sample) =>
          checkGradient(backend, sample),
        ),
      ),
    law("random graphs", programs, ({ program, inputs }) =>
      checkAgreement(backend, [runGraphProgram(program, inputs)], gradientUlps, scaleOfLargest),
    ),
    law("random bits", fc.integer(), (number) => {
      const key = random.key(number);
      checkAgreement(backend, [random.bits(key, [3, 5]), random.uniform(key, [4])], 0);
    }),
    law("runs repeat to the bit and leave inputs alone", programs, ({ program, inputs }) => {
      const output = runGraphProgram(program, inputs);
      const prepared = backend.prepare({ inputs, outputs: [output] });
      const given = inputs.map((input) => input.toTypedArray());
      const [first] = prepared.run(given.map(Storage.of)).map(({ values }) => values.slice());
      const [second] = prepared.run(given.map(Storage.of)).map(({ values }) => values);
      const isSame = (a: TypedArray, b: TypedArray): boolean => a.every((x, i) => Object.is(x, b[i]));
      if (!isSame(first, second)) throw new Error(`${backend.name}: a second run gives other bits`);
      if (!given.every((values, i) => isSame(values, inputs[i].toTypedArray())))
        throw new Error(`${backend.name}: a run changes its inputs`);
    }),
    law("an index out of range stops the program", fc.constantFrom(-1, 3), (index) => {
      const output = take(tensor([1, 2, 3]), tensor([index], { dtype: "int32" })) as AnyTensor;
      let thrown: unknown;
      try {
        runOn(backend, [output]);
      } catch (error) {
        thrown = error;
      }
      if (!(thrown instanceof IndexError))
        throw new Error(`${backend.name}: index ${index} of 3 gives no IndexError`);
    }),
    law("a number that is not finite stops the program that checks it", finiteOrNot, ([dtype, numbers]) => {
      const output = neg(checkFinite(tensor(numbers, { dtype }))) as AnyTensor;
      let thrown: unknown;
      try {
        runOn(backend, [output]);
      } catch (error) {
        thrown = error;
      }
      const isAsItShould = numbers.every(Number.isFinite)
        ? thrown === undefined
        : thrown instanceof NumericsError;
      if (!isAsItShould)
        throw new Error(
          `${backend.name}: the check of ${dtype} [${numbers.join(", ")}] gives ${String(thrown)}`,
        );
    }),
  ];
}
