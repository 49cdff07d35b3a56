import { gzipSync } from "node:zlib";
import {
  type ArrayData,
  decodeIdx,
  encodeIdx,
  FileFormatError,
  type IdxArray,
  type IdxElementType,
  parseIdx,
} from "@adjoint/data";
import { DTypeError, OptionError, ShapeError, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
const int8s = { min: -128, max: 127 };
const int16s = { min: -32768, max: 32767 };

/** An array and the element type to store it as. */
const stored: fc.Arbitrary<[IdxArray, IdxElementType]> = shapes.chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const exactly = { minLength: length, maxLength: length };
  const integers = (
    type: IdxElementType,
    range: fc.IntegerConstraints,
  ): fc.Arbitrary<[IdxArray, IdxElementType]> =>
    fc
      .array(fc.integer(range), exactly)
      .map((values) => [{ dtype: "int32", shape, values: Int32Array.from(values) }, type]);
  return fc.oneof(
    fc
      .uint8Array(exactly)
      .map((values): [IdxArray, IdxElementType] => [
        { dtype: "uint8", shape, values: Uint8Array.from(values) },
        "uint8",
      ]),
    integers("int8", int8s),
    integers("int16", int16s),
    integers("int32", {}),
    fc
      .float32Array(exactly)
      .map((values): [IdxArray, IdxElementType] => [
        { dtype: "float32", shape, values: Float32Array.from(values) },
        "float32",
      ]),
    fc
      .float64Array(exactly)
      .map((values): [IdxArray, IdxElementType] => [
        { dtype: "float64", shape, values: Float64Array.from(values) },
        "float64",
      ]),
  );
});

