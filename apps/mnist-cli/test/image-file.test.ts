import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fc, test as property } from "@fast-check/vitest";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { FileError } from "../src/file-error.ts";
import { decodeImage, fitToSquare, type GreyImage, readImage } from "../src/image-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Text, then bytes. */
function file(text: string, ...rest: number[]): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(text), ...rest]);
}

interface Samples {
  readonly width: number;
  readonly height: number;
  readonly white: number;
  readonly samples: readonly number[];
}

const samples: fc.Arbitrary<Samples> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 65_535 }))
  .chain(([width, height, white]) =>
    fc
      .array(fc.integer({ min: 0, max: white }), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, white, samples: values })),
  );

const p2 = ({ width, height, white, samples: values }: Samples): Uint8Array =>
  file(`P2\n${width} ${height}\n${white}\n${values.join(" ")}\n`);

const p5 = ({ width, height, white, samples: values }: Samples): Uint8Array =>
  file(`P5 ${width} ${height} ${white}\n`, ...values.flatMap((v) => (white > 255 ? [v >> 8, v & 255] : [v])));

function png(width: number, height: number, rgba: readonly number[], options = {}): Uint8Array {
  const image = new PNG({ width, height });
  image.data.set(rgba);
  return PNG.sync.write(image, options);
}

/** A reader of hostile bytes may return an image or throw FileError, nothing else. */
function fileErrorOrImage(bytes: Uint8Array): void {
  try {
    const { width, height, values } = decodeImage(bytes, "digit");
    expect(values.length).toBe(width * height);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
  }
}

const list = (values: Iterable<number>): number[] => Array.from(values);

describe("decodeImage", () => {
  property.prop([samples])(
    "a PGM pixel is its sample over the largest value, as text and as bytes",
    (image) => {
      const expected: GreyImage = {
        width: image.width,
        height: image.height,
        values: Float32Array.from(image.samples, (value) => value / image.white),
      };
      expect(decodeImage(p2(image), "digit.pgm")).toEqual(expected);
      expect(decodeImage(p5(image), "digit.pgm")).toEqual(expected);
    },
  );

  property.prop([samples])("invert exchanges black and white", (image) => {
    const negative = { ...image, samples: image.samples.map((value) => image.white - value) };
    expect(decodeImage(p5(image), "digit.pgm", { invert: true })).toEqual(
      decodeImage(p5(negative), "digit.pgm"),
    );
  });

  property.prop([fc.array(fc.nat(255), { minLength: 12, maxLength: 12 })])(
    "a grey PNG has the values of its PGM",
    (values) => {
      const rgba = values.flatMap((value) => [value, value, value, 255]);
      const pgm = decodeImage(p5({ width: 4, height: 3, white: 255, samples: values }), "digit.pgm");
      for (const colorType of [0, 2, 4, 6]) {
        expect(decodeImage(png(4, 3, rgba, { colorType }), "digit.png")).toEqual(pgm);
      }
    },
  );

  test("a coloured PNG is read by luminance, and transparent pixels are background", () => {
    const rgba = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 51, 0, 0, 0, 0];
    const grey = (invert: boolean): number[] =>
      list(decodeImage(png(5, 1, rgba), "digit.png", { invert }).values);
    expect(grey(false)).toEqual([0.299, 0.587, 0.114, 0.2, 0].map(Math.fround));
    expect(grey(true)).toEqual([0.701, 0.413, 0.886, 0, 0].map(Math.fround));
  });

  test("a PGM header may hold comments and any blanks", () => {
    const header = "P5# by hand\n  2 # wide\r\n\t1\f#\n255\n";
    expect(list(decodeImage(file(header, 0x23, 255), "digit.pgm").values)).toEqual([
      Math.fround(35 / 255),
      1,
    ]);
    expect(list(decodeImage(file("P2 2 1 1 # pixels\n1 # white\n 0 # end"), "digit.pgm").values)).toEqual([
      1, 0,
    ]);
  });

  test("a blank after the pixels is no pixel", () => {
    expect(list(decodeImage(file("P5 1 1 255\n", 10, 10), "digit.pgm").values)).toEqual([
      Math.fround(10 / 255),
    ]);
  });

  property.prop(
    [samples, fc.boolean(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat()],
    {
      numRuns: 300,
    },
  )("no damage to a PGM gives anything but an image or FileError", (image, plain, changes, cut) => {
    const bytes = plain ? p2(image) : p5(image);
    for (const [position, value] of changes) bytes[position % bytes.length] = value;
    fileErrorOrImage(bytes);
    fileErrorOrImage(bytes.subarray(0, cut % bytes.length));
  });

  property.prop(
    [fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(), fc.constantFrom(0, 2, 6)],
    {
      numRuns: 300,
    },
  )("no damage to a PNG gives anything but an image or FileError", (changes, cut, colorType) => {
    const rgba = Array.from({ length: 400 }, (_, i) => (i * i) % 256);
    const bytes = png(10, 10, rgba, { colorType });
    for (const [position, value] of changes) bytes[position % bytes.length] = value;
    fileErrorOrImage(bytes);
    fileErrorOrImage(bytes.subarray(0, cut % bytes.length));
  });

  property.prop([fc.uint8Array(), fc.constantFrom("", "P2 ", "P5 2 2 ")])(
    "no bytes give anything but an image or FileError",
    (bytes, start) => {
      fileErrorOrImage(file(start, ...bytes));
    },
  );

  const again = "save the image again";
  test.for<[string, Uint8Array, string]>([
    [
      "another format",
      file("GIF89a"),
      "the image is neither a PGM file (P2 or P5) nor a PNG file; convert it, for instance with ImageMagick: " +
        "magick digit digit.png",
    ],
    ["a missing width", file("P5"), `the PGM file ends before its width; ${again}`],
    ["a height that is no number", file("P2 3 x"), `the PGM file has no number for its height; ${again}`],
    ["numbers that run together", file("P23 4 5"), `the PGM file has no number for its width; ${again}`],
    [
      "no pixels",
      file("P2 0 5 255"),
      "the image has 0 × 5 pixels, and between 1 and 67108864 can be read; scale it first",
    ],
    [
      "too many pixels",
      file("P5 99999 99999 255\n"),
      "the image has 99999 × 99999 pixels, and between 1 and 67108864 can be read; scale it first",
    ],
    [
      "a wrong largest value",
      file("P2 1 1 65536 0"),
      "the PGM file's largest value is 65536, and PGM allows 1 to 65535",
    ],
    [
      "a pixel that is too large",
      file("P2 2 1 15 3 16"),
      `pixel 1 of the PGM file is 16, above its largest value 15; ${again}`,
    ],
    ["missing text pixels", file("P2 2 2 255 1 2 3 "), `the PGM file ends after 3 of its 4 pixels; ${again}`],
    [
      "missing binary pixels",
      file("P5 2 1 256\n", 0, 1, 0),
      `the PGM file ends after 1 of its 2 pixels; ${again}`,
    ],
    [
      "more pixels",
      file("P5 1 1 255\n", 1, 2),
      "the PGM file goes on after its 1 pixels; give a file with one image",
    ],
  ])("the error for %s names the file and the way out", ([, bytes, message]) => {
    expect(() => decodeImage(bytes, "digit")).toThrow(new FileError("digit", message));
  });

  test("a truncated PNG and one that claims a huge size are refused", () => {
    const bytes = png(4, 4, new Array(64).fill(255));
    expect(() => decodeImage(bytes.subarray(0, 50), "digit.png")).toThrow(
      /^digit\.png: the PNG data is damaged or cut short \(.+\); save the image again$/,
    );
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 100_000_000);
    expect(() => decodeImage(bytes, "digit.png")).toThrow(
      new FileError(
        "digit.png",
        "the image has 100000000 × 4 pixels, and between 1 and 67108864 can be read; scale it first",
      ),
    );
  });
});

