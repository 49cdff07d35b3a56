import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  cosh,
  erf,
  erfc,
  erfinv,
  gelu,
  logSigmoid,
  normalCdf,
  sigmoid,
  silu,
  sinh,
  softplus,
  tanh,
} from "../../src/kernels/special/index.ts";
import { ulps } from "../ulps.ts";

const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: NAN } = Number;
const any = fc.double({ noNaN: true });
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("symmetry holds to the bit", () => {
  for (const [name, f] of Object.entries({ erf, tanh, sinh, erfinv })) {
    property.prop([any])(`${name} is odd`, (x) => {
      expect(f(-x)).toBe(-f(x));
    });
  }

  property.prop([any])("cosh is even", (x) => {
    expect(cosh(-x)).toBe(cosh(x));
  });
});

// The bounds below add up the errors of both sides; each function is within 1 or 2 ulp (golden.test.ts).
describe("identities", () => {
  property.prop([between(-6, 6)])("erf(x) + erfc(x) = 1", (x) => {
    expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(4 * 2 ** -53);
  });

  property.prop([between(-40, 40)])("Φ(x) + Φ(−x) = 1", (x) => {
    expect(ulps(normalCdf(x) + normalCdf(-x), 1)).toBeLessThanOrEqual(2);
  });

  property.prop([between(-26, 6)])("erfc(x) = 2 Φ(−√2 x)", (x) => {
    // The rounding of √2 x moves Φ by up to 2x² ulps.
    expect(ulps(2 * normalCdf(-Math.SQRT2 * x), erfc(x))).toBeLessThanOrEqual(4 + 4 * x * x);
  });

  property.prop([between(-800, 800)])("σ(x) + σ(−x) = 1", (x) => {
    expect(ulps(sigmoid(x) + sigmoid(-x), 1)).toBeLessThanOrEqual(2);
  });

  property.prop([between(-800, 800)])("σ(x) = (1 + tanh(x/2)) / 2", (x) => {
    expect(Math.abs(sigmoid(x) - (1 + tanh(x / 2)) / 2)).toBeLessThanOrEqual(3 * 2 ** -53);
  });

  property.prop([between(-30, 1e300)])("silu(x) − silu(−x) = x and gelu(x) − gelu(−x) = x", (x) => {
    expect(ulps(silu(x) - silu(-x), x)).toBeLessThanOrEqual(2);
    expect(ulps(gelu(x) - gelu(-x), x)).toBeLessThanOrEqual(2);
  });

  property.prop([between(-700, 700)])("silu(x) = x σ(x)", (x) => {
    fc.pre(Math.abs(x) > 1e-300);
    expect(ulps(silu(x), x * sigmoid(x))).toBeLessThanOrEqual(2);
  });

  property.prop([between(-37, 37)])("gelu(x) = x Φ(x)", (x) => {
    fc.pre(Math.abs(x) > 1e-300);
    expect(ulps(gelu(x), x * normalCdf(x))).toBeLessThanOrEqual(3);
  });

  property.prop([between(0, 700)])("softplus(x) = x + softplus(−x)", (x) => {
    expect(ulps(softplus(x), x + softplus(-x))).toBeLessThanOrEqual(4);
  });

  property.prop([any])("logSigmoid(x) = −softplus(−x)", (x) => {
    expect(logSigmoid(x)).toBe(-softplus(-x));
  });

  property.prop([between(-5, 5)])("log σ(x) = logSigmoid(x)", (x) => {
    expect(Math.abs(Math.log(sigmoid(x)) - logSigmoid(x))).toBeLessThanOrEqual(
      1e-15 * Math.max(1, Math.abs(x)),
    );
  });

  property.prop([between(-300, 300)])("cosh² − sinh² = 1", (x) => {
    const [c, s] = [cosh(x), sinh(x)];
    expect(Math.abs((c - s) * (c + s) - 1)).toBeLessThanOrEqual(8 * 2 ** -53 * c * c);
  });

  property.prop([between(-0.5, 0.5)])("erf(erfinv(x)) = x", (x) => {
    expect(ulps(erf(erfinv(x)), x)).toBeLessThanOrEqual(4);
  });

  property.prop([between(2 ** -52, 0.5)])("erfc(erfinv(1 − c)) = c up to the rounding of 1 − c", (c) => {
    const complement = 1 - (1 - c);
    const z = erfinv(1 - c);
    // An ulp of z moves erfc(z) by about 2z² ulps.
    expect(ulps(erfc(z), complement)).toBeLessThanOrEqual(4 + 4 * z * z);
  });
});

