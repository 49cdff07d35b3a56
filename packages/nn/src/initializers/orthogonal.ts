import { type AnyTensor, cast, random, type Shape, ShapeError, shapeText, tensor } from "@adjoint/tensor";
import { checkNumber, checkOptions } from "../options.ts";
import type { Initializer } from "./initializer.ts";

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** Factor of the whole matrix; √2 suits `relu`. Default 1. */
  readonly gain?: number;
}

/**
 * A random matrix with orthonormal columns, or rows when it is wider than tall: `WᵀW = gain² I` (Saxe et al. 2014).
 * Axes before the last are one. The Q of a normal matrix's QR, columns signed so that R's diagonal is positive, which
 * makes it uniform over the orthogonal group (Mezzadri 2007). Throws `ShapeError` for fewer than two axes.
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  checkOptions("orthogonal", options, { gain: true } satisfies Record<keyof OrthogonalOptions, true>);
  const { gain = 1 } = options;
  checkNumber("orthogonal", "gain", gain);
  return (key, shape, dtype) => {
    const [rows, columns] = matrixOf(shape);
    const [m, n] = rows >= columns ? [rows, columns] : [columns, rows];
    const normal: AnyTensor = random.normal(key, [m, n], { dtype: "float64" });
    const q = orthonormalColumns(normal.toTypedArray() as Float64Array, m, n);
    const values = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        values[i * columns + j] = gain * (rows >= columns ? q[i * n + j] : q[j * n + i]);
    return cast(tensor(values, [...shape]), dtype);
  };
}

function matrixOf(shape: Shape): [rows: number, columns: number] {
  if (shape.length < 2)
    throw new ShapeError("orthogonal", `${shapeText(shape)} is no matrix; expected at least two axes`);
  const columns = shape[shape.length - 1];
  return [shape.slice(0, -1).reduce((size, dimension) => size * dimension, 1), columns];
}

/**
 * Orthonormal columns that span those of `a` (`m × n`, m ≥ n), each with a positive product with its own column, by
 * Gram and Schmidt's method with every projection taken twice, which is orthogonal to rounding (Giraud et al. 2005).
 */
function orthonormalColumns(a: Float64Array, m: number, n: number): Float64Array {
  const q = a.slice();
  for (let j = 0; j < n; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let product = 0;
        for (let i = 0; i < m; i++) product += q[i * n + k] * q[i * n + j];
        for (let i = 0; i < m; i++) q[i * n + j] -= product * q[i * n + k];
      }
    }
    let square = 0;
    for (let i = 0; i < m; i++) square += q[i * n + j] ** 2;
    const length = Math.sqrt(square);
    for (let i = 0; i < m; i++) q[i * n + j] /= length;
  }
  return q;
}