/** What a reader of hostile bytes may do: return an array that fits its own shape, or throw FileFormatError. */
function formatErrorOrArray(read: () => IdxArray): void {
  try {
    const { shape, values } = read();
    expect(values.length).toBe(shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1));
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
  }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("IDX", () => {
  property.prop([stored])("parse(encode(x)) = x", ([array, elementType]) => {
    expect(parseIdx(encodeIdx(array, { elementType }))).toStrictEqual(array);
  });

  property.prop([stored])("gzip makes no difference", async ([array, elementType]) => {
    const plain = encodeIdx(array, { elementType });
    expect(await decodeIdx(gzipSync(plain))).toStrictEqual(array);
    expect(await decodeIdx(plain)).toStrictEqual(array);
  });

  property.prop([stored, fc.nat()])(
    "every part of a file short of the whole is refused",
    ([array, elementType], cut) => {
      const file = encodeIdx(array, { elementType });
      expect(() => parseIdx(file.subarray(0, cut % file.length))).toThrow(FileFormatError);
    },
  );

  property.prop([stored, fc.uint8Array({ minLength: 1, maxLength: 9 })])(
    "anything after the elements is refused",
    ([array, elementType], rest) => {
      const file = encodeIdx(array, { elementType });
      expect(() => parseIdx(Uint8Array.from([...file, ...rest]))).toThrow(FileFormatError);
    },
  );

  property.prop([stored, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })])(
    "no damage gives anything but an array or FileFormatError",
    ([array, elementType], changes) => {
      const file = encodeIdx(array, { elementType });
      for (const [position, value] of changes) file[position % file.length] = value;
      formatErrorOrArray(() => parseIdx(file));
    },
  );

  property.prop([
    fc.oneof(
      fc.uint8Array(),
      fc
        .tuple(fc.constantFrom(8, 9, 11, 12, 13, 14), fc.nat(255), fc.uint8Array({ maxLength: 1100 }))
        .map(([type, rank, rest]) => Uint8Array.from([0, 0, type, rank, ...rest])),
    ),
  ])("no bytes give anything but an array or FileFormatError", (file) => {
    formatErrorOrArray(() => parseIdx(file));
  });

  property.prop([stored, fc.nat(), fc.nat(255), fc.boolean()])(
    "no damage to gzip data gives anything but an array or FileFormatError",
    async ([array, elementType], position, value, cut) => {
      const file = Uint8Array.from(gzipSync(encodeIdx(array, { elementType })));
      const at = 2 + (position % (file.length - 2));
      file[at] = value;
      let result: IdxArray | undefined;
      try {
        result = await decodeIdx(cut ? file.subarray(0, at) : file);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFormatError);
      }
      if (result !== undefined) formatErrorOrArray(() => result);
    },
  );

  test("reads big-endian elements of every type", () => {
    const read = (...file: number[]): number[] => Array.from(parseIdx(bytes(...file)).values);
    expect(read(0, 0, 0x08, 1, 0, 0, 0, 2, 1, 255)).toEqual([1, 255]);
    expect(read(0, 0, 0x09, 1, 0, 0, 0, 2, 1, 255)).toEqual([1, -1]);
    expect(read(0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 255, 254)).toEqual([256, -2]);
    expect(read(0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 1, 0, 2)).toEqual([65538]);
    expect(read(0, 0, 0x0d, 1, 0, 0, 0, 1, 0xc0, 0x20, 0, 0)).toEqual([-2.5]);
    expect(read(0, 0, 0x0e, 1, 0, 0, 0, 1, 0x40, 0x04, 0, 0, 0, 0, 0, 0)).toEqual([2.5]);
  });

  test("elements are in row-major order after the dimensions", () => {
    expect(parseIdx(bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6))).toStrictEqual({
      dtype: "uint8",
      shape: [2, 3],
      values: bytes(1, 2, 3, 4, 5, 6),
    });
  });

  test("an extent of 0 is an array without elements, whatever the others", () => {
    const shape = [...new Array(40).fill(2 ** 32 - 1), 0];
    const file = bytes(0, 0, 14, 41, ...new Array(160).fill(255), 0, 0, 0, 0);
    expect(parseIdx(file)).toStrictEqual({ dtype: "float64", shape, values: new Float64Array(0) });
    expect(encodeIdx({ dtype: "float64", shape, values: new Float64Array(0) })).toEqual(file);
  });

  test("the values are a copy of plain typed-array class, also of a slice of a Buffer", () => {
    const buffer = Buffer.from([9, 9, 9, 0, 0, 8, 1, 0, 0, 0, 1, 7]).subarray(3);
    const { values } = parseIdx(buffer);
    buffer.fill(0);
    expect(values).toStrictEqual(bytes(7));
  });

  test("a tensor is stored as its values", () => {
    const file = encodeIdx(tensor([[1.5, -0]]));
    expect(parseIdx(file)).toStrictEqual({
      dtype: "float32",
      shape: [1, 2],
      values: Float32Array.of(1.5, -0),
    });
  });

  test("float64 is rounded to float32 up to its largest, and ∞ and NaN are kept", () => {
    const largest = 2 ** 128 - 2 ** 104;
    // The last float64 that is not nearer to 2¹²⁸.
    const values = Float64Array.of(0.1, 2 ** 128 - 2 ** 103 - 2 ** 75, Number.NEGATIVE_INFINITY, Number.NaN);
    const file = encodeIdx({ dtype: "float64", shape: [4], values }, { elementType: "float32" });
    expect(parseIdx(file).values).toStrictEqual(
      Float32Array.of(0.1, largest, Number.NEGATIVE_INFINITY, Number.NaN),
    );
  });

  test("a bool array is stored as uint8", () => {
    const array: ArrayData<"bool"> = { dtype: "bool", shape: [2], values: bytes(0, 1) };
    expect(parseIdx(encodeIdx(array))).toStrictEqual({ dtype: "uint8", shape: [2], values: bytes(0, 1) });
  });

  const name = "train-labels-idx1-ubyte";
  test.for<[string, Uint8Array, string]>([
    [
      "nothing",
      bytes(),
      "the file is empty, where an IDX array was expected; download or copy the file again",
    ],
    [
      "a stub",
      bytes(0, 0, 8),
      "the file ends after 3 bytes, inside its IDX header; download or copy the file again",
    ],
    [
      "another format",
      bytes(0x89, 0x50, 0x4e, 0x47, 13, 10),
      "the file starts with the bytes 89 50 4e 47, where IDX has 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) " +
        "and the number of dimensions; check that it is an IDX file",
    ],
    [
      "a first byte that is not 0",
      bytes(1, 0, 8, 1, 0, 0, 0, 0),
      "the file starts with the bytes 01 00 08 01, where IDX has 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) " +
        "and the number of dimensions; check that it is an IDX file",
    ],
    [
      "an unknown element type",
      bytes(0, 0, 10, 1, 0, 0, 0, 0),
      "the file starts with the bytes 00 00 0a 01, where IDX has 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) " +
        "and the number of dimensions; check that it is an IDX file",
    ],
    [
      "no dimensions",
      bytes(0, 0, 8, 0, 1),
      "the header names 0 dimensions, where IDX has 1 to 255; check that it is an IDX file",
    ],
    [
      "half a header",
      bytes(0, 0, 8, 3, 0, 0, 0, 1),
      "the file ends after 8 bytes, inside its header of 16 bytes for 3 dimensions; download or copy the file again",
    ],
    [
      "missing elements",
      bytes(0, 0, 8, 1, 0, 0, 0, 5, 1, 2),
      "the file ends after 10 of the 13 bytes that it promises (a header of 8 and [5] elements of 1 byte); " +
        "download or copy the file again",
    ],
    [
      "a byte too many",
      bytes(0, 0, 11, 1, 0, 0, 0, 1, 1, 2, 3),
      "the file has 1 byte more than the 10 that it promises (a header of 8 and [1] elements of 2 bytes); " +
        "download or copy the file again",
    ],
    [
      "an absurd promise",
      bytes(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255),
      "the file promises a header of 12 and [4294967295, 4294967295] elements of 1 byte, more than any file holds; " +
        "download or copy the file again",
    ],
    ["gzip", gzipSync(""), "the file is compressed with gzip; read it with decodeIdx, which unpacks it"],
  ])("the error for %s names the file and the way out", ([, file, message]) => {
    expect(() => parseIdx(file, { name })).toThrow(new FileFormatError(name, message));
  });

  test("the errors for damaged gzip data name the file, the damage and the way out", async () => {
    const array: ArrayData = { dtype: "uint8", shape: [1000], values: new Uint8Array(1000) };
    const file = gzipSync(encodeIdx(array));
    await expect(decodeIdx(file.subarray(0, -5), { name: "labels.gz" })).rejects.toThrow(
      new FileFormatError(
        "labels.gz",
        "its gzip data is damaged or cut short; download or copy the file again",
      ),
    );
    file[file.length - 6] ^= 1;
    await expect(decodeIdx(file, { name: "labels.gz" })).rejects.toThrow(FileFormatError);
  });

  test("a small gzip file that unpacks to more than maxBytes is refused", async () => {
    const bomb = gzipSync(new Uint8Array(10_000_000));
    await expect(decodeIdx(bomb, { name: "bomb.gz", maxBytes: 1_000_000 })).rejects.toThrow(
      "bomb.gz: its gzip data unpacks to more than 1000000 bytes; raise maxBytes if the file can be trusted",
    );
  });

  test("encoding refuses what IDX cannot hold", () => {
    const int32 = (shape: readonly number[], ...values: number[]): ArrayData => ({
      dtype: "int32",
      shape,
      values: Int32Array.from(values),
    });
    expect(() => encodeIdx(int32([], 1))).toThrow(
      new ShapeError("encodeIdx", "the shape has 0 dimensions, where IDX has 1 to 255; reshape it"),
    );
    expect(() => encodeIdx(int32([2, 2], 1, 2, 3))).toThrow(
      new ShapeError("encodeIdx", "[2, 2] needs 4 values, but 3 are given"),
    );
    expect(() => encodeIdx(int32([0.5], 1))).toThrow(
      new ShapeError("encodeIdx", "[0.5] has dimension 0.5, where IDX has 0 to 4294967295"),
    );
    expect(() => encodeIdx(int32([2], 1, 128), { elementType: "int8" })).toThrow(
      new DTypeError("encodeIdx", "128 at element 1 is no int8, which holds integers from -128 to 127"),
    );
    const float64 = (...values: number[]): ArrayData => ({
      dtype: "float64",
      shape: [values.length],
      values: Float64Array.from(values),
    });
    expect(() => encodeIdx(float64(1, -1e300), { elementType: "float32" })).toThrow(
      new DTypeError("encodeIdx", "-1e+300 at element 1 is beyond float32; store it as float64"),
    );
    expect(() => encodeIdx(int32([1], 1), { elementType: "int64" as IdxElementType })).toThrow(
      new OptionError(
        "encodeIdx",
        'elementType "int64" is none of uint8, int8, int16, int32, float32, float64',
      ),
    );
  });

  test("types: the dtype tells the class of the values", () => {
    const array = parseIdx(bytes(0, 0, 8, 1, 0, 0, 0, 0));
    if (array.dtype === "int32") expectTypeOf(array.values).toEqualTypeOf<Int32Array>();
    if (array.dtype === "uint8") expectTypeOf(array.values).toEqualTypeOf<Uint8Array>();
    expectTypeOf(array.dtype).toEqualTypeOf<"uint8" | "int32" | "float32" | "float64">();
    // @ts-expect-error -- float values under an integer dtype
    encodeIdx({ dtype: "int32", shape: [0], values: new Float32Array(0) });
  });
});
