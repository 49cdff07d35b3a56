import { precision as metric } from "@adjoint/nn";
import { precision as report } from "@adjoint/tensor";

/**
 * Two things of one name: of a function, how exact its ops are (`precision(fn)(...args)`, of `@adjoint/tensor`); of options or nothing,
 * the metric (`precision({ threshold: 0.9 })`, of `@adjoint/nn`).
 */
export const precision: typeof report & typeof metric = ((
  first: (() => unknown) | Parameters<typeof metric>[0],
  options: Parameters<typeof report>[1],
) => (typeof first === "function" ? report(first, options) : metric(first))) as never;
