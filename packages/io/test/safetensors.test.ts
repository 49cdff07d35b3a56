import { readFileSync } from "node:fs";
import { type ArrayData, FileFormatError } from "@adjoint/data";
import { decodeSafetensors, encodeSafetensors } from "@adjoint/io";
import { DTypeError, OptionError, ShapeError, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";

/** Random bytes, seen as each dtype: all NaNs, subnormals and infinities are among them. */
const arrays: fc.Arbitrary<ArrayData> = fc
  .tuple(
    fc.constantFrom("float32", "float64", "int32", "uint8", "bool"),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  )
  .chain(([dtype, shape]): fc.Arbitrary<ArrayData> => {
    const size = shape.reduce((a, b) => a * b, 1);
    const bytes = fc
      .uint8Array({ minLength: 8 * size, maxLength: 8 * size })
      .map((some) => Uint8Array.from(some));
    const floats = fc.array(fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 5e-324, 1e-45, 0.1), {
      minLength: size,
      maxLength: size,
    });
    switch (dtype) {
      case "float64":
        return fc.oneof(
          bytes.map((some) => ({ dtype, shape, values: new Float64Array(some.buffer) })),
          floats.map((some) => ({ dtype, shape, values: Float64Array.from(some) })),
        );
      case "float32":
        return fc.oneof(
          bytes.map((some) => ({ dtype, shape, values: new Float32Array(some.buffer, 0, size) })),
          floats.map((some) => ({ dtype, shape, values: Float32Array.from(some) })),
        );
      case "int32":
        return bytes.map((some) => ({ dtype, shape, values: new Int32Array(some.buffer, 0, size) }));
      case "uint8":
        return bytes.map((some) => ({ dtype, shape, values: some.slice(0, size) }));
      default:
        return bytes.map((some) => ({ dtype, shape, values: some.slice(0, size).map((byte) => byte & 1) }));
    }
  });

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "0", "", 'a"}{:\\', "dtype"),
);
const files = fc.tuple(fc.dictionary(texts, arrays), fc.dictionary(texts, texts));

function bytesOf({ values }: ArrayData): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A reader of hostile bytes may return tensors that fit their own shapes or throw FileFormatError, nothing else. */
function formatErrorOrTensors(file: Uint8Array): void {
  try {
    for (const { shape, values } of Object.values(decodeSafetensors(file).tensors)) {
      expect(values.length).toBe(shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1));
    }
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
  }
}

/** A file with this header, as JSON or as text, and data. */
function fileOf(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const place = (dtype: string, shape: unknown, begin: number, end: number): unknown => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`golden/${name}.safetensors`, import.meta.url));

const reference: Record<string, ArrayData> = {
  weight: { dtype: "float32", shape: [2, 2], values: Float32Array.of(1.5, -2, Infinity, -0) },
  labels: { dtype: "int32", shape: [2], values: Int32Array.of(3, -1) },
  mask: { dtype: "bool", shape: [3], values: Uint8Array.of(1, 0, 1) },
  pixels: { dtype: "uint8", shape: [0, 3], values: Uint8Array.of() },
  step: { dtype: "float64", shape: [], values: Float64Array.of(7) },
  bias: { dtype: "float32", shape: [1], values: Float32Array.of(0.1) },
};

