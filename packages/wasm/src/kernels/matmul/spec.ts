import type { IndexBytes } from "../indices.ts";

/** The product `C [m, n] = op(A) [m, k] × op(B) [k, n]`, or a batch of them. All arrays are in row-major order. */
export interface MatmulSpec {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** A is stored as `[k, m]`. */
  readonly transposeA: boolean;
  /** B is stored as `[n, k]`. */
  readonly transposeB: boolean;
  /** int32 wraps. */
  readonly dtype: "float32" | "float64" | "int32";
  /** Products of this shape; their results stand in a row in C. */
  readonly batch: number;
  /** Elements from one product's A to the next one's; 0: the same for all. */
  readonly strideA: number;
  readonly strideB: number;
  /** Elements from one row of A to the next, if they do not follow one another: then A is not transposed, nor is B. */
  readonly rowA?: number | undefined;
  /**
   * The rows of A as it is stored are chosen among those of a larger array, by indices of so many bytes, the same for a whole batch. For
   * products of more than one row, column and step.
   */
  readonly indexBytes?: IndexBytes | undefined;
}

/** A as it is stored: its rows and columns, and the elements from one row to the next. */
export function storedA({ m, k, transposeA, rowA }: MatmulSpec): {
  readonly rows: number;
  readonly columns: number;
  readonly between: number;
} {
  const [rows, columns] = transposeA ? [k, m] : [m, k];
  return { rows, columns, between: rowA ?? columns };
}

const mostColumns = 64;
const mostRows = 128;

/**
 * Is it worth while to read chosen rows of A where they are, instead of a copy? Not for wide products, which read them many times, nor for
 * many rows: each step to the next row costs a little more, and processors do better with rows at equal distances.
 */
export function readsChosenRows(spec: MatmulSpec): boolean {
  const { m, k, n, batch } = spec;
  const isSingle = batch === 1 && m > 1 && k > 1 && n > 1;
  return isSingle && n <= mostColumns && storedA(spec).rows <= mostRows;
}

/** Multiplications and additions. */
export function matmulFlops({ m, k, n, batch }: MatmulSpec): number {
  return 2 * m * k * n * batch;
}

/** A spec in the form that kernels are written for. */
export interface NormalSpec extends MatmulSpec {
  /** A and B have changed places. */
  readonly isSwapped: boolean;
}

/** A batch that shares B and has its A in a row is one product with more rows. */
function fold(spec: NormalSpec): NormalSpec {
  const { m, k, batch, transposeA, strideA, strideB } = spec;
  if (batch <= 1 || strideB !== 0 || strideA !== m * k || (transposeA && m !== 1)) return spec;
  return { ...spec, m: m * batch, batch: 1, transposeA: false, strideA: 0 };
}

/** A column `A x` is the row `xᵀ Aᵀ`: the same elements in the same places. */
function swap(spec: NormalSpec): NormalSpec {
  if (spec.n !== 1 || spec.m === 1) return spec;
  return {
    ...spec,
    m: 1,
    n: spec.m,
    transposeA: false,
    transposeB: !spec.transposeA,
    strideA: spec.strideB,
    strideB: spec.strideA,
    isSwapped: !spec.isSwapped,
  };
}

/** The same product with as few cases as possible: one column only where there is one row, transposed only where it makes a difference. */
export function normalise(spec: MatmulSpec): NormalSpec {
  const normal = fold(swap(fold({ ...spec, isSwapped: false })));
  const { m, k, n } = normal;
  return {
    ...normal,
    transposeA: normal.transposeA && m > 1 && k > 1,
    transposeB: (normal.transposeB || n === 1) && k > 1,
  };
}
