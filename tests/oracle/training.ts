import * as nn from "@adjoint/nn";
import * as optim from "@adjoint/optim";
import { type AnyParameter, type AnyTensor, assignAll, compile, gradients, tensor } from "@adjoint/tensor";
import type { OracleCase, OracleDType } from "./case.ts";
import { trainingDigits } from "./digits.ts";
import { difference, within } from "./numbers.ts";

/** A training trace. */
export interface TrainingTrace {
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly number[];
  readonly activation: nn.ActivationName;
  readonly loss: { readonly name: string; readonly positiveLabel?: number } & Readonly<
    Record<string, unknown>
  >;
  readonly optimizer: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly batch: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  readonly finalParamSums: readonly number[];
  readonly finalParamNorms: readonly number[];
}

const lossFunctions = {
  binaryCrossentropy: nn.binaryCrossentropy,
  categoricalCrossentropy: nn.categoricalCrossentropy,
  huber: nn.huber,
  meanAbsoluteError: nn.meanAbsoluteError,
  meanSquaredError: nn.meanSquaredError,
  sparseCategoricalCrossentropy: nn.sparseCategoricalCrossentropy,
} as const;

const optimizers = {
  adagrad: optim.adagrad,
  adam: optim.adam,
  adamw: optim.adamw,
  rmsprop: optim.rmsprop,
  sgd: optim.sgd,
} as const;

function named<T>(table: Readonly<Record<string, T>>, kind: string, name: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  throw new Error(`no ${kind} "${name}"; there are ${Object.keys(table).join(", ")}`);
}

/** The 32-bit generator of the files' weights, in (−1, 1). */
function weights(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 2 * (state / 2 ** 32) - 1;
  };
}

/** The net with the file's first weights: kernels filled in turn, biases zero. */
function buildNet({ seed, layers, activation }: TrainingTrace, dtype: OracleDType) {
  const next = weights(seed);
  const parameters: AnyParameter[] = [];
  const list = layers.slice(1).map((outputs, i) => {
    const isLast = i === layers.length - 2;
    const inputs = layers[i];
    const layer = nn.dense(inputs, outputs, { activation: isLast ? "linear" : activation, dtype });
    const [weight, bias] = layer.parameters();
    const limit = Math.sqrt(6 / (inputs + outputs));
    const values = Array.from({ length: inputs * outputs }, () => next() * limit);
    assignAll([
      [weight, tensor(values, [inputs, outputs], { dtype }) as AnyTensor],
      [bias, tensor(new Array<number>(outputs).fill(0), [outputs], { dtype }) as AnyTensor],
    ]);
    parameters.push(weight, bias);
    return layer;
  });
  const run = (x: AnyTensor): AnyTensor =>
    list.reduce((value, layer) => (layer as unknown as (x: AnyTensor) => AnyTensor)(value), x);
  return { run, parameters };
}

/** The targets of a batch as the loss takes them: labels, one-hot rows, or 1 for the positive digit. */
function targetsOf(
  { loss, layers }: TrainingTrace,
  labels: readonly number[],
  dtype: OracleDType,
): AnyTensor {
  if (loss.name === "sparseCategoricalCrossentropy")
    return tensor(labels, [labels.length], { dtype: "int32" }) as AnyTensor;
  const classes = layers[layers.length - 1];
  const { positiveLabel } = loss;
  const values = labels.flatMap((label) =>
    positiveLabel === undefined
      ? Array.from({ length: classes }, (_, k) => Number(k === label))
      : [Number(label === positiveLabel)],
  );
  return tensor(values, [labels.length, classes], { dtype }) as AnyTensor;
}

function withoutRemarks(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name: _, note: __, positiveLabel: ___, ...rest } = options;
  return rest;
}

interface Run {
  readonly losses: number[];
  readonly gradNorms: number[];
  readonly sums: number[];
  readonly norms: number[];
  readonly counts: number[];
}

function train(trace: TrainingTrace, dtype: OracleDType): Run {
  const digits = trainingDigits();
  const { run, parameters } = buildNet(trace, dtype);
  const loss = named(lossFunctions, "loss", trace.loss.name) as unknown as (
    outputs: AnyTensor,
    targets: AnyTensor,
    options: object,
  ) => AnyTensor;
  const makeOptimizer = named(optimizers, "optimizer", trace.optimizer.name) as (
    parameters: readonly AnyParameter[],
    options: object,
  ) => optim.Optimizer;
  const optimizer = makeOptimizer(parameters, withoutRemarks(trace.optimizer));
  const lossOptions = withoutRemarks(trace.loss);
  const step = compile((x: AnyTensor, targets: AnyTensor) => {
    const value = loss(run(x), targets, lossOptions);
    const norm = optim.globalNorm(gradients(value, parameters) as readonly AnyTensor[]) as AnyTensor;
    optimizer.minimize(value as never);
    return [value, norm] as const;
  });
  const losses: number[] = [];
  const gradNorms: number[] = [];
  for (let k = 0; k < trace.steps; k++) {
    const rows = Array.from({ length: trace.batch }, (_, i) => (k * trace.batch + i) % digits.count);
    const pixels = new Float64Array(rows.length * digits.pixels);
    rows.forEach((row, i) => {
      for (let j = 0; j < digits.pixels; j++)
        pixels[i * digits.pixels + j] = digits.images[row * digits.pixels + j] / 255;
    });
    const x = tensor(pixels, [rows.length, digits.pixels], { dtype }) as AnyTensor;
    const labels = rows.map((row) => digits.labels[row]);
    const [value, norm] = step(x, targetsOf(trace, labels, dtype));
    losses.push(value.item() as number);
    gradNorms.push(norm.item() as number);
  }
  const finals = parameters.map((parameter) => Float64Array.from(parameter.toTypedArray()));
  return {
    losses,
    gradNorms,
    sums: finals.map((values) => values.reduce((sum, x) => sum + x, 0)),
    norms: finals.map((values) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))),
    counts: finals.map((values) => values.length),
  };
}

const tolerances = {
  float64: { losses: 1e-9, gradNorms: 1e-9, parameters: 1e-9 },
  float32: { losses: 1e-4, gradNorms: 1e-3, parameters: 1e-4 },
} as const;

/** The cases of a trace: each series is one. The net is trained once for each dtype, when the first of them is checked. */
export function trainingCases(trace: TrainingTrace, dtypes: readonly OracleDType[]): readonly OracleCase[] {
  return dtypes.flatMap((dtype) => {
    let trained: Run | undefined;
    const result = (): Run => {
      trained ??= train(trace, dtype);
      return trained;
    };
    const { losses, gradNorms, parameters } = tolerances[dtype];
    const share = (tolerance: number) => within((expected) => tolerance * Math.abs(expected));
    const series: readonly [string, () => string | undefined][] = [
      ["losses", () => difference("losses", result().losses, trace.losses, share(losses))],
      [
        "gradient norms",
        () => difference("gradient norms", result().gradNorms, trace.gradNorms, share(gradNorms)),
      ],
      [
        "final parameter norms",
        () => difference("final parameter norms", result().norms, trace.finalParamNorms, share(parameters)),
      ],
      [
        "final parameter sums",
        () => {
          const { sums, counts } = result();
          const room = (_: number, i: number): number =>
            parameters * trace.finalParamNorms[i] * Math.sqrt(counts[i]);
          return difference("final parameter sums", sums, trace.finalParamSums, within(room));
        },
      ],
    ];
    return series.map(([what, check]) => ({
      name: `training ${trace.name} ${what}`,
      dtype,
      check: () => {
        const problem = check();
        return problem === undefined ? [] : [problem];
      },
    }));
  });
}
