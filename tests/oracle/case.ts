import type { Backend } from "@adjoint/tensor";

/** The dtypes in which cases are run. */
export type OracleDType = "float32" | "float64";

/** One judgement: what it is called, and the check, which gives sentences about what is wrong. */
export interface OracleCase {
  readonly name: string;
  /** Undefined for a case that does not depend on it. */
  readonly dtype: OracleDType | undefined;
  readonly check: (options?: CheckOptions) => readonly string[];
}

/** How a case is judged. */
export interface CheckOptions {
  /** Functions are compiled, derivatives and all, instead of evaluated. Default false. */
  readonly compiled?: boolean;
}

/** A file of one of the known forms. */
export interface OracleFile {
  /** The form: `"ops"`. */
  readonly form: string;
  readonly cases: (dtypes: readonly OracleDType[]) => readonly OracleCase[];
}

/** A file that cannot be read or is of no known form. The message is the one sentence to print. */
export class OracleFileError extends Error {
  override readonly name = "OracleFileError";
}

/** A case whose op has no function here: counted as failed. */
export class UnknownOpError extends Error {
  override readonly name = "UnknownOpError";

  constructor(op: string) {
    super(`no function for the op "${op}"`);
  }
}

/** What the runner counts. */
export interface OracleResult {
  readonly file: string;
  readonly form: string;
  readonly case: OracleCase;
  /** What is wrong; empty when the case passed. */
  readonly problems: readonly string[];
}

/** How files are run. */
export interface OracleOptions {
  readonly dtypes: readonly OracleDType[];
  readonly backend: Backend;
  /** See {@link CheckOptions}. */
  readonly compiled?: boolean;
}
