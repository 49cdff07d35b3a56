import { type AnyTensor, mul, type Op, sin, tensor, type VjpRule, vjp } from "@adjoint/tensor";
import {
  type GradcheckOptions,
  gradcheck,
  gradgradcheck,
  jvpcheck,
  type OpCase,
  opCase,
  smoothSamples,
  strict,
} from "@adjoint/testing";
import fc from "fast-check";

/** What every gradient rule is scaled by. */
const mutationFactor = 1.001;

/** What became of a rule that was scaled by 1.001, for one input of its op. */
export interface Mutant {
  readonly name: string;
  /** Which of the cotangents that the rule gives was scaled. */
  readonly input: number;
  /** The property that failed; undefined when none did. */
  readonly caughtBy: string | undefined;
  /** How the failure was told. */
  readonly message: string | undefined;
}

type Check = (
  fn: (...inputs: AnyTensor[]) => AnyTensor,
  inputs: AnyTensor[],
  options: GradcheckOptions,
) => true;

const properties: readonly (readonly [name: string, check: Check])[] = [
  ["gradient", gradcheck],
  ["second gradient", gradgradcheck],
  ["forward mode", jvpcheck],
];

/** The rule of an op, which a definition never changes but a mutation does. */
type Mutable = { -readonly [K in keyof Op]: Op[K] };

/** Runs `fn` with another rule in the op's place. */
function withRule<R>(op: Op, rule: VjpRule, fn: () => R): R {
  const { vjp: original } = op;
  (op as Mutable).vjp = rule;
  try {
    return fn();
  } finally {
    (op as Mutable).vjp = original;
  }
}

/** The first property of the cases that fails, within `runs` calls of each. */
function firstFailure(cases: readonly OpCase[], runs: number): Pick<Mutant, "caughtBy" | "message"> {
  for (const [caughtBy, check] of properties) {
    for (const one of cases) {
      const property = fc.property(smoothSamples(one), ({ form, inputs }) => {
        check(form.call, [...inputs], strict);
      });
      const { failed, errorInstance } = fc.check(property, { numRuns: runs, endOnFailure: true });
      if (failed) return { caughtBy, message: (errorInstance as Error).message };
    }
  }
  return { caughtBy: undefined, message: undefined };
}

/** The inputs that the op's rule passes a cotangent to, in its cases. */
function inputsWithCotangent(op: Op, cases: readonly OpCase[], runs: number): number[] {
  const found = new Set<number>();
  const original = op.vjp as VjpRule;
  const recording: VjpRule = (context) => {
    const cotangents = original(context);
    cotangents.forEach((cotangent, i) => {
      if (cotangent !== undefined) found.add(i);
    });
    return cotangents;
  };
  withRule(op, recording, () => {
    for (const one of cases) {
      for (const sample of fc.sample(smoothSamples(one), runs))
        gradgradcheck(sample.form.call, [...sample.inputs]);
    }
  });
  return [...found].sort((a, b) => a - b);
}

/** The rule with one of its cotangents scaled. */
function scaled(rule: VjpRule, input: number): VjpRule {
  return (context) =>
    rule(context).map((cotangent, i) =>
      i === input && cotangent !== undefined ? (mul(cotangent, mutationFactor) as AnyTensor) : cotangent,
    );
}

/** The op behind the arguments of a differentiated function, which only the engine uses. */
function aliasCase(): OpCase {
  let alias: Op | undefined;
  vjp((x: AnyTensor) => {
    alias = x.op;
    return x;
  }, tensor(1) as AnyTensor);
  return opCase(alias as Op, () =>
    fc.constant({ slots: [{ shape: [2], values: {} }], call: (x: AnyTensor) => sin(x) }),
  );
}

/**
 * Scales each cotangent of each gradient rule in turn and runs the properties of its op: what the suites are worth.
 * Ops without a rule of their own, whose gradient is that of their lowering, and those whose derivative is zero are left
 * out. Every rule is as it was afterwards.
 */
export function* mutateGradients(cases: readonly OpCase[], runs = 20): Generator<Mutant> {
  const all = [...cases.filter(({ isSmooth }) => isSmooth), aliasCase()];
  for (const op of new Set(all.map((one) => one.op))) {
    if (op?.vjp === undefined || !op.differentiable) continue;
    const own = all.filter((one) => one.op === op);
    for (const input of inputsWithCotangent(op, own, runs)) {
      const rule = scaled(op.vjp, input);
      yield { name: op.name, input, ...withRule(op, rule, () => firstFailure(own, runs)) };
    }
  }
}

/** A table of what caught which mutation, and a last line that counts. */
export function mutationTable(mutants: readonly Mutant[]): string[] {
  const rows = [
    ["op", "input", "caught by", "as"],
    ...mutants.map(({ name, input, caughtBy, message }) => [
      name,
      String(input),
      caughtBy ?? "NOTHING",
      (message ?? "").replace(/^[a-z]+: /, ""),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < widths.length ? cell.padEnd(widths[column]) : cell))
      .join("  ")
      .trimEnd(),
  );
  const survivors = mutants.filter(({ caughtBy }) => caughtBy === undefined).length;
  return [...lines, "", `${mutants.length - survivors} mutations caught, ${survivors} survived`];
}
