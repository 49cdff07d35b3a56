import {
  type AnyTensor,
  abs,
  adam,
  add,
  argmax,
  binaryCrossentropy,
  cast,
  compile,
  div,
  equal,
  greater,
  log,
  max,
  mean,
  mul,
  neg,
  oneHot,
  sigmoid,
  softmax,
  sparseCategoricalCrossentropy,
  sub,
  sum,
  type Tensor,
} from "adjoint";
import type { Interrupt } from "../interrupt.ts";
import { buildNetwork, type Network } from "../network.ts";
import type { Digit, Digits } from "../scoring.ts";
import { numberText } from "./number-text.ts";
import type { Way } from "./ways.ts";

/** How a net is given the pixels 0 to 255: divided by 255, or as they are, which makes the logits large. */
export const pixelSettings = ["scaled", "raw"] as const;
export type Pixels = (typeof pixelSettings)[number];

/** What the nets of all ways have in common. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** The digit that the net with one output tells from the rest. */
  readonly binary: number;
}

/** One of the two nets, by its last layer. */
export type NetName = "25-15-10" | "25-15-1";

/** The first step whose loss is no number of ordinary size. */
interface Breakdown {
  readonly step: number;
  readonly loss: number;
  /** How far a label's logit lies below the largest of its row, at most; of one logit the largest magnitude. */
  readonly reach: number;
  /** The same of the step before, whose gradient made the weights; undefined for the first. */
  readonly reachBefore: number | undefined;
}

/** One net trained one way. */
export interface TrainingRun {
  readonly net: NetName;
  /** Sizes, the pixels first. */
  readonly layers: readonly number[];
  readonly pixels: Pixels;
  readonly way: Way["name"];
  /** Of each step, before its update. */
  readonly losses: readonly number[];
  /** Means over the steps of each epoch. */
  readonly epochLosses: readonly number[];
  readonly breakdown: Breakdown | undefined;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** The loss of a batch as the textbook writes it, or from logits, and how far its logits reach. */
interface Lesson {
  readonly output: (z: AnyTensor) => AnyTensor;
  readonly naive: (z: AnyTensor, labels: AnyTensor) => AnyTensor;
  readonly fromLogits: (z: AnyTensor, labels: AnyTensor) => AnyTensor;
  readonly reach: (z: AnyTensor, labels: AnyTensor) => AnyTensor;
  readonly isRight: (z: AnyTensor, labels: AnyTensor) => AnyTensor;
}

const tenClasses: Lesson = {
  output: (z) => z,
  naive: (z, labels) => neg(mean(log(sum(mul(oneHot(labels, 10), softmax(z)), { axis: -1 })))),
  fromLogits: (z, labels) => sparseCategoricalCrossentropy(z as never, labels as never, { fromLogits: true }),
  reach: (z, labels) => max(sub(max(z, { axis: -1 }), sum(mul(oneHot(labels, 10), z), { axis: -1 }))),
  isRight: (z, labels) => equal(argmax(z, { axis: -1 }), labels),
};

function oneClass(digit: number): Lesson {
  const targets = (labels: AnyTensor): AnyTensor => cast(equal(labels, digit) as AnyTensor, "float32");
  return {
    output: (z) => z.reshape([-1]),
    naive(z, labels) {
      const p = sigmoid(z);
      const y = targets(labels);
      return neg(mean(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p))))));
    },
    fromLogits: (z, labels) => binaryCrossentropy(z as never, targets(labels) as never, { fromLogits: true }),
    reach: (z) => max(abs(z)),
    isRight: (z, labels) => equal(greater(z, 0) as AnyTensor, equal(labels, digit) as AnyTensor),
  };
}

/** Rows of digits to learn from and to be judged by. */
export interface TrainingData {
  readonly pixels: number;
  readonly training: Digits;
  readonly test: Digits;
}

/** Which of the runs it is. */
export interface RunName {
  readonly net: NetName;
  readonly pixels: Pixels;
  readonly way: Way;
}

