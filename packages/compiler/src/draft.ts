import type { Attributes, DType, Op } from "@adjoint/tensor";

/** A walk along the dimensions of a loop, before they are divided and joined. */
export interface Walk {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A loop's values and stores with walks in place of accesses. */
export interface Draft {
  readonly dimensions: readonly number[];
  readonly reduced: readonly boolean[] | undefined;
  readonly nodes: DraftNode[];
  readonly stores: { readonly node: number; readonly buffer: number; readonly walk: Walk }[];
}

export type DraftNode = { readonly dtype: DType } & (
  | { readonly kind: "load"; readonly buffer: number; readonly walk: Walk; readonly at?: number }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "index"; readonly walk: Walk }
  | {
      readonly kind: "apply";
      readonly op: Op;
      readonly attributes: Attributes;
      readonly args: readonly number[];
    }
  | { readonly kind: "reduce"; readonly op: Op; readonly arg: number }
);
