import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { erfinv } from "../../src/kernels/special/index.ts";
import { threefry2x32, threefryFill } from "../../src/kernels/threefry.ts";
import golden from "../golden/threefry.json" with { type: "json" };

type Key = readonly number[];

function pairs(key: Key, counter: number, count: number): number[][] {
  const words = new Uint32Array(2 * count);
  threefryFill(key[0], key[1], counter, words, "pairs");
  return Array.from({ length: count }, (_, i) => [words[2 * i], words[2 * i + 1]]);
}

function bits(key: Key, count: number): Uint32Array {
  const words = new Uint32Array(count);
  threefryFill(key[0], key[1], 0, words, "xor");
  return words;
}

/** 23 bits as the fraction of a float32 in [1, 2), less 1. */
function uniform32(key: Key, count: number, low = 0, high = 1): number[] {
  const span = Math.fround(Math.fround(high) - Math.fround(low));
  return Array.from(bits(key, count), (word) => {
    const unit = (word >>> 9) * 2 ** -23;
    return Math.max(Math.fround(low), Math.fround(Math.fround(unit * span) + Math.fround(low)));
  });
}

/** 52 bits: all of the first word and the upper 20 of the second. */
function uniform64(key: Key, count: number, low = 0, high = 1): number[] {
  return pairs(key, 0, count).map(([first, second]) => {
    const unit = (first * 2 ** 20 + (second >>> 12)) * 2 ** -52;
    return Math.max(low, unit * (high - low) + low);
  });
}

const normal32 = (key: Key, count: number): number[] =>
  uniform32(key, count, -1 + 2 ** -24).map((u) => Math.fround(Math.SQRT2 * erfinv(u)));

const normal64 = (key: Key, count: number): number[] =>
  uniform64(key, count, -1 + 2 ** -53).map((u) => Math.SQRT2 * erfinv(u));

const bernoulli32 = (key: Key, p: number, count: number): number[] =>
  uniform32(key, count).map((u) => (u < Math.fround(p) ? 1 : 0));

/** A draw of 64 bits modulo the span, in uint32 arithmetic. */
function randint(key: Key, count: number, low: number, high: number): number[] {
  const [highKey, lowKey] = pairs(key, 0, 2);
  const [upper, lower] = [bits(highKey, count), bits(lowKey, count)];
  const span = (high - low) >>> 0;
  const half = 2 ** 16 % span;
  const multiplier = (Math.imul(half, half) >>> 0) % span; // 2³² modulo the span, or 0 where the square wraps
  return Array.from(upper, (word, i) => {
    const offset = (Math.imul(word % span, multiplier) + (lower[i] % span)) >>> 0;
    return (low + (offset % span)) | 0;
  });
}

describe("the block function", () => {
  // The known answers of the authors' Random123 library, for 20 rounds.
  test.for<{ key: [number, number]; counter: [number, number]; expected: [number, number] }>([
    { key: [0, 0], counter: [0, 0], expected: [0x6b200159, 0x99ba4efe] },
    { key: [0xffffffff, 0xffffffff], counter: [0xffffffff, 0xffffffff], expected: [0x1cb996fc, 0xbb002be7] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], expected: [0xc4923a9c, 0x483df7a0] },
  ])("key $key, counter $counter", ({ key, counter, expected }) => {
    expect(threefry2x32(...key, ...counter)).toEqual(expected);
  });

  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  property.prop([word, word, word, word])("an int32 stands for the uint32 of its bits", (k0, k1, x0, x1) => {
    expect(threefry2x32(k0 | 0, k1 | 0, x0 | 0, x1 | 0)).toEqual(threefry2x32(k0, k1, x0, x1));
  });
});

describe("filling", () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const counter = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 + 5 }),
    fc.maxSafeNat(),
  );
  property.prop([word, word, counter, fc.integer({ min: 0, max: 9 })])(
    "element i is the block at the 64-bit counter offset + i, in either mode",
    (k0, k1, offset, count) => {
      fc.pre(offset + count <= Number.MAX_SAFE_INTEGER);
      const blocks = Array.from({ length: count }, (_, i) => {
        const at = BigInt(offset) + BigInt(i);
        return threefry2x32(k0, k1, Number(at >> 32n), Number(at & 0xffffffffn));
      });
      expect(pairs([k0, k1], offset, count)).toEqual(blocks);
      const xored = new Int32Array(count);
      threefryFill(k0 | 0, k1 | 0, offset, xored, "xor");
      expect([...xored]).toEqual(blocks.map(([first, second]) => first ^ second));
    },
  );

  test("a negative offset is the uint32 of its bits, so that an int32 tensor can hold it", () => {
    expect(pairs([0, 42], -1, 1)).toEqual(pairs([0, 42], 2 ** 32 - 1, 1));
  });
});

// From golden/threefry.py, JAX 0.10.2 with its partitionable layout.
describe.for(golden)("JAX with key $key", (expected) => {
  const { key } = expected;

  test("split and foldIn", () => {
    expect(pairs(key, 0, 3)).toEqual(expected.split);
    for (const folded of expected.foldIn) expect(pairs(key, folded.by, 1)).toEqual([folded.key]);
  });

  test("bits", () => {
    expect([...bits(key, 7)]).toEqual(expected.bits);
  });

  test("uniform", () => {
    expect(uniform32(key, 6)).toEqual(expected.uniform32);
    expect(uniform64(key, 6)).toEqual(expected.uniform64);
  });

  test("uniform between bounds", () => {
    // XLA rounds unit · span + low once, where two operations round twice: half an ulp of 7 apart.
    uniform32(key, 6, -2, 5).forEach((x, i) => {
      expect(Math.abs(x - expected.uniform32Between[i])).toBeLessThanOrEqual(2 ** -22);
    });
    uniform64(key, 6, -2, 5).forEach((x, i) => {
      expect(Math.abs(x - expected.uniform64Between[i])).toBeLessThanOrEqual(2 ** -51);
    });
  });

  test("bernoulli and randint", () => {
    expect(bernoulli32(key, 0.3, 8)).toEqual(expected.bernoulli32);
    for (const { low, high, values } of expected.randint) expect(randint(key, 8, low, high)).toEqual(values);
  });

  test("normal", () => {
    // JAX's erfinv is a polynomial: within 1e-6 of the exact one in float32, of 1e-13 in float64.
    normal32(key, 6).forEach((x, i) => {
      expect(Math.abs(x / expected.normal32[i] - 1)).toBeLessThan(1e-6);
    });
    normal64(key, 6).forEach((x, i) => {
      expect(Math.abs(x / expected.normal64[i] - 1)).toBeLessThan(1e-13);
    });
  });
});