describe("range", () => {
  property.prop([any])("σ, Φ and erfc stay in their ranges, and tanh and erf within ±1", (x) => {
    for (const y of [sigmoid(x), normalCdf(x), erfc(x) / 2, Math.abs(tanh(x)), Math.abs(erf(x))]) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(1);
    }
  });
});

describe("edges", () => {
  // The values at −∞, −0, 0 and ∞.
  test.for<[string, (x: number) => number, number[]]>([
    ["erf", erf, [-1, -0, 0, 1]],
    ["erfc", erfc, [2, 1, 1, 0]],
    ["normalCdf", normalCdf, [0, 0.5, 0.5, 1]],
    ["gelu", gelu, [-0, -0, 0, POSITIVE_INFINITY]],
    ["sigmoid", sigmoid, [0, 0.5, 0.5, 1]],
    ["silu", silu, [-0, -0, 0, POSITIVE_INFINITY]],
    ["softplus", softplus, [0, Math.LN2, Math.LN2, POSITIVE_INFINITY]],
    ["logSigmoid", logSigmoid, [NEGATIVE_INFINITY, -Math.LN2, -Math.LN2, -0]],
    ["tanh", tanh, [-1, -0, 0, 1]],
    ["sinh", sinh, [NEGATIVE_INFINITY, -0, 0, POSITIVE_INFINITY]],
    ["cosh", cosh, [POSITIVE_INFINITY, 1, 1, POSITIVE_INFINITY]],
    ["erfinv", erfinv, [NAN, -0, 0, NAN]],
  ])("%s", ([, f, expected]) => {
    expect([NEGATIVE_INFINITY, -0, 0, POSITIVE_INFINITY].map(f)).toStrictEqual(expected);
    expect(f(NAN)).toBeNaN();
  });

  test("the largest and smallest numbers", () => {
    const { MAX_VALUE, MIN_VALUE } = Number;
    expect([-MAX_VALUE, -MIN_VALUE, MIN_VALUE, MAX_VALUE].map(gelu)).toStrictEqual([-0, -0, 0, MAX_VALUE]);
    expect([-MAX_VALUE, -MIN_VALUE, MIN_VALUE, MAX_VALUE].map(silu)).toStrictEqual([-0, -0, 0, MAX_VALUE]);
    expect([-MAX_VALUE, -MIN_VALUE, MIN_VALUE, MAX_VALUE].map(erf)).toStrictEqual([
      -1,
      -MIN_VALUE,
      MIN_VALUE,
      1,
    ]);
    expect([-MAX_VALUE, MAX_VALUE].map(sigmoid)).toStrictEqual([0, 1]);
    expect([-MAX_VALUE, MAX_VALUE].map(softplus)).toStrictEqual([0, MAX_VALUE]);
    expect([-MAX_VALUE, MAX_VALUE].map(sinh)).toStrictEqual([NEGATIVE_INFINITY, POSITIVE_INFINITY]);
  });

  test("erfinv is infinite at ±1 and NaN beyond", () => {
    expect([-1, 1].map(erfinv)).toStrictEqual([NEGATIVE_INFINITY, POSITIVE_INFINITY]);
    expect([-1.0000000000000002, 1.0000000000000002, 7].map(erfinv)).toStrictEqual([NAN, NAN, NAN]);
  });

  test("tails reach their last subnormal", () => {
    expect(sigmoid(-745.13)).toBe(Number.MIN_VALUE);
    expect(sigmoid(-745.14)).toBe(0);
    expect(erfc(27.226)).toBe(Number.MIN_VALUE);
    expect(erfc(27.227)).toBe(0);
    expect(softplus(-1000)).toBe(0);
    expect(softplus(1000)).toBe(1000);
  });
});
