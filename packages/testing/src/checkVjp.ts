import type { AnyTensor } from "@adjoint/tensor";
import fc from "fast-check";
import { broadcastableShapes, type ShapeConstraints, shapes } from "./arbitraries/shapes.ts";
import type { Domain } from "./arbitraries/tensors.ts";
import { opCase } from "./cases/families.ts";
import { type OpForm, smoothSamples } from "./cases/op-case.ts";
import { type GradcheckOptions, strict } from "./comparison.ts";
import { gradcheck, gradgradcheck } from "./gradcheck.ts";
import { jvpcheck } from "./jvpcheck.ts";

/** Options of {@link checkVjp}. The tolerances are those of {@link strict} by default. */
export interface CheckVjpOptions extends GradcheckOptions {
  /** Where the function is tested: one domain for each argument, or one for all. Default ±3. */
  readonly domain?: Domain | readonly Domain[];
  /** How many tensors the function takes (default 1, or as many as there are domains); their shapes broadcast. */
  readonly arguments?: number;
  /** Bounds of the shapes. */
  readonly shapes?: ShapeConstraints;
  /** 1 checks the gradient alone, 2 (default) the gradient of the gradient too. */
  readonly order?: 1 | 2;
  /** How many calls are tried (default 100). */
  readonly runs?: number;
}

/**
 * Checks the derivatives of a function of tensors at random shapes and values: its gradient and its forward mode against
 * central differences and each other, and the gradient of the gradient.
 *
 * ```ts
 * checkVjp(softplus);
 * checkVjp(div, { domain: [{}, { away: [0] }] });
 * ```
 *
 * Throws with the smallest call that fails, the seed that repeats it, and the {@link GradcheckError} as its cause.
 */
export function checkVjp(fn: (...inputs: never[]) => unknown, options: CheckVjpOptions = {}): void {
  const { domain = {}, order = 2, runs = 100, seed } = options;
  const domains: readonly Domain[] = isList(domain)
    ? domain
    : new Array<Domain>(options.arguments ?? 1).fill(domain);
  const call = fn as OpForm["call"];
  const one = opCase({ name: fn.name || "function", isSmooth: true }, (given) => {
    const constraints = { ...given, ...options.shapes };
    const all =
      domains.length === 1
        ? shapes(constraints).map((shape) => [shape])
        : broadcastableShapes(domains.length, constraints);
    return all.map((each) => ({ slots: domains.map((values, i) => ({ shape: each[i], values })), call }));
  });
  const checks = order === 2 ? [gradcheck, jvpcheck, gradgradcheck] : [gradcheck, jvpcheck];
  const tolerances = { ...strict, ...options };
  fc.assert(
    fc.property(smoothSamples(one), ({ inputs }) => {
      for (const check of checks) check(call, [...inputs] as AnyTensor[], tolerances);
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
}

function isList(domain: Domain | readonly Domain[]): domain is readonly Domain[] {
  return Array.isArray(domain);
}