describe("safetensors", () => {
  property.prop([files])("decode(encode(x)) = x, to the bit", ([tensors, metadata]) => {
    const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
    expect(decoded.metadata).toEqual(metadata);
    expect(new Set(Object.keys(decoded.tensors))).toEqual(new Set(Object.keys(tensors)));
    for (const [name, array] of Object.entries(tensors)) {
      const copy = decoded.tensors[name];
      expect([copy.dtype, copy.shape]).toEqual([array.dtype, array.shape]);
      expect(copy.values.constructor).toBe(array.values.constructor);
      expect(bytesOf(copy)).toEqual(bytesOf(array));
    }
  });

  property.prop([files])("the order of the tensors makes no difference", ([tensors]) => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(tensors));
  });

  property.prop([files])("every tensor starts at a multiple of its element's size", ([tensors]) => {
    const file = encodeSafetensors(tensors);
    const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)));
    for (const [name, { values }] of Object.entries(tensors)) {
      expect(header[name].data_offsets[0] % values.BYTES_PER_ELEMENT).toBe(0);
    }
  });

  property.prop([files, fc.nat()])(
    "every part of a file short of the whole is refused",
    ([tensors, metadata], cut) => {
      const file = encodeSafetensors(tensors, metadata);
      expect(() => decodeSafetensors(file.subarray(0, cut % file.length))).toThrow(FileFormatError);
    },
  );

  property.prop([files, fc.uint8Array({ minLength: 1 })])(
    "anything after the data is refused",
    ([tensors], rest) => {
      const file = encodeSafetensors(tensors);
      expect(() => decodeSafetensors(Uint8Array.from([...file, ...rest]))).toThrow(FileFormatError);
    },
  );

  property.prop([files, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })], { numRuns: 300 })(
    "no damage gives anything but tensors or FileFormatError",
    ([tensors, metadata], changes) => {
      const file = encodeSafetensors(tensors, metadata);
      for (const [position, value] of changes) file[position % file.length] = value;
      formatErrorOrTensors(file);
    },
  );

  const entries = fc.record(
    {
      dtype: fc.oneof(fc.constantFrom("F32", "F64", "I64", "U8", "BOOL", "BF16", "f32", ""), fc.jsonValue()),
      shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 }), fc.jsonValue()),
      data_offsets: fc.oneof(
        fc.tuple(fc.integer({ min: -1, max: 16 }), fc.integer({ min: -1, max: 16 })),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  );
  const headers = fc.dictionary(
    fc.oneof(fc.string(), fc.constant("__metadata__")),
    fc.oneof(entries, fc.jsonValue()),
  );
  property.prop([headers, fc.uint8Array({ maxLength: 16 })], { numRuns: 300 })(
    "no header gives anything but tensors or FileFormatError",
    (header, data) => {
      formatErrorOrTensors(fileOf(header, data));
    },
  );

  property.prop([fc.uint8Array({ maxLength: 64 }), fc.boolean()])(
    "no bytes give anything but tensors or FileFormatError",
    (bytes, likely) => {
      const file = Uint8Array.from(bytes);
      if (likely && file.length >= 9) file.set([file.length - 8, 0, 0, 0, 0, 0, 0, 0, 0x7b]);
      formatErrorOrTensors(file);
    },
  );

  // golden/write.py made the files with the reference implementation.
  test("writes the bytes that the reference implementation writes", () => {
    expect(encodeSafetensors(reference, { format: "np" })).toEqual(new Uint8Array(golden("reference")));
  });

  test("reads what the reference implementation writes", () => {
    expect(decodeSafetensors(golden("reference"))).toStrictEqual({
      tensors: reference,
      metadata: { format: "np" },
    });
  });

  test("widens float16, int8 and int16, and narrows int64 that fits int32", () => {
    const { tensors } = decodeSafetensors(golden("foreign"));
    expect(tensors).toStrictEqual({
      half: {
        dtype: "float32",
        shape: [5],
        values: Float32Array.of(0.0999755859375, -65504, 2 ** -24, NaN, Infinity),
      },
      ids: { dtype: "int32", shape: [2], values: Int32Array.of(2 ** 31 - 1, -(2 ** 31)) },
      shorts: { dtype: "int32", shape: [2], values: Int32Array.of(-32768, 32767) },
      é: { dtype: "int32", shape: [2], values: Int32Array.of(-128, 127) },
    });
  });

  test("widens bfloat16", () => {
    const { x } = decodeSafetensors(
      fileOf({ x: place("BF16", [2], 0, 4) }, [0x80, 0x3f, 0x49, 0xc0]),
    ).tensors;
    expect(x).toStrictEqual({ dtype: "float32", shape: [2], values: Float32Array.of(1, -3.140625) });
  });

  test("an unpadded header and data at odd places are read: the format allows both", () => {
    const file = fileOf({ pixel: place("U8", [1], 0, 1), x: place("F32", [1], 1, 5) }, [9, 0, 0, 0x80, 0x3f]);
    const { pixel, x } = decodeSafetensors(file).tensors;
    expect(pixel).toStrictEqual({ dtype: "uint8", shape: [1], values: Uint8Array.of(9) });
    expect(x).toStrictEqual({ dtype: "float32", shape: [1], values: Float32Array.of(1) });
  });

  test("tensors share no memory with the file or with what was encoded", () => {
    const file = encodeSafetensors({ x: { dtype: "uint8", shape: [1], values: Uint8Array.of(5) } });
    const { x } = decodeSafetensors(file).tensors;
    file.fill(0);
    expect(Array.from(x.values)).toEqual([5]);
  });

  test("tensors of every dtype are written as they are", () => {
    const given = {
      weight: tensor([[1.5, -2]]),
      step: tensor(7, { dtype: "float64" }),
      labels: tensor([3, -1], { dtype: "int32" }),
      pixels: tensor(Uint8Array.of(255)),
      mask: tensor([true, false]),
    };
    const { tensors } = decodeSafetensors(encodeSafetensors(given));
    for (const [name, { values, shape, dtype }] of Object.entries(tensors)) {
      expect(String(tensor(values, shape, { dtype }))).toBe(String(given[name as keyof typeof given]));
    }
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(given).sort());
  });

  test("a part of a larger array is written as that part", () => {
    const values = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { x } = decodeSafetensors(
      encodeSafetensors({ x: { dtype: "float32", shape: [2], values } }),
    ).tensors;
    expect(Array.from(x.values)).toEqual([2, 3]);
  });

  const again = "the file is damaged, or was not written by a safetensors library";
  const u8 = (begin: number, end: number, shape: unknown = [end - begin]): unknown =>
    place("U8", shape, begin, end);
  const hugeHeader = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0x7b);
  test.for<[string, Uint8Array, string]>([
    [
      "too few bytes",
      Uint8Array.of(1, 2),
      "the file has 2 bytes, and a safetensors file starts with 8 for the size of its header; download or copy it again",
    ],
    [
      "a header beyond the limit",
      hugeHeader,
      "the file states a header of 72057594037927936 bytes, and safetensors allows 100000000; " +
        "check that it is a safetensors file",
    ],
    [
      "a header beyond the file",
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b),
      "the file ends after 9 bytes, inside its header of 9; download or copy it again",
    ],
    [
      "another format",
      fileOf("[]"),
      'the header does not start with "{"; check that it is a safetensors file',
    ],
    ["a repeated tensor", fileOf('{"a\\u0062":{},"ab":{}}'), `the header has the key "ab" twice; ${again}`],
    [
      "a repeated field",
      fileOf('{"a":{"dtype":"U8","shape":[],"dtype" :"I8"}}'),
      `the header has the key "dtype" twice; ${again}`,
    ],
    [
      "metadata that is no string",
      fileOf({ __metadata__: { epoch: 3 } }),
      `metadata "epoch" is a number, where a string was expected; ${again}`,
    ],
    [
      "metadata that is no object",
      fileOf({ __metadata__: ["a"] }),
      `__metadata__ is a list, where an object of strings was expected; ${again}`,
    ],
    [
      "a tensor without description",
      fileOf({ w: 3 }),
      `tensor "w" is a number, where its dtype, shape and data_offsets were expected; ${again}`,
    ],
    [
      "an unknown dtype",
      fileOf({ w: place("F8_E4M3", [1], 0, 1) }, [0]),
      'tensor "w" has dtype "F8_E4M3", and only F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL can be read; ' +
        "convert it first",
    ],
    [
      "a dtype that objects inherit",
      fileOf({ w: place("toString", [1], 0, 1) }, [0]),
      'tensor "w" has dtype "toString", and only F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL can be read; ' +
        "convert it first",
    ],
    [
      "a negative dimension",
      fileOf({ w: u8(0, 1, [-1]) }, [0]),
      `tensor "w" has a shape that is no list of whole numbers; ${again}`,
    ],
    [
      "missing offsets",
      fileOf({ w: { dtype: "U8", shape: [] } }, [0]),
      `tensor "w" has data_offsets that are no pair of whole numbers; ${again}`,
    ],
    [
      "offsets beyond the data",
      fileOf({ w: u8(0, 9) }, [0]),
      'tensor "w" claims bytes 0 to 9 of the data, which has 1; download or copy the file again',
    ],
    [
      "offsets in the wrong order",
      fileOf({ w: u8(1, 0, []) }, [0]),
      'tensor "w" claims bytes 1 to 0 of the data, which has 1; download or copy the file again',
    ],
    [
      "lying offsets",
      fileOf({ w: place("F32", [2, 3], 0, 12) }, new Uint8Array(12)),
      `tensor "w" claims 12 bytes, and F32 [2, 3] needs 24; ${again}`,
    ],
    [
      "a shape whose size is beyond any number",
      fileOf({ w: u8(0, 1, new Array(40).fill(2 ** 52)) }, [0]),
      `tensor "w" claims 1 bytes, and U8 [${new Array(40).fill(2 ** 52).join(", ")}] needs Infinity; ${again}`,
    ],
    [
      "overlapping tensors",
      fileOf({ a: u8(0, 3), b: u8(2, 4) }, [0, 0, 0, 0]),
      `tensor "b" overlaps the tensor before it: it begins at byte 2 of the data, before 3; ${again}`,
    ],
    [
      "two tensors in one place",
      fileOf({ a: u8(0, 2), b: u8(0, 2) }, [0, 0]),
      `tensor "b" overlaps the tensor before it: it begins at byte 0 of the data, before 2; ${again}`,
    ],
    [
      "a hole",
      fileOf({ a: u8(0, 1), b: u8(3, 4) }, [0, 0, 0, 0]),
      `bytes 1 to 3 of the data belong to no tensor, before tensor "b"; ${again}`,
    ],
    [
      "data after the last tensor",
      fileOf({ a: u8(0, 1) }, [0, 0]),
      `the data has 2 bytes, and its tensors end at byte 1; ${again}`,
    ],
    [
      "an int64 beyond int32",
      fileOf({ ids: place("I64", [2], 0, 16) }, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0]),
      'tensor "ids" is I64 and holds 2147483648 at element 1, beyond int32; ' +
        "convert it to F64 or to smaller integers first",
    ],
    [
      "a bool that is neither 0 nor 1",
      fileOf({ mask: place("BOOL", [3], 0, 3) }, [1, 0, 2]),
      `tensor "mask" is BOOL and holds the byte 2 at element 2, where 0 or 1 was expected; ${again}`,
    ],
    [
      "a name that UTF-8 cannot write",
      fileOf('{"\\ud800":{}}'),
      `tensor "\\ud800" has a name that is no Unicode text; ${again}`,
    ],
  ])("the error for %s names the file, the tensor and the way out", ([, file, message]) => {
    expect(() => decodeSafetensors(file, { name: "model.safetensors" })).toThrow(
      new FileFormatError("model.safetensors", message),
    );
  });

  test("a header that is no JSON or no UTF-8 is refused", () => {
    const refused = /^model: the header is no UTF-8 JSON \(.+\); the file is damaged/;
    expect(() => decodeSafetensors(fileOf('{"a":'), { name: "model" })).toThrow(refused);
    const file = fileOf('{"a":{}}');
    file[10] = 0xff;
    expect(() => decodeSafetensors(file, { name: "model" })).toThrow(refused);
    expect(() => decodeSafetensors(fileOf(`{"a":${"[".repeat(200_000)}`), { name: "model" })).toThrow(
      refused,
    );
  });

  test("encoding refuses what the format cannot hold", () => {
    const x: ArrayData = { dtype: "float32", shape: [3], values: Float32Array.of(1, 2) };
    expect(() => encodeSafetensors({ x })).toThrow(
      new ShapeError("encodeSafetensors", 'tensor "x" has 2 values, which do not fit its shape [3]'),
    );
    const wrong = { dtype: "float64", shape: [2], values: Float32Array.of(1, 2) } as unknown as ArrayData;
    expect(() => encodeSafetensors({ x: wrong })).toThrow(
      new DTypeError("encodeSafetensors", 'tensor "x" has dtype float64, but its values are a Float32Array'),
    );
    expect(() => encodeSafetensors({ x: { dtype: "bool", shape: [1], values: Uint8Array.of(7) } })).toThrow(
      new DTypeError(
        "encodeSafetensors",
        'tensor "x" is bool and holds 7 at element 0, which is neither 0 nor 1',
      ),
    );
    expect(() => encodeSafetensors({ __metadata__: { ...x, shape: [2] } })).toThrow(
      new OptionError(
        "encodeSafetensors",
        `"__metadata__" is the format's own key; give the tensor another name`,
      ),
    );
    expect(() => encodeSafetensors({}, { epoch: 3 } as unknown as Record<string, string>)).toThrow(
      new OptionError(
        "encodeSafetensors",
        'metadata "epoch" is a number, and the format keeps strings only; convert it with String or JSON.stringify',
      ),
    );
    expect(() => encodeSafetensors({ "\ud800": { ...x, shape: [2] } })).toThrow(
      new OptionError(
        "encodeSafetensors",
        'tensor "\\ud800" holds half of a surrogate pair, which UTF-8 has no place for; rename it',
      ),
    );
  });

  test("types: tensors by name, each with values of its dtype", () => {
    const { tensors, metadata } = decodeSafetensors(fileOf({}));
    expectTypeOf(metadata).toEqualTypeOf<Record<string, string>>();
    expectTypeOf(tensors).toEqualTypeOf<Record<string, ArrayData>>();
    // @ts-expect-error -- float values under an integer dtype
    encodeSafetensors({ x: { dtype: "int32", shape: [0], values: new Float32Array(0) } as const });
  });
});

test("an option of another name is refused", () => {
  const bytes = encodeSafetensors({ a: tensor([1]) });
  expect(() => decodeSafetensors(bytes, { nam: "x" } as never)).toThrow(
    'decodeSafetensors: unknown option "nam"; did you mean "name"?',
  );
});
