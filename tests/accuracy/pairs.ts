import { type AnyTensor, type Backend, getBackend, pow, setBackend, tensor } from "@adjoint/tensor";
import { nothing, type Worst, worse } from "./measure.ts";
import * as exact from "./real.ts";
import { errorInUlps, type Format, real } from "./real.ts";
import { generator } from "./samples.ts";

/** Bases and exponents of a format: bases of every exponent, near 1 and subnormal; exponents that give results of every size. */
function powerPairs(format: Format, count: number): [bases: number[], exponents: number[]] {
  const word = generator(1);
  const share = (): number => (word() + word() * 2 ** -32) * 2 ** -32;
  const round = format === "float32" ? Math.fround : (x: number): number => x;
  const [lowest, highest, digits] = format === "float32" ? [-149, 127, 24] : [-1074, 1023, 53];
  const bases: number[] = [];
  const exponents: number[] = [];
  while (bases.length < count) {
    const exponent = lowest + Math.floor(share() * (highest - lowest));
    const ofAnySize = (1 + share()) * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(0, exponent + 1000);
    const nearOne = 1 + (share() - 0.5) * 2 ** -Math.floor(share() * (digits - 1));
    const base = round([ofAnySize, nearOne, 20 * share()][bases.length % 3]);
    const ordinary = bases.length % 2 === 0;
    const size =
      (ordinary ? 20 : (highest - lowest) * Math.LN2) * share() + (ordinary ? -10 : lowest * Math.LN2);
    const power = round(size / Math.log(base));
    if (base <= 0 || !Number.isFinite(power) || !Number.isFinite(base)) continue;
    bases.push(base);
    exponents.push(power);
  }
  return [bases, exponents];
}

/** A backend's `pow` of these pairs against 256-bit arithmetic. The worst base is told. */
export function measurePow(format: Format, count: number, backend: Backend): Worst {
  const [bases, exponents] = powerPairs(format, count);
  const before = getBackend();
  setBackend(backend);
  let actual: ArrayLike<number>;
  try {
    const given = (values: number[]): AnyTensor => tensor(values, { dtype: format });
    actual = (pow(given(bases), given(exponents)) as AnyTensor).toTypedArray();
  } finally {
    setBackend(before);
  }
  return bases.reduce((worst, base, i) => {
    const value = exact.pow(real(base), real(exponents[i]));
    return worse(worst, { ulps: errorInUlps(actual[i], value, format), at: base, count: 1 });
  }, nothing);
}
