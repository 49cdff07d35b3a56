import { type AnyTensor, cast, type Shape, type Tensor, tensor } from "@adjoint/tensor";

/**
 * A number that says how good a model is, of its outputs and the labels. It is made of totals that add up over batches, so
 * that its value over many batches is that of all rows at once.
 */
export interface Metric<S extends Shape = []> {
  /** The value for these outputs and labels, in float64. */
  (outputs: AnyTensor, labels: AnyTensor): Tensor<S, "float64">;
  /** What it is called in a history: `"accuracy"`. */
  readonly name: string;
  /** Sums over the rows, each of a fixed shape. */
  totals(outputs: AnyTensor, labels: AnyTensor): readonly AnyTensor[];
  /** The value that belongs to totals. */
  result(totals: readonly AnyTensor[]): AnyTensor;
}

/** A metric of any value, where it is only passed on. */
export type AnyMetric = Metric<Shape>;

/** What {@link metric} makes a metric of. */
export type MetricDefinition = Pick<Metric, "name" | "totals" | "result">;

/**
 * Makes a metric: `totals` gives sums over the rows of a batch, `result` the value of the sums over all batches. Totals are
 * kept in float64. A mean over rows, for example, has the totals `[sum, count]`.
 */
export function metric<S extends Shape = []>({ name, totals, result }: MetricDefinition): Metric<S> {
  const wide = (outputs: AnyTensor, labels: AnyTensor): AnyTensor[] =>
    totals(outputs, labels).map((total) => cast(total, "float64"));
  const finish = (sums: readonly AnyTensor[]): AnyTensor => cast(result(sums), "float64");
  const call = (outputs: AnyTensor, labels: AnyTensor): AnyTensor => finish(wide(outputs, labels));
  const descriptors = Object.entries({ name, totals: wide, result: finish }).map(([key, value]) => [
    key,
    { value, enumerable: true },
  ]);
  return Object.defineProperties(call, Object.fromEntries(descriptors)) as Metric<S>;
}

/** A count as a total. */
export function countTotal(count: number): AnyTensor {
  return tensor(count, { dtype: "float64" });
}
