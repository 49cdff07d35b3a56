import { type AnyTensor, random } from "@adjoint/tensor";
import type { OracleCase } from "./case.ts";
import { type Agrees, difference, flatNumbers, type Nested, within } from "./numbers.ts";

interface Draw {
  readonly shape: readonly number[];
  readonly data: Nested;
  readonly p?: number;
  readonly minval?: number;
  readonly maxval?: number;
  readonly dtype?: string;
  readonly note?: string;
}

/** A case of `random.json`: what a seed gives, by the name of the function (and a number: `split3`, `foldIn7`). */
export type RandomCase = { readonly seed: number; readonly key: readonly number[] } & {
  readonly [name: string]: unknown;
};

const equal: Agrees = within(() => 0);
const nearly: Agrees = within((expected) => 1e-5 * Math.abs(expected));

/** Words as unsigned numbers. */
function words(x: AnyTensor): number[] {
  return Array.from(x.toTypedArray(), (word) => word >>> 0);
}

function dtypeOf({ dtype, note }: Draw): "float32" | "float64" {
  return (dtype ?? note ?? "").startsWith("float64") ? "float64" : "float32";
}

function numberAfter(name: string, prefix: string): number {
  return Number(name.slice(prefix.length));
}

type Check = (key: random.Key, name: string, expected: unknown) => string | undefined;

const draws: readonly (readonly [pattern: RegExp, check: Check])[] = [
  [/^key$/, (key, name, expected) => difference(name, words(key), flatNumbers(expected), equal)],
  [
    /^split\d+$/,
    (key, name, expected) => {
      const keys = random.split(key, numberAfter(name, "split")) as readonly random.Key[];
      return difference(name, keys.flatMap(words), flatNumbers(expected), equal);
    },
  ],
  [
    /^foldIn\d+$/,
    (key, name, expected) =>
      difference(name, words(random.foldIn(key, numberAfter(name, "foldIn"))), flatNumbers(expected), equal),
  ],
  [
    /^bits/,
    (key, name, expected) => {
      const { shape, data } = expected as Draw;
      return difference(name, words(random.bits(key, shape)), flatNumbers(data), equal);
    },
  ],
  [
    /^uniform/,
    (key, name, expected) => {
      const draw = expected as Draw;
      const { minval: low = 0, maxval: high = 1 } = draw;
      const x = random.uniform(key, draw.shape, { low, high, dtype: dtypeOf(draw) }) as AnyTensor;
      return difference(name, x.toTypedArray(), flatNumbers(draw.data), equal);
    },
  ],
  [
    /^normal/,
    (key, name, expected) => {
      const draw = expected as Draw;
      const x = random.normal(key, draw.shape, { dtype: dtypeOf(draw) }) as AnyTensor;
      return difference(name, x.toTypedArray(), flatNumbers(draw.data), nearly);
    },
  ],
  [
    /^bernoulli/,
    (key, name, expected) => {
      const { shape, data, p = 0.5 } = expected as Draw;
      return difference(name, random.bernoulli(key, p, shape).toTypedArray(), flatNumbers(data), equal);
    },
  ],
  [
    /^randint/,
    (key, name, expected) => {
      const { shape, data, minval = 0, maxval = 1 } = expected as Draw;
      const x = random.randint(key, shape, minval, maxval);
      return difference(name, x.toTypedArray(), flatNumbers(data), equal);
    },
  ],
];

function check(seed: number, name: string, expected: unknown): string[] {
  const found = draws.find(([pattern]) => pattern.test(name));
  if (found === undefined) return [`no function for "${name}"`];
  const problem = found[1](random.key(seed), name, expected);
  return problem === undefined ? [] : [problem];
}

/** The cases to run, one for each draw of each seed. Their dtype is what the file says. */
export function randomCases(cases: readonly RandomCase[]): readonly OracleCase[] {
  return cases.flatMap(({ seed, ...drawn }) =>
    Object.entries(drawn).map(([name, expected]) => ({
      name: `random seed ${seed} ${name}`,
      dtype: undefined,
      check: () => check(seed, name, expected),
    })),
  );
}
