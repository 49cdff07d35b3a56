import {
  binaryCrossentropy,
  binaryCrossentropyOp,
  categoricalCrossentropy,
  categoricalCrossentropyOp,
  crossEntropyTermOp,
  huber,
  huberOp,
  klDivergence,
  klTermOp,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyOp,
} from "@adjoint/nn";
import type { AnyTensor } from "@adjoint/tensor";
import {
  type Domain,
  type OpCase,
  type OpForm,
  opCase,
  type Slot,
  type Subject,
  shapes,
} from "@adjoint/testing";
import fc from "fast-check";

type Loss = (outputs: AnyTensor, targets: AnyTensor, options: object) => AnyTensor;

/** Options that every loss takes. */
const common: readonly object[] = [{}, { reduction: "sum" }, { reduction: "none" }];

const probabilities: Domain = { min: 0.1, max: 0.9 };

/** What a loss is given. */
interface LossDescription {
  readonly variant?: string;
  /** The least number of axes: 1 where the last one is that of the classes. */
  readonly minRank?: number;
  readonly outputs?: Domain;
  readonly targets?: (shape: readonly number[]) => Slot;
  /** Options to choose from, beside those of every loss. */
  readonly options?: (classes: number) => readonly object[];
}

function lossCase(
  subject: Subject,
  loss: unknown,
  {
    variant,
    minRank = 0,
    outputs = {},
    targets = (shape) => ({ shape, values: probabilities }),
    options = () => [],
  }: LossDescription,
): OpCase {
  return opCase(
    subject,
    (constraints) =>
      shapes({ ...constraints, minRank, maxRank: 2, minDimension: 1 }).chain((shape) =>
        fc.constantFrom(...common, ...options(shape.at(-1) ?? 1)).map(
          (chosen): OpForm => ({
            slots: [{ shape, values: outputs }, targets(shape)],
            call: (x, y) => (loss as Loss)(x, y, chosen),
            options: chosen,
          }),
        ),
      ),
    // Rows are added up after the logarithms, whose steps each round.
    {
      loweringUlps: 64,
      edges: [],
      dtypes: ["float32", "float64"],
      ...(variant === undefined ? {} : { variant }),
    },
  );
}

const weightsOf = (classes: number): number[] => Array.from({ length: classes }, (_, k) => 0.5 + k);

const labels = (shape: readonly number[]): Slot => ({
  shape: shape.slice(0, -1),
  values: { indicesBelow: shape.at(-1) as number },
});

/** A case for every loss, and for every op that losses are made of. */
export const lossCases: readonly OpCase[] = [
  lossCase(sparseCategoricalCrossentropyOp, sparseCategoricalCrossentropy, {
    minRank: 1,
    targets: labels,
    options: (classes) => [
      { labelSmoothing: 0.1 },
      { classWeights: weightsOf(classes) },
      { ignoreIndex: 0 },
      { ignoreIndex: 0, labelSmoothing: 0.2, classWeights: weightsOf(classes) },
    ],
  }),
  lossCase({ name: "sparseCategoricalCrossentropy", isSmooth: true }, sparseCategoricalCrossentropy, {
    variant: "of probabilities",
    minRank: 1,
    outputs: probabilities,
    targets: labels,
    options: (classes) =>
      [{}, { classWeights: weightsOf(classes) }, { ignoreIndex: 0 }].map((one) => ({
        ...one,
        fromLogits: false,
      })),
  }),
  lossCase(categoricalCrossentropyOp, categoricalCrossentropy, {
    minRank: 1,
    options: (classes) => [{ labelSmoothing: 0.1 }, { classWeights: weightsOf(classes) }],
  }),
  lossCase(crossEntropyTermOp, withProbabilities(categoricalCrossentropy), {
    variant: "of the probabilities of classes",
    minRank: 1,
    outputs: probabilities,
  }),
  lossCase(crossEntropyTermOp, withProbabilities(binaryCrossentropy), {
    variant: "of yes and no",
    outputs: probabilities,
    options: () => [{ posWeight: 3 }, { labelSmoothing: 0.1 }],
  }),
  lossCase(binaryCrossentropyOp, binaryCrossentropy, {
    options: () => [{ posWeight: 3 }, { labelSmoothing: 0.1 }],
  }),
  opCase(
    binaryCrossentropyOp,
    (constraints) =>
      shapes({ ...constraints, minRank: 1, maxRank: 2, minDimension: 1 }).map(
        (shape): OpForm => ({
          slots: [
            { shape, values: {} },
            { shape, values: probabilities },
            { shape: shape.slice(-1), values: { min: 0.5 } },
          ],
          call: (x, y, posWeight) => (binaryCrossentropy as unknown as Loss)(x, y, { posWeight }),
        }),
      ),
    { variant: "with a weight for each class", edges: [], dtypes: ["float32", "float64"] },
  ),
  // The square ends where the distance is δ, which these targets keep away from.
  lossCase(huberOp, huber, {
    outputs: { min: -3, max: -2.2 },
    targets: (shape) => ({ shape, values: { min: -1, max: 3, away: [-1.2] } }),
    options: () => [{ delta: 9 }, { delta: 0.5 }],
  }),
  lossCase(klTermOp, klDivergence, { minRank: 1, outputs: { max: -0.1 } }),
  lossCase({ name: "meanSquaredError", isSmooth: true }, meanSquaredError, {}),
  lossCase({ name: "meanAbsoluteError", isSmooth: true }, meanAbsoluteError, {
    outputs: { min: 1 },
    targets: (shape) => ({ shape, values: { max: 0.8 } }),
  }),
];

function withProbabilities(loss: unknown): Loss {
  return (outputs, targets, options) => (loss as Loss)(outputs, targets, { ...options, fromLogits: false });
}