describe("fitToSquare", () => {
  const grey = (width: number, height: number): fc.Arbitrary<GreyImage> =>
    fc
      .array(fc.nat(255), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, values: Float32Array.from(values, (value) => value / 255) }));
  const mean = (values: Iterable<number>, count: number): number =>
    list(values).reduce((sum, value) => sum + value, 0) / count;

  property.prop([grey(28, 28)])("an image of the right size is kept", (image) => {
    expect(fitToSquare(image, 28)).toEqual(image.values);
  });

  property.prop([
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  ])("the square's mean is kept, whatever the sizes", (width, height, size) => {
    const values = Float32Array.from({ length: width * height }, (_, i) => ((i * 37) % 11) / 10);
    const result = fitToSquare({ width, height, values }, size);
    const side = Math.max(width, height);
    // Each result is rounded once to float32: 2⁻²⁴ relative, of a mean below 1.
    expect(Math.abs(mean(result, size * size) - mean(values, side * side))).toBeLessThan(2 ** -24);
  });

  property.prop([fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30 }), fc.nat(255)])(
    "one grey stays that grey",
    (side, size, value) => {
      const image = { width: side, height: side, values: new Float32Array(side * side).fill(value / 255) };
      for (const pixel of fitToSquare(image, size))
        expect(Math.abs(pixel - value / 255)).toBeLessThan(2 ** -23);
    },
  );

  test("halving takes the mean of each two by two", () => {
    const values = Float32Array.of(0, 1, 0.5, 0.5, 1, 0, 0.25, 0.25, 1, 1, 0, 0, 1, 1, 0, 1);
    expect(list(fitToSquare({ width: 4, height: 4, values }, 2))).toEqual([0.5, 0.375, 1, 0.25]);
  });

  test("three pixels on two share the middle one", () => {
    const values = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    expect(list(fitToSquare({ width: 3, height: 3, values }, 2))).toEqual(
      [5 / 9, 1 / 9, 1 / 9, 5 / 9].map(Math.fround),
    );
  });

  test("a narrow image stands in the middle of black", () => {
    const values = Float32Array.of(1, 1, 1, 1);
    expect(list(fitToSquare({ width: 1, height: 4, values }, 2))).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(list(fitToSquare({ width: 2, height: 1, values: values.subarray(2) }, 2))).toEqual([
      0.5, 0.5, 0.5, 0.5,
    ]);
  });
});

describe("readImage", () => {
  test("reads a file as 28 × 28", async () => {
    const path = join(await temporaryFolder(), "digit.pgm");
    await writeFile(path, p5({ width: 28, height: 28, white: 255, samples: new Array(784).fill(51) }));
    expect(await readImage(path)).toEqual(new Float32Array(784).fill(0.2));
    expect(await readImage(path, { invert: true })).toEqual(new Float32Array(784).fill(0.8));
    expect(await readImage(path, { size: 2 })).toEqual(new Float32Array(4).fill(0.2));
  });

  test("a missing file and a folder are told", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "digit.png");
    await expect(readImage(path)).rejects.toThrow(
      new FileError(path, "the image cannot be read: no such file or folder"),
    );
    await expect(readImage(folder)).rejects.toThrow(
      new FileError(folder, "the image cannot be read: it is a folder, not a file"),
    );
  });
});
