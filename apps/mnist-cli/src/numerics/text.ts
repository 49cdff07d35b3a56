import colors from "picocolors";
import plot from "simple-ascii-chart";
import type { TwoWays } from "./arithmetic.ts";
import type { LossRow, ShownLoss } from "./extremes.ts";
import { numberText } from "./number-text.ts";
import { type CurvePoint, curveOf } from "./series.ts";
import { firstDifference, reasonOf, type TrainingOptions, type TrainingRun } from "./training.ts";

/** Columns of text, the first from the left, the others from the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const heading = (text: string): string => `${colors.bold(text)}\n\n`;

/** The two ways as they are written; also for the page. */
export const twoWaysCode: readonly [string, string] = [
  "x1 = 2.0 / 10000",
  "x2 = 1 + (1 / 10000) - (1 - 1 / 10000)",
];

/** The section on arithmetic. */
export function twoWaysText(results: readonly TwoWays[]): string {
  const rows = results.map(({ dtype, x1, x2, relativeError }) => [
    dtype,
    x1.toFixed(18),
    x2.toFixed(18),
    numberText(relativeError, 2),
  ]);
  return `${heading("1. One number, two ways")}${twoWaysCode.join("\n")}\n\n${table([["", "x1", "x2", "relative error"], ...rows])}\n\n`;
}

/** The heading of the section on extremes. */
export function extremesHeading(): string {
  return heading("2. The loss at the extremes, in float32");
}

/** One loss at every logit, each way, under what is exact. */
export function extremesText(loss: ShownLoss, rows: readonly LossRow[], rewrites: string): string {
  const header = ["x", "", "loss", "relative error", "gradient", "relative error"];
  const lines = rows.flatMap((row, i) => {
    const isFirst = row.logit !== rows[i - 1]?.logit;
    const exact = [
      String(row.logit),
      "exact",
      numberText(row.exactValue),
      "",
      numberText(row.exactGradient),
      "",
    ];
    const { value, valueError, gradient, gradientError } = row;
    const shown = [
      "",
      row.way,
      numberText(value),
      numberText(valueError, 2),
      numberText(gradient),
      numberText(gradientError, 2),
    ];
    return isFirst ? [exact, shown] : [shown];
  });
  return (
    `${loss.activation}: naive is ${loss.formula}\n\n${table([header, ...lines])}\n\n` +
    `The rewrites:\n${rewrites.replace(/^/gm, "  ")}\n\n`
  );
}

/** What is the same for all nets, as a sentence. */
export function settingText(
  { epochs, batchSize, learningRate, seed }: TrainingOptions,
  rows: number,
): string {
  return `${rows.toLocaleString("en")} digits, ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, batches of ${batchSize}, Adam with learning rate ${learningRate}, relu, seed ${seed}.`;
}

/** The heading of the section on training. */
export function trainingHeading(options: TrainingOptions, rows: number): string {
  return `${heading("3. The same nets trained each way, in float32")}${settingText(options, rows)}\n\n`;
}

/** Which net a table is about, and what it is given; also for the page. */
export function netTitle({ layers, pixels }: TrainingRun): string {
  return pixels === "scaled"
    ? `${layers.join("-")}, pixels divided by 255`
    : `${layers.join("-")}, pixels as they are, from 0 to 255: large logits`;
}

/** The cells of one run's row; also for the page. */
export function runCells(run: TrainingRun, reference: TrainingRun): string[] {
  const differs = run === reference ? "-" : (firstDifference(run, reference) ?? "never");
  return [
    run.way,
    numberText(run.epochLosses[0], 4),
    numberText(run.epochLosses.at(-1) as number, 4),
    String(differs),
    run.breakdown === undefined ? "never" : String(run.breakdown.step),
    `${(100 * run.testAccuracy).toFixed(2)} %`,
  ];
}

/** The header of the rows that {@link runCells} gives. */
export function runHeader(run: TrainingRun): string[] {
  return [
    "",
    "loss, epoch 1",
    `loss, epoch ${run.epochLosses.length}`,
    "first step unlike logits",
    "first NaN or ∞",
    "test accuracy",
  ];
}

/** Where and why the runs of one net part, as sentences; also for the page. */
export function partings(runs: readonly TrainingRun[], reference: TrainingRun): string[] {
  return runs.flatMap((run) => {
    if (run === reference) return [];
    const reason = reasonOf(run);
    if (reason !== undefined) return [`${run.way}: ${reason}`];
    const step = firstDifference(run, reference);
    if (step === undefined) return [`${run.way}: equal to the logits' in every bit of every loss`];
    const [loss, expected] = [run.losses[step - 1], reference.losses[step - 1]];
    return [
      `${run.way}: parts by rounding, at step ${step} with ${loss} for ${expected}; no loss is NaN or ∞`,
    ];
  });
}

const chartWidth = 64;
const chartHeight = 8;

/** The curve of a run on the axes of all runs. */
function chart(
  run: TrainingRun,
  curve: readonly CurvePoint[],
  [low, high]: readonly [number, number],
): string {
  const length = (curve.at(-1) as CurvePoint)[0] / run.losses.length;
  const drawn = plot(
    curve.map(([step, loss]): [number, number] => [step, Math.log10(loss)]),
    {
      width: Math.max(8, Math.round(chartWidth * length)),
      height: chartHeight,
      yRange: [low, high],
      customYAxisTicks: [low, (low + high) / 2, high],
      hideXAxisTicks: true,
      formatter: (value, { axis }) => (axis === "y" ? numberText(10 ** value, 3) : value),
    },
  );
  return drawn.replace(/[ \t]+$/gm, "").replace(/^\n+|\n+$/g, "");
}

/** A chart for each run, all on the same axes, so that they can be compared line by line; what is the same is drawn once. */
function charts(runs: readonly TrainingRun[]): string {
  const curves = runs.map((run) => curveOf(run, chartWidth));
  const heights = curves.flat().map(([, loss]) => Math.log10(loss));
  const range = [Math.min(...heights), Math.max(...heights)] as const;
  const drawn = curves.map((curve, i) => (curve.length < 2 ? undefined : chart(runs[i], curve, range)));
  return runs
    .map(({ way }, i) => {
      const title = `loss of each step, ${way}`;
      if (drawn[i] === undefined) return `${title}: no number to draw a line to\n`;
      return drawn.indexOf(drawn[i]) === i ? `${title}\n${drawn[i]}\n` : `${title}: looks the same\n`;
    })
    .join("\n");
}

/** One net: the table, the reasons, the charts. */
export function netText(runs: readonly TrainingRun[]): string {
  const reference = runs.at(-1) as TrainingRun;
  const cells = runs.map((run) => runCells(run, reference));
  const rows = [runHeader(reference), ...cells].map(([way, ...rest]) => [way, "", ...rest]);
  return (
    `${colors.bold(netTitle(reference))}\n\n${table(rows)}\n\n` +
    `${partings(runs, reference).join("\n")}\n\n${charts(runs)}\n`
  );
}
