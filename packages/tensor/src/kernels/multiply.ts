import type { TypedArray } from "../graph/dtype.ts";
import type { DType } from "../graph/shape-types.ts";

/** A row-major matrix, or the transpose of one. */
interface Matrix {
  readonly values: TypedArray;
  readonly transposed: boolean;
}

/**
 * Sums over p are made of parts of so many addends: a running sum of a million equal products is off by 10⁵ ulps in float64, one
 * in parts by at most `(256 + k/256) 2⁻⁵³ Σ|ab|` (Higham 2002, 4.2).
 */
const PART = 256;

/**
 * `C = A B` for `[m, k] × [k, n]`, each sum in order of p, in parts of {@link PART}, in float64, and rounded once to C's dtype;
 * integers wrap.
 */
export function multiply(
  a: Matrix,
  b: Matrix,
  c: TypedArray,
  [m, k, n]: readonly [number, number, number],
  dtype: DType,
): void {
  if (dtype === "int32" || dtype === "uint8") multiplyIntegers(a, b, c, [m, k, n]);
  else multiplyFloats(a, b.transposed ? transposed(b.values, [n, k]) : b.values, c, [m, k, n]);
}

function transposed(values: TypedArray, [rows, columns]: readonly [number, number]): TypedArray {
  const result = values.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  return result;
}

/**
 * A row of C at a time: the rows of B, each times its entry in A's row. Entries that are 0 are passed over when B is
 * finite, which changes no bit: `0 · b` is ±0 then, and a sum that starts at +0 stays as it is. Four fifths of MNIST's
 * pixels are 0.
 */
function multiplyFloats(
  a: Matrix,
  b: TypedArray,
  c: TypedArray,
  [m, k, n]: readonly [number, number, number],
): void {
  const [rowStep, step] = a.transposed ? [1, m] : [k, 1];
  const passOver = allFinite(b);
  const row = new Float64Array(n);
  const part = new Float64Array(n);
  const scales = new Float64Array(Math.min(k, PART));
  const starts = new Int32Array(Math.min(k, PART));
  for (let i = 0; i < m; i++) {
    row.fill(0);
    for (let first = 0; first < k; first += PART) {
      const end = Math.min(k, first + PART);
      let terms = 0;
      for (let p = first, at = i * rowStep + first * step; p < end; p++, at += step) {
        const scale = a.values[at];
        if (scale === 0 && passOver) continue;
        scales[terms] = scale;
        starts[terms++] = p * n;
      }
      if (first === 0) {
        addRows(row, b, scales, starts, terms);
        continue;
      }
      part.fill(0);
      addRows(part, b, scales, starts, terms);
      for (let j = 0; j < n; j++) row[j] += part[j];
    }
    c.set(row, i * n);
  }
}

function allFinite(values: TypedArray): boolean {
  let probe = 0;
  for (let i = 0; i < values.length; i++) probe += values[i] * 0;
  return probe === 0;
}

/** Adds to `row` the rows of B that begin at `starts`, each times its scale. Four in a pass: one at a time takes twice as long. */
function addRows(
  row: Float64Array,
  b: TypedArray,
  scales: Float64Array,
  starts: Int32Array,
  terms: number,
): void {
  let t = 0;
  for (; t + 3 < terms; t += 4) {
    const [u, v, w, x] = [scales[t], scales[t + 1], scales[t + 2], scales[t + 3]];
    const [p, q, r, s] = [starts[t], starts[t + 1], starts[t + 2], starts[t + 3]];
    for (let j = 0; j < row.length; j++)
      row[j] = row[j] + u * b[p + j] + v * b[q + j] + w * b[r + j] + x * b[s + j];
  }
  for (; t < terms; t++) {
    const scale = scales[t];
    const start = starts[t];
    for (let j = 0; j < row.length; j++) row[j] += scale * b[start + j];
  }
}

function multiplyIntegers(
  a: Matrix,
  b: Matrix,
  c: TypedArray,
  [m, k, n]: readonly [number, number, number],
): void {
  const [aRow, aStep] = a.transposed ? [1, m] : [k, 1];
  const [bStep, bColumn] = b.transposed ? [1, k] : [n, 1];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum = (sum + Math.imul(a.values[i * aRow + p * aStep], b.values[p * bStep + j * bColumn])) | 0;
      }
      c[i * n + j] = sum;
    }
  }
}
