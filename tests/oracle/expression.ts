import { greater, greaterEqual, lessEqual, notEqual } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  div,
  equal,
  less,
  mul,
  neg,
  type Operand,
  reshape,
  slice,
  sub,
  tensor,
} from "@adjoint/tensor";
import { OracleFileError } from "./case.ts";
import { operationOf } from "./operations.ts";

/** A parsed expression of one variable. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable" }
  | { readonly kind: "negative"; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "call"; readonly op: string; readonly operands: readonly Expression[] }
  | { readonly kind: "element"; readonly of: Expression; readonly index: number };

const operators = {
  "+": { level: 2, onNumbers: (a, b) => a + b, onTensors: add },
  "-": { level: 2, onNumbers: (a, b) => a - b, onTensors: sub },
  "*": { level: 3, onNumbers: (a, b) => a * b, onTensors: mul },
  "/": { level: 3, onNumbers: (a, b) => a / b, onTensors: div },
  "<": { level: 1, onNumbers: (a, b) => Number(a < b), onTensors: less },
  ">": { level: 1, onNumbers: (a, b) => Number(a > b), onTensors: greater },
  "<=": { level: 1, onNumbers: (a, b) => Number(a <= b), onTensors: lessEqual },
  ">=": { level: 1, onNumbers: (a, b) => Number(a >= b), onTensors: greaterEqual },
  "==": { level: 1, onNumbers: (a, b) => Number(a === b), onTensors: equal },
  "!=": { level: 1, onNumbers: (a, b) => Number(a !== b), onTensors: notEqual },
} as const satisfies Record<
  string,
  { level: number; onNumbers: (a: number, b: number) => number; onTensors: (...operands: never[]) => unknown }
>;

type Operator = keyof typeof operators;

const tokenPattern =
  /\s*([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+|[A-Za-z_][A-Za-z0-9_]*|[<>=!]=|[-+*/<>()[\],])\s*/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = tokenPattern.lastIndex) {
    const match = tokenPattern.exec(text);
    if (match === null)
      throw new OracleFileError(`cannot read the expression ${text} at "${text.slice(at)}"`);
    tokens.push(match[1]);
  }
  return tokens;
}

/**
 * Parses `+ - * /`, comparisons, a sign, calls of ops by name, `[i]`, numbers and one variable, with the usual precedence.
 * Throws {@link OracleFileError} with the place.
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let at = 0;
  let variable: string | undefined;

  function fail(): never {
    const where = at < tokens.length ? `"${tokens[at]}"` : "its end";
    throw new OracleFileError(`cannot read the expression ${text} at ${where}`);
  }
  const isNext = (token: string): boolean => tokens[at] === token;
  function take(token: string): void {
    if (!isNext(token)) fail();
    at++;
  }

  function ofLevel(level: number): Expression {
    if (level > 3) return signed();
    let left = ofLevel(level + 1);
    while (at < tokens.length && Object.hasOwn(operators, tokens[at])) {
      const operator = tokens[at] as Operator;
      if (operators[operator].level !== level) break;
      at++;
      left = { kind: "binary", operator, left, right: ofLevel(level + 1) };
    }
    return left;
  }

  function signed(): Expression {
    if (isNext("-")) {
      at++;
      const of = signed();
      return of.kind === "number" ? { kind: "number", value: -of.value } : { kind: "negative", of };
    }
    if (isNext("+")) {
      at++;
      return signed();
    }
    return indexed();
  }

  function indexed(): Expression {
    let of = primary();
    while (isNext("[")) {
      at++;
      const index = signed();
      if (index.kind !== "number" || !Number.isInteger(index.value)) fail();
      take("]");
      of = { kind: "element", of, index: index.value };
    }
    return of;
  }

  function primary(): Expression {
    const token = tokens[at];
    if (token === undefined) fail();
    if (token === "(") {
      at++;
      const inner = ofLevel(1);
      take(")");
      return inner;
    }
    if (/^[0-9.]/.test(token)) {
      at++;
      return { kind: "number", value: Number(token) };
    }
    if (!/^[A-Za-z_]/.test(token)) fail();
    at++;
    if (!isNext("(")) {
      variable ??= token;
      if (token !== variable) {
        throw new OracleFileError(`the expression ${text} has two variables, ${variable} and ${token}`);
      }
      return { kind: "variable" };
    }
    at++;
    const operands: Expression[] = [];
    while (!isNext(")")) {
      operands.push(ofLevel(1));
      if (!isNext(")")) take(",");
    }
    at++;
    return { kind: "call", op: token, operands };
  }

  const parsed = ofLevel(1);
  if (at < tokens.length) fail();
  return parsed;
}

/** The expression's value for `x`, built of our ops exactly as it is written. Numbers stay numbers. */
export function evaluateExpression(expression: Expression, x: AnyTensor): AnyTensor {
  const value = evaluate(expression, x);
  return typeof value === "number" ? (tensor(value, { dtype: x.dtype }) as AnyTensor) : value;
}

function evaluate(expression: Expression, x: AnyTensor): AnyTensor | number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "variable":
      return x;
    case "negative": {
      const of = evaluate(expression.of, x);
      return typeof of === "number" ? -of : (neg(of) as AnyTensor);
    }
    case "binary": {
      const { onNumbers, onTensors } = operators[expression.operator];
      const left = evaluate(expression.left, x);
      const right = evaluate(expression.right, x);
      if (typeof left === "number" && typeof right === "number") return onNumbers(left, right);
      return (onTensors as unknown as (a: Operand, b: Operand) => AnyTensor)(left, right);
    }
    case "call": {
      const operands = expression.operands.map((operand) => evaluate(operand, x));
      const isConstant = operands.every((operand) => typeof operand === "number");
      const given = isConstant
        ? operands.map((operand) => tensor(operand as number, { dtype: x.dtype }) as AnyTensor)
        : operands;
      return operationOf(expression.op).call(given, {});
    }
    case "element": {
      const of = evaluate(expression.of, x);
      if (typeof of === "number" || of.rank === 0)
        throw new OracleFileError(`a scalar has no element [${expression.index}]`);
      const index = expression.index < 0 ? expression.index + of.shape[0] : expression.index;
      return reshape(slice(of, [index], [index + 1]) as AnyTensor, of.shape.slice(1)) as AnyTensor;
    }
  }
}
