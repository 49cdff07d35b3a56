import { readFile } from "node:fs/promises";
import { decodeSafetensors, encodeSafetensors, tensor } from "adjoint";
import { writeAtomically } from "./atomic-write.ts";
import { FileError, reasonOf } from "./file-error.ts";
import {
  type Activation,
  activations,
  buildNetwork,
  countWeights,
  type Network,
  type NetworkOptions,
} from "./network.ts";

const format = "adjoint-mnist-1";

const wayOut = 'give a file that "mnist train --save" wrote';

/** Writes a net's weights as safetensors, with what is needed to build the net again in the metadata. */
export async function saveNetwork(path: string, network: Network): Promise<void> {
  const { pixels, hidden, activation, binary, dropout } = network;
  const options: NetworkOptions = { pixels, hidden, activation, binary, dropout };
  await writeAtomically(
    path,
    encodeSafetensors(network.model.stateDict(), { format, network: JSON.stringify(options) }),
  );
}

/** Reads what {@link saveNetwork} wrote. Rejects with {@link FileError} or FileFormatError when the file is something else. */
export async function loadNetwork(path: string): Promise<Network> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new FileError(path, `the weights cannot be read: ${reasonOf(cause)}`, { cause });
  }
  const { tensors, metadata } = decodeSafetensors(bytes, { name: path });
  const options = networkOptions(path, metadata);
  // A few bytes can describe a net of many gigabytes: none is built that is larger than its file.
  const held = Object.values(tensors).reduce((count, { values }) => count + values.length, 0);
  const described = countWeights(options);
  if (described > held) {
    throw new FileError(
      path,
      `the file describes a net of ${described} weights, and holds ${held}; ${wayOut}`,
    );
  }
  const network = buildNetwork(options, 0);
  try {
    const weights = Object.entries(tensors).map(([name, { values, shape, dtype }]) => [
      name,
      tensor(values, shape, { dtype }),
    ]);
    network.model.loadStateDict(Object.fromEntries(weights));
  } catch (cause) {
    throw new FileError(
      path,
      `the weights do not fit the net that the file describes: ${(cause as Error).message}`,
      { cause },
    );
  }
  return network;
}

/** The error for the net of the file `path` whose answer, a probability or a loss, is `answer`: NaN or ∞. */
export function noNumber(path: string, answer: number): FileError {
  return new FileError(
    path,
    `the net with these weights answers ${answer}, which is no number; ` +
      "train again with a smaller --learning-rate, or give other weights",
  );
}

function networkOptions(path: string, metadata: Readonly<Record<string, string>>): NetworkOptions {
  const refuse = (what: string): FileError => new FileError(path, `${what}; ${wayOut}`);
  if (metadata.format !== format) throw refuse("the file does not say that it holds a digits net");
  let options: Partial<NetworkOptions>;
  try {
    options = JSON.parse(metadata.network ?? "") as Partial<NetworkOptions>;
  } catch {
    throw refuse("the net's description is damaged");
  }
  const isSize = (size: unknown): size is number =>
    Number.isInteger(size) && (size as number) >= 1 && (size as number) <= 65536;
  const { pixels, hidden, activation, binary, dropout = 0 } = options ?? {};
  const isBinary = binary === undefined || (Number.isInteger(binary) && binary >= 0 && binary <= 9);
  if (
    !isSize(pixels) ||
    !Array.isArray(hidden) ||
    !hidden.every(isSize) ||
    !activations.includes(activation as Activation) ||
    !isBinary ||
    !(dropout >= 0 && dropout < 1)
  ) {
    throw refuse("the net's description is not one that can be built");
  }
  return { pixels, hidden, activation: activation as Activation, binary, dropout };
}
