import { type AnyTensor, reshape, tensor } from "@adjoint/tensor";
import type { CheckOptions, OracleCase, OracleDType } from "./case.ts";
import { asAsked, type CaseFunction, secondDerivatives, valueAndCotangents } from "./derivatives.ts";
import { evaluateExpression, parseExpression } from "./expression.ts";
import {
  type Agrees,
  difference,
  flatNumbers,
  type Nested,
  relative,
  shapeOfNested,
  within,
} from "./numbers.ts";
import { type OracleAttributes, operationOf, optionsOf } from "./operations.ts";

type NumericInput = Nested | { readonly fill: number; readonly count: number; readonly dtype?: OracleDType };

/** A case of `numerics.json`. */
export interface NumericCase {
  readonly id?: number;
  readonly op: string;
  readonly attrs?: OracleAttributes;
  readonly inputs: readonly NumericInput[];
  readonly value: Nested | "throws";
  readonly gradients?: readonly (Nested | null)[] | null;
  readonly secondDerivatives?: readonly (Nested | null)[] | null;
  readonly cotangent?: Nested | null;
  readonly float32Tolerance?: { readonly relative?: number; readonly absolute?: number };
}

const tolerances = { float64: 1e-13, float32: 1e-6 } as const;

function inputTensor(input: NumericInput, dtype: OracleDType | "int32"): AnyTensor {
  if (typeof input === "object" && !Array.isArray(input) && "fill" in input) {
    const array = dtype === "float64" ? new Float64Array(input.count) : new Float32Array(input.count);
    return tensor(array.fill(input.fill), [input.count]) as AnyTensor;
  }
  const numbers = flatNumbers(input);
  // An integer that is no number here, such as a label NaN, is not cut short: tensor() says what is wrong.
  return tensor(numbers, shapeOfNested(input), { dtype }) as AnyTensor;
}

/** A row as a batch of one; what belongs to the row likewise. */
function asBatch(inputs: readonly AnyTensor[]): AnyTensor[] {
  return inputs[0].rank === 1
    ? inputs.map((input) => reshape(input, [1, ...input.shape]) as AnyTensor)
    : [...inputs];
}

/** What a case asks to be computed. */
function functionOf(
  { op, attrs = {}, inputs }: NumericCase,
  dtype: OracleDType,
): { fn: CaseFunction; inputs: AnyTensor[] } {
  if (op === "rewrite") {
    const expression = parseExpression(String(attrs.expression));
    return { fn: (x) => evaluateExpression(expression, x), inputs: [inputTensor(inputs[0], dtype)] };
  }
  const { call, integers = [], ofRows = false } = operationOf(op);
  const options = optionsOf(attrs);
  const given = inputs.map((input, i) => inputTensor(input, integers.includes(i) ? "int32" : dtype));
  return { fn: (...operands) => call(operands, options), inputs: ofRows ? asBatch(given) : given };
}

function agreement({ float32Tolerance }: NumericCase, dtype: OracleDType): Agrees {
  if (float32Tolerance?.absolute !== undefined) {
    const { absolute, relative: share = 0 } = float32Tolerance;
    return within((expected) => absolute + share * Math.abs(expected));
  }
  return relative(float32Tolerance?.relative ?? tolerances[dtype], dtype);
}

/** The errors that a user is meant to see: those of this project. */
const ownErrors: readonly string[] = ["ShapeError", "DTypeError", "IndexError", "OptionError"];

function checkThrows(one: NumericCase, dtype: OracleDType, options: CheckOptions): string[] {
  try {
    const { fn, inputs } = functionOf(one, dtype);
    const values = asAsked(fn, options)(...inputs).toTypedArray();
    return [`expected an error, actual ${[...values]}`];
  } catch (error) {
    if (error instanceof Error && ownErrors.includes(error.name)) return [];
    throw error;
  }
}

function check(one: NumericCase, dtype: OracleDType, options: CheckOptions): string[] {
  if (one.value === "throws") return checkThrows(one, dtype, options);
  const { fn, inputs } = functionOf(one, dtype);
  const agrees = agreement(one, dtype);
  const problems: (string | undefined)[] = [];
  const value = asAsked(fn, options)(...inputs).toTypedArray();
  problems.push(difference("value", value, flatNumbers(one.value), agrees));
  const wanted = one.gradients ?? [];
  if (wanted.some((gradient) => gradient !== null)) {
    const cotangent =
      one.cotangent === undefined || one.cotangent === null ? undefined : flatNumbers(one.cotangent);
    const { cotangents } = asAsked(
      (...given: AnyTensor[]) => valueAndCotangents(fn, given, cotangent),
      options,
    )(...inputs);
    wanted.forEach((expected, i) => {
      if (expected === null || expected === undefined) return;
      const actual = cotangents[i]?.toTypedArray() ?? [];
      problems.push(difference(`gradient ${i}`, actual, flatNumbers(expected), agrees));
    });
  }
  (one.secondDerivatives ?? []).forEach((expected, i) => {
    if (expected === null) return;
    const second = (x: AnyTensor): AnyTensor => secondDerivatives((given) => fn(...inputs.with(i, given)), x);
    const actual = asAsked(second, options)(inputs[i]).toTypedArray();
    problems.push(difference(`second derivative ${i}`, actual, flatNumbers(expected), agrees));
  });
  return problems.filter((problem) => problem !== undefined);
}

function titleOf({ id, op, attrs = {} }: NumericCase, place: number): string {
  const what = op === "rewrite" ? `rewrite ${String(attrs.expression)}` : op;
  return `numerics #${id ?? place + 1} ${what}`;
}

/** The cases to run: those with a tolerance of their own in float32 alone. */
export function numericCases(
  cases: readonly NumericCase[],
  dtypes: readonly OracleDType[],
): readonly OracleCase[] {
  return dtypes.flatMap((dtype) =>
    cases.flatMap((one, place) => {
      if (one.float32Tolerance !== undefined && dtype !== "float32") return [];
      return [{ name: titleOf(one, place), dtype, check: (options = {}) => check(one, dtype, options) }];
    }),
  );
}
