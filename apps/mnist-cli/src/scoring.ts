import { cast, compile, type Dataset, dataset, mul, sum, type Tensor } from "adjoint";
import type { Interrupt } from "./interrupt.ts";
import type { Images } from "./mnist-files.ts";
import { isRight, type LossOptions, lossOf, type Network } from "./network.ts";

/** A batch of digits: pixels 0 to 255 and what they show. */
export interface Digit {
  readonly image: Tensor<[number, number], "uint8">;
  readonly label: Tensor<[number], "uint8">;
}

/** Rows of images and labels. */
export type Digits = Dataset<Digit>;

/** Images, one row of pixels each, and their labels. */
export function digits(images: Images, labels: Uint8Array): Digits {
  const [count, rows, columns] = images.shape;
  return dataset({
    image: { dtype: "uint8", shape: [count, rows * columns], values: images.values },
    label: { dtype: "uint8", shape: [count], values: labels },
  } as const) as Dataset<unknown> as Digits;
}

/** Mean loss and accuracy over all rows. `saved` tells who interrupts it what is kept of the work before. */
export async function score(
  network: Network,
  rows: Digits,
  loss: LossOptions,
  interrupt: Interrupt,
  saved?: string,
): Promise<{ loss: number; accuracy: number }> {
  const step = compile((image: Digit["image"], label: Digit["label"]) => {
    const logits = network.logits(image);
    return {
      loss: mul(lossOf(network, logits, label, loss), label.size),
      right: sum(cast(isRight(network, logits, label), "int32")),
    };
  });
  let total = 0;
  let right = 0;
  for (const { image, label } of rows.batches({ batchSize: 1000 })) {
    const batch = step(image, label);
    total += batch.loss.item();
    right += batch.right.item();
    await interrupt.check(() => `while it was evaluated${saved === undefined ? "" : `; ${saved}`}`);
  }
  return { loss: total / rows.length, accuracy: right / rows.length };
}