/** Trains one net one way, from the same first weights and on the same batches as every other way. */
export async function trainOneWay(
  { net, pixels, way }: RunName,
  data: TrainingData,
  options: TrainingOptions,
  interrupt: Interrupt,
): Promise<TrainingRun> {
  const started = performance.now();
  const { epochs, batchSize, learningRate, seed } = options;
  const lesson = net === "25-15-10" ? tenClasses : oneClass(options.binary);
  const network: Network = buildNetwork(
    {
      pixels: data.pixels,
      hidden: [25, 15],
      activation: "relu",
      binary: net === "25-15-10" ? undefined : options.binary,
      dropout: 0,
    },
    seed,
  );
  const logitsOf = (image: AnyTensor): AnyTensor =>
    lesson.output(
      network.model(div(cast(image, "float32"), pixels === "scaled" ? 255 : 1) as Tensor<[number, number]>),
    );
  const optimizer = adam(network.model.parameters() as never, { learningRate });
  const step = compile(
    (image: Digit["image"], label: Digit["label"]) => {
      const z = logitsOf(image);
      const loss = (way.from === "logits" ? lesson.fromLogits : lesson.naive)(z, label) as Tensor<[]>;
      optimizer.minimize(loss);
      return { loss, reach: lesson.reach(z, label) as Tensor<[]> };
    },
    { training: true, stabilise: way.stabilise },
  );

  const losses: number[] = [];
  const epochLosses: number[] = [];
  let breakdown: Breakdown | undefined;
  let reachBefore: number | undefined;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const first = losses.length;
    for (const { image, label } of data.training.batches({ batchSize, shuffle: seed, epoch })) {
      const result = step(image, label);
      const loss = result.loss.item();
      losses.push(loss);
      const reach = result.reach.item();
      if (!Number.isFinite(loss)) breakdown ??= { step: losses.length, loss, reach, reachBefore };
      reachBefore = reach;
      if (losses.length % 16 === 0) await interrupt.check(() => `while ${net} was trained (${way.name})`);
    }
    const ofEpoch = losses.slice(first);
    epochLosses.push(ofEpoch.reduce((total, loss) => total + loss, 0) / ofEpoch.length);
  }

  const rightIn = compile((image: Digit["image"], label: Digit["label"]) =>
    sum(cast(lesson.isRight(logitsOf(image), label), "int32")),
  );
  let right = 0;
  for (const { image, label } of data.test.batches({ batchSize: 1000 })) {
    right += (rightIn(image, label) as Tensor<[], "int32">).item();
    await interrupt.check(() => `while ${net} was tested`);
  }
  return {
    net,
    layers: [data.pixels, ...net.split("-").map(Number)],
    pixels,
    way: way.name,
    losses,
    epochLosses,
    breakdown,
    testAccuracy: right / data.test.length,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The first step (from 1) whose loss is not the other run's, bit for bit; undefined if there is none. */
export function firstDifference(run: TrainingRun, other: TrainingRun): number | undefined {
  const index = run.losses.findIndex((loss, i) => !Object.is(loss, other.losses[i]));
  return index < 0 ? undefined : index + 1;
}

// e^−104 is less than half of the smallest float32 number, 2^−149, and the inverse of e^−88.8 more than the largest, 2^128;
// e^−17.4 is less than half an ulp below 1, 2^−25.
const softmaxUnderflow = 104;
const inverseOverflow = 88.8;
const sigmoidSaturation = 17.4;

/** Why a run came to its end, as a sentence; undefined while its losses are numbers. */
export function reasonOf({ net, breakdown }: TrainingRun): string | undefined {
  if (breakdown === undefined) return undefined;
  const { step, reach, reachBefore = 0 } = breakdown;
  const told = `the loss of step ${step} is ${numberText(breakdown.loss)}`;
  const far = (distance: number): string => distance.toFixed(1);
  if (net === "25-15-10" && reach > softmaxUnderflow) {
    return `${told}: a label's logit lies ${far(reach)} below the largest, its probability e^-${far(reach)} is 0 in float32, and log(0) is -∞`;
  }
  if (net === "25-15-10" && reachBefore > inverseOverflow) {
    return `${told}: in the step before, a label's logit lay ${far(reachBefore)} below the largest, the inverse of its probability e^-${far(reachBefore)} is ∞ in float32, and the gradient NaN`;
  }
  if (net === "25-15-1" && reach > sigmoidSaturation) {
    return `${told}: a logit is ${far(reach)} away from 0, p or 1 - p is 0 in float32, log(0) is -∞ and 0·∞ is NaN`;
  }
  return `${told}: the logits, the largest of which is ${numberText(reach)}, were spoilt before`;
}
