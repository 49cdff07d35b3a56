import type { TrainingRun } from "./training.ts";

/** A point of a curve of losses. */
export type CurvePoint = readonly [step: number, loss: number];

/**
 * The losses of a run as at most `most` points: means over groups of neighbouring steps, up to the first loss that is NaN, ∞, or
 * not above 0, which a logarithmic axis cannot show.
 */
export function curveOf({ losses }: TrainingRun, most: number): CurvePoint[] {
  const size = Math.max(1, Math.ceil(losses.length / most));
  const points: CurvePoint[] = [];
  for (let first = 0; first < losses.length; first += size) {
    const group = losses.slice(first, first + size);
    const mean = group.reduce((total, loss) => total + loss, 0) / group.length;
    if (!Number.isFinite(mean) || mean <= 0) break;
    points.push([first + (group.length + 1) / 2, mean]);
  }
  return points;
}
