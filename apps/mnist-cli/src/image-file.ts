import { readFile } from "node:fs/promises";
import { PNG } from "pngjs";
import { FileError, reasonOf } from "./file-error.ts";

/** A grey image, row by row: 0 is black, 1 white. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Options of {@link decodeImage} and {@link readImage}. */
export interface ImageOptions {
  /** The image shows a dark digit on a light ground: exchange black and white. */
  readonly invert?: boolean | undefined;
}

// 67 million: more than any camera, and what a few lying bytes may make the reader allocate.
const maxPixels = 2 ** 26;

const pngMagic = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * A PGM or PNG file as a `size × size` image in [0, 1], row by row, with a light digit on black as in MNIST.
 * See {@link decodeImage} and {@link fitToSquare}. Rejects with {@link FileError}.
 */
export async function readImage(
  path: string,
  { invert = false, size = 28 }: ImageOptions & { readonly size?: number } = {},
): Promise<Float32Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new FileError(path, `the image cannot be read: ${reasonOf(cause)}`, { cause });
  }
  return fitToSquare(decodeImage(bytes, path, { invert }), size);
}

/**
 * The grey values of a PGM file (P2 or P5, 8 or 16 bits) or a PNG file (any colour type, by luminance
 * `0.299 R + 0.587 G + 0.114 B`). Transparent pixels are background: black, after the exchange if `invert` is set.
 * Throws {@link FileError} when the file, called `name`, is damaged or of another format.
 */
export function decodeImage(
  bytes: Uint8Array,
  name: string,
  { invert = false }: ImageOptions = {},
): GreyImage {
  if (pngMagic.every((byte, i) => bytes[i] === byte)) return decodePng(bytes, name, invert);
  const magic = String.fromCharCode(...bytes.subarray(0, 2));
  if (magic !== "P2" && magic !== "P5") {
    throw new FileError(
      name,
      `the image is neither a PGM file (P2 or P5) nor a PNG file; convert it, for instance with ImageMagick: magick ${name} digit.png`,
    );
  }
  return decodePgm(bytes, name, magic, invert);
}

/**
 * The image in the middle of a black square as large as its longer side, scaled to `size × size` by area averaging:
 * each pixel of the result is the mean of the part of the square that it covers. An image of the right size is kept.
 */
export function fitToSquare({ width, height, values }: GreyImage, size: number): Float32Array {
  const side = Math.max(width, height);
  const scale = side / size;
  const columns = coverage(width, side, size);
  const rows = coverage(height, side, size);
  const result = new Float32Array(size * size);
  rows.forEach((sourceRows, row) => {
    columns.forEach((sourceColumns, column) => {
      let sum = 0;
      for (const [y, covered] of sourceRows) {
        let rowSum = 0;
        for (const [x, share] of sourceColumns) rowSum += share * values[y * width + x];
        sum += covered * rowSum;
      }
      result[row * size + column] = Math.min(1, sum / (scale * scale));
    });
  });
  return result;
}

/**
 * For each of `size` pixels: which of `length` source pixels, centred in `side`, it covers, and how much of each.
 * What lies outside the source is black and left out.
 */
function coverage(length: number, side: number, size: number): [source: number, covered: number][][] {
  const margin = (side - length) / 2;
  return Array.from({ length: size }, (_, i) => {
    // Multiplied before divided: neighbours meet at one number, and whole ratios give whole edges.
    const begin = (i * side) / size - margin;
    const end = ((i + 1) * side) / size - margin;
    const covered: [number, number][] = [];
    for (let source = Math.max(0, Math.floor(begin)); source < Math.min(length, end); source++) {
      covered.push([source, Math.min(source + 1, end) - Math.max(source, begin)]);
    }
    return covered;
  });
}

function decodePng(bytes: Uint8Array, name: string, invert: boolean): GreyImage {
  // The size stands in the first chunk; checking it here keeps the decoder from allocating what a lying file asks for.
  if (bytes.length >= 24) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    checkSize(name, view.getUint32(16), view.getUint32(20));
  }
  let png: { width: number; height: number; data: Uint8Array };
  try {
    png = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new FileError(
      name,
      `the PNG data is damaged or cut short (${reasonOf(cause)}); save the image again`,
      {
        cause,
      },
    );
  }
  const { width, height, data } = png;
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    const luminance = 299 * data[4 * i] + 587 * data[4 * i + 1] + 114 * data[4 * i + 2];
    const opacity = data[4 * i + 3] / 255;
    values[i] = ((invert ? 255_000 - luminance : luminance) / 255_000) * opacity;
  }
  return { width, height, values };
}

function decodePgm(bytes: Uint8Array, name: string, magic: "P2" | "P5", invert: boolean): GreyImage {
  let position = 2;
  const skipBlanks = (): void => {
    for (;;) {
      while (isBlank(bytes[position])) position++;
      if (bytes[position] !== 0x23) return;
      while (position < bytes.length && bytes[position] !== 0x0a) position++;
    }
  };
  const fail = (message: string): never => {
    throw new FileError(name, message);
  };
  const integer = (what: string): number => {
    skipBlanks();
    const start = position;
    let value = 0;
    while (bytes[position] >= 0x30 && bytes[position] <= 0x39) value = 10 * value + bytes[position++] - 0x30;
    if (start === bytes.length) fail(`the PGM file ends before its ${what}; save the image again`);
    if (start === position || !isBlank(bytes[start - 1]))
      fail(`the PGM file has no number for its ${what}; save the image again`);
    return value;
  };
  const width = integer("width");
  const height = integer("height");
  checkSize(name, width, height);
  const white = integer("largest value");
  if (white < 1 || white > 65_535)
    fail(`the PGM file's largest value is ${white}, and PGM allows 1 to 65535`);

  const pixels = width * height;
  const values = new Float32Array(pixels);
  const put = (i: number, value: number): void => {
    if (value > white)
      fail(`pixel ${i} of the PGM file is ${value}, above its largest value ${white}; save the image again`);
    values[i] = (invert ? white - value : value) / white;
  };
  const tooShort = (present: number): never =>
    fail(`the PGM file ends after ${present} of its ${pixels} pixels; save the image again`);
  if (magic === "P2") {
    for (let i = 0; i < pixels; i++) {
      skipBlanks();
      if (position === bytes.length) tooShort(i);
      put(i, integer("pixels"));
    }
    skipBlanks();
  } else {
    if (!isBlank(bytes[position])) fail("the PGM file has no blank before its pixels; save the image again");
    position++;
    const sampleBytes = white > 255 ? 2 : 1;
    const present = Math.floor((bytes.length - position) / sampleBytes);
    if (present < pixels) tooShort(present);
    for (let i = 0; i < pixels; i++, position += sampleBytes) {
      put(i, sampleBytes === 2 ? 256 * bytes[position] + bytes[position + 1] : bytes[position]);
    }
    while (isBlank(bytes[position])) position++;
  }
  if (position < bytes.length) {
    fail(`the PGM file goes on after its ${pixels} pixels; give a file with one image`);
  }
  return { width, height, values };
}

function checkSize(name: string, width: number, height: number): void {
  if (width < 1 || height < 1 || width * height > maxPixels) {
    throw new FileError(
      name,
      `the image has ${width} × ${height} pixels, and between 1 and ${maxPixels} can be read; scale it first`,
    );
  }
}

/** Space, tab, line feed, vertical tab, form feed and carriage return. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
