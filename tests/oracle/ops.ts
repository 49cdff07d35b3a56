import { type AnyTensor, type DType, tensor } from "@adjoint/tensor";
import type { CheckOptions, OracleCase, OracleDType } from "./case.ts";
import { asAsked, valueAndCotangents } from "./derivatives.ts";
import { difference, flatNumbers, type Nested, relativeToMeanSquare, shapeOfNested } from "./numbers.ts";
import { type OracleAttributes, operationOf, optionsOf } from "./operations.ts";

interface Values {
  readonly shape: readonly number[];
  readonly data: Nested;
  readonly dtype?: string;
}

/** A case of `ops.json`. */
export interface OpsCase {
  readonly op: string;
  readonly attrs?: OracleAttributes;
  readonly inputs: readonly (Values | Nested)[];
  readonly output: Values;
  readonly cotangent?: Nested | null;
  readonly gradients?: readonly (Nested | null)[] | null;
}

const tolerances = { float64: 1e-12, float32: 1e-5 } as const;

const integers: readonly string[] = ["int32", "uint8", "bool"] satisfies readonly DType[];

function inputTensor(input: Values | Nested, float: OracleDType): AnyTensor {
  if (typeof input !== "object" || !("shape" in input))
    return tensor(flatNumbers(input), shapeOfNested(input), { dtype: float }) as AnyTensor;
  const { shape, data, dtype } = input;
  const own = dtype !== undefined && integers.includes(dtype) ? (dtype as DType) : float;
  return tensor(flatNumbers(data), shape, { dtype: own }) as AnyTensor;
}

function check(
  { op, attrs = {}, inputs, output, cotangent, gradients }: OpsCase,
  dtype: OracleDType,
  checkOptions: CheckOptions,
): string[] {
  const { call } = operationOf(op);
  const options = optionsOf(attrs);
  const tolerance = tolerances[dtype];
  const given = inputs.map((input) => inputTensor(input, dtype));
  const seed = cotangent === undefined || cotangent === null ? undefined : flatNumbers(cotangent);
  const { value, cotangents } = asAsked(
    (...operands: AnyTensor[]) => valueAndCotangents((...x) => call(x, options), operands, seed),
    checkOptions,
  )(...given);
  const expected = flatNumbers(output.data);
  const problems: (string | undefined)[] = [];
  if (String(value.shape) !== String(output.shape))
    problems.push(`shape: expected [${output.shape.join(", ")}], actual [${value.shape.join(", ")}]`);
  problems.push(
    difference("value", value.toTypedArray(), expected, relativeToMeanSquare(tolerance, expected)),
  );
  (gradients ?? []).forEach((gradient, i) => {
    if (gradient === null) return;
    const numbers = flatNumbers(gradient);
    const actual = cotangents[i]?.toTypedArray() ?? [];
    problems.push(difference(`gradient ${i}`, actual, numbers, relativeToMeanSquare(tolerance, numbers)));
  });
  return problems.filter((problem) => problem !== undefined);
}

/** The cases to run, each in each dtype. */
export function opsCases(cases: readonly OpsCase[], dtypes: readonly OracleDType[]): readonly OracleCase[] {
  return dtypes.flatMap((dtype) =>
    cases.map((one, place) => ({
      name: `ops #${place + 1} ${one.op}`,
      dtype,
      check: (options = {}) => check(one, dtype, options),
    })),
  );
}
