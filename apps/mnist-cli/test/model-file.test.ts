import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArrayData, encodeSafetensors } from "adjoint";
import { describe, expect, test } from "vitest";
import { FileError } from "../src/file-error.ts";
import { loadNetwork, saveNetwork } from "../src/model-file.ts";
import { buildNetwork, countWeights, type NetworkOptions } from "../src/network.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const small: NetworkOptions = { pixels: 4, hidden: [3], activation: "relu", binary: undefined, dropout: 0 };

/** Writes a file of weights that says of itself what it likes. */
async function written(
  network: unknown,
  tensors: Readonly<Record<string, ArrayData>> = {},
  format = "adjoint-mnist-1",
): Promise<string> {
  const path = join(await temporaryFolder(), "net.safetensors");
  await writeFile(path, encodeSafetensors(tensors, { format, network: JSON.stringify(network) }));
  return path;
}

function zeros(...shape: number[]): ArrayData {
  return { dtype: "float32", shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

const wayOut = 'give a file that "mnist train --save" wrote';

describe("loadNetwork", () => {
  test.for<NetworkOptions>([
    small,
    { ...small, hidden: [] },
    { ...small, hidden: [3, 5], binary: 7, dropout: 0.5 },
  ])("gives the net that was saved: %o", async (options) => {
    const path = join(await temporaryFolder(), "net.safetensors");
    const network = buildNetwork(options, 1);
    await saveNetwork(path, network);
    const { model, logits: _, ...read } = await loadNetwork(path);
    expect(read).toEqual(options);
    expect(Object.entries(model.stateDict()).map(String)).toEqual(
      Object.entries(network.model.stateDict()).map(String),
    );
    const sizes = model.parameters().map(({ size }) => size);
    expect(countWeights(options)).toBe(sizes.reduce((a, b) => a + b));
  });

  test("refuses a description of more than the file holds, before it makes room for it", async () => {
    // They would take 34 gigabytes.
    const path = await written({ ...small, hidden: [65536, 65536, 65536] });
    await expect(loadNetwork(path)).rejects.toThrow(
      new FileError(path, `the file describes a net of 8591048714 weights, and holds 0; ${wayOut}`),
    );
  });

  test("refuses weights of another shape", async () => {
    const path = await written(small, {
      "0.weight": zeros(3, 4),
      "0.bias": zeros(3),
      "1.weight": zeros(3, 10),
      "1.bias": zeros(10),
    });
    await expect(loadNetwork(path)).rejects.toThrow(
      /^\S+net\.safetensors: the weights do not fit the net that the file describes: .*\[3, 4\]/,
    );
  });

  test.for<[string, unknown]>([
    ["no sizes", { ...small, hidden: [0] }],
    ["no activation", { ...small, activation: "none" }],
    ["no object", null],
  ])("refuses a description with %s", async ([, network]) => {
    const path = await written(network);
    await expect(loadNetwork(path)).rejects.toThrow(
      new FileError(path, `the net's description is not one that can be built; ${wayOut}`),
    );
  });
});
