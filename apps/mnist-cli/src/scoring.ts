import { compile, dataset, sum, cast, type Shape, type Tensor, mul } from "adjoint";
import type { Interrupt } from "./interrupt.ts";
import type { Images } from "./mnist-files.ts";
import { isRight, type LossOptions, lossOf, type Network } from "./network.ts";

/** Images and labels as rows of a dataset: `{ image: uint8 [batch, pixels], label: uint8 [batch] }`. */
export function digits(images: Images, labels: Uint8Array) {
  const [count, rows, columns] = images.shape;
  return dataset({
    image: { dtype: "uint8", shape: [count, rows * columns], values: images.values },
    label: { dtype: "uint8", shape: [count], values: labels },
  } as const);
}

/** Rows of images and labels. */
export type Digits = ReturnType<typeof digits>;

/** Mean loss and accuracy over all rows. */
export async function score(
  network: Network,
  rows: Digits,
  loss: LossOptions,
  interrupt: Interrupt,
): Promise<{ loss: number; accuracy: number }> {
  const step = compile((image: Tensor<Shape, "uint8">, label: Tensor<Shape, "uint8">) => {
    const logits = network.logits(image);
    return {
      loss: mul(lossOf(network, logits, label, loss), label.size),
      right: sum(cast(isRight(network, logits, label), "int32")),
    };
  });
  let total = 0;
  let right = 0;
  for (const { image, label } of rows.batches({ batchSize: 1000 })) {
    const batch = step(image as never, label as never);
    total += Number(batch.loss.item());
    right += Number(batch.right.item());
    await interrupt.check(() => "while it was evaluated");
  }
  return { loss: total / rows.length, accuracy: right / rows.length };
}
