import type { TwoWays } from "./arithmetic.ts";
import type { LossRow, ShownLoss } from "./extremes.ts";
import { numberText } from "./number-text.ts";
import { type CurvePoint, curveOf } from "./series.ts";
import { netTitle, partings, runCells, runHeader, settingText, twoWaysCode } from "./text.ts";
import type { TrainingOptions, TrainingRun } from "./training.ts";

/** Everything that the page shows. */
export interface Results {
  readonly arithmetic: readonly TwoWays[];
  readonly extremes: readonly {
    readonly loss: ShownLoss;
    readonly rows: readonly LossRow[];
    readonly rewrites: string;
  }[];
  readonly options: TrainingOptions;
  readonly trainingRows: number;
  /** The runs of each net, the one from logits last. */
  readonly nets: readonly (readonly TrainingRun[])[];
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]);

/** A table whose first row is its head. */
function table([head, ...rows]: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row(head, "th")}</thead><tbody>${rows.map((cells) => row(cells, "td")).join("\n")}</tbody></table>`;
}

const width = 720;
const height = 300;
const margin = { left: 64, right: 12, top: 12, bottom: 36 };

// Told apart by dashes too, since two of the curves mostly lie on each other.
const strokes = [
  { color: "#c0392b", dash: "none" },
  { color: "#2471a3", dash: "7 5" },
  { color: "#1e8449", dash: "2 3" },
];

/** At most eight powers of ten within a range, evenly spread, or the range's ends if there is none. */
function decades(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  if (last < first) return [low, high];
  const stride = Math.ceil((last - first + 1) / 8);
  const count = Math.floor((last - first) / stride) + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (last - i * stride));
}

/** The losses of all runs over their steps, on a logarithmic axis; a cross stands where a loss became NaN or ∞. */
function plotOf(runs: readonly TrainingRun[]): string {
  const curves = runs.map((run) => curveOf(run, 240));
  const losses = curves.flat().map(([, loss]) => loss);
  const low = Math.min(...losses);
  const high = Math.max(...losses);
  const steps = Math.max(...runs.map((run) => run.losses.length));
  const x = (step: number): number =>
    margin.left + ((step - 1) / Math.max(1, steps - 1)) * (width - margin.left - margin.right);
  const span = Math.log(high / low) || 1;
  const y = (loss: number): number =>
    margin.top + (Math.log(high / loss) / span) * (height - margin.top - margin.bottom);
  const at = ([step, loss]: CurvePoint): string => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`;
  const bottom = height - margin.bottom;
  const grid = decades(low, high).map(
    (loss) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}"/>` +
      `<text x="${margin.left - 6}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${numberText(loss, 3)}</text>`,
  );
  const lines = curves.map((curve, i) => {
    const { color, dash } = strokes[i];
    const line = `<polyline points="${curve.map(at).join(" ")}" stroke="${color}" stroke-dasharray="${dash}"/>`;
    const { breakdown } = runs[i];
    if (breakdown === undefined) return line;
    const place = x(breakdown.step).toFixed(1);
    return `${line}<text class="end" x="${place}" y="${bottom - 6}" fill="${color}">✕ step ${breakdown.step}: ${numberText(breakdown.loss)}</text>`;
  });
  const legend = runs.map((run, i) => {
    const place = margin.left + i * 200;
    const { color, dash } = strokes[i];
    return (
      `<line x1="${place}" x2="${place + 28}" y1="${height - 8}" y2="${height - 8}" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      `<text x="${place + 34}" y="${height - 4}">${escaped(run.way)}</text>`
    );
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Loss of each step, on a logarithmic axis">` +
    `${grid.join("")}<line class="axis" x1="${margin.left}" x2="${width - margin.right}" y1="${bottom}" y2="${bottom}"/>` +
    `<text x="${width - margin.right}" y="${bottom + 16}" text-anchor="end">step ${steps}</text>` +
    `${lines.join("")}${legend.join("")}</svg>`
  );
}

function extremesOf({ loss, rows, rewrites }: Results["extremes"][number]): string {
  const cells = rows.map((row) => [
    String(row.logit),
    row.way,
    numberText(row.value),
    numberText(row.exactValue),
    numberText(row.valueError, 2),
    numberText(row.gradient),
    numberText(row.exactGradient),
    numberText(row.gradientError, 2),
  ]);
  const head = ["x", "", "loss", "exact", "relative error", "gradient", "exact", "relative error"];
  return (
    `<h3>${loss.activation}</h3><p>Naive is <code>${escaped(loss.formula)}</code>.</p>${table([head, ...cells])}` +
    `<p>The rewrites:</p><pre>${escaped(rewrites)}</pre>`
  );
}

function netOf(runs: readonly TrainingRun[]): string {
  const reference = runs.at(-1) as TrainingRun;
  const sentences = partings(runs, reference).map((sentence) => `<li>${escaped(sentence)}</li>`);
  return (
    `<h3>${netTitle(reference)}</h3>${table([runHeader(reference), ...runs.map((run) => runCells(run, reference))])}` +
    `<ul>${sentences.join("")}</ul>${plotOf(runs)}`
  );
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; }
th:nth-child(-n + 2), td:nth-child(-n + 2) { text-align: left; }
pre { background: #f4f4f4; padding: 0.6rem; overflow-x: auto; }
svg { width: 100%; height: auto; font-size: 11px; }
svg polyline { fill: none; stroke-width: 1.6; }
svg .grid { stroke: #ddd; }
svg .axis { stroke: #222; }
`;

/** The whole comparison as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function pageOf(results: Results): string {
  const { arithmetic, extremes, nets, options, trainingRows } = results;
  const numbers = arithmetic.map(({ dtype, x1, x2, relativeError }) => [
    dtype,
    x1.toFixed(18),
    x2.toFixed(18),
    numberText(relativeError, 2),
  ]);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Losses from probabilities and from logits</title><style>${style}</style></head>
<body>
<h1>Losses from probabilities and from logits</h1>
<h2>One number, two ways</h2>
<pre>${twoWaysCode.map(escaped).join("\n")}</pre>
${table([["", "x1", "x2", "relative error"], ...numbers])}
<h2>The loss at the extremes, in float32</h2>
${extremes.map(extremesOf).join("\n")}
<h2>The same nets trained each way, in float32</h2>
<p>${escaped(settingText(options, trainingRows))}</p>
${nets.map(netOf).join("\n")}
</body>
</html>
`;
}
