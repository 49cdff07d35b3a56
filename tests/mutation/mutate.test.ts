import { type AnyTensor, add, mul, primitives, sin, tensor, vjp } from "@adjoint/tensor";
import { unary } from "@adjoint/testing";
import { describe, expect, test } from "vitest";
import { cases } from "../registry/cases.ts";
import { type Mutant, mutateGradients, mutationTable } from "./mutate.ts";

const named = (...names: string[]): typeof cases => cases.filter(({ name }) => names.includes(name));

describe("scaling a gradient rule by 1.001", () => {
  test("makes a property fail, whichever rule it is", () => {
    const sample = named(
      "add",
      "matmul",
      "where",
      "take",
      "softmax",
      "logsumexp",
      "sparseCategoricalCrossentropy",
    );
    const mutants = [...mutateGradients(sample, 10)];
    expect(mutants.map(({ name, input }) => `${name} ${input}`)).toEqual([
      "add 0",
      "add 1",
      "matmul 0",
      "matmul 1",
      "take 0",
      "where 1",
      "where 2",
      "logsumexp 0",
      "softmax 0",
      "sparseCategoricalCrossentropy 0",
      "alias 0",
    ]);
    expect(mutants.filter(({ caughtBy }) => caughtBy === undefined)).toEqual([]);
  });

  test("leaves the rule as it was", () => {
    const before = primitives.sin.vjp;
    expect([...mutateGradients(named("sin"), 2)]).toHaveLength(2);
    expect(primitives.sin.vjp).toBe(before);
    const [, pullback] = vjp(
      (x: AnyTensor) => sin(x) as AnyTensor,
      tensor(0, { dtype: "float64" }) as AnyTensor,
    );
    expect(pullback(tensor(1, { dtype: "float64" }) as AnyTensor)[0].item()).toBe(1);
  });

  test("is told when nothing sees it", () => {
    const hidden = unary(primitives.sin, (x) => add(x, mul(sin(x), 0)) as AnyTensor);
    const [mutant] = mutateGradients([hidden], 5);
    expect(mutant).toEqual({ name: "sin", input: 0, caughtBy: undefined, message: undefined });
  });
});

test("the table has a row for each mutation and counts them", () => {
  const mutants: Mutant[] = [
    { name: "mul", input: 0, caughtBy: "gradient", message: "gradcheck: it is 1.001" },
    { name: "logsumexp", input: 0, caughtBy: undefined, message: undefined },
  ];
  expect(mutationTable(mutants)).toEqual([
    "op         input  caught by  as",
    "mul        0      gradient   it is 1.001",
    "logsumexp  0      NOTHING",
    "",
    "1 mutations caught, 1 survived",
  ]);
});
