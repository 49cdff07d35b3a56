import {
  type AnyTensor,
  add,
  cos,
  customGradient,
  div,
  exp,
  log,
  log1p,
  matmul,
  mul,
  type Operand,
  sin,
  sum,
} from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { checkVjp, GradcheckError } from "../src/index.ts";

const times = mul as (a: Operand, b: Operand) => AnyTensor;

/** The error that a failed check throws. */
function failure(check: () => void): Error {
  try {
    check();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("checkVjp", () => {
  test("passes what is right, at any shape", () => {
    checkVjp(sin);
    checkVjp(add, { arguments: 2 });
    checkVjp((x: AnyTensor) => sum(times(x, x), { axis: -1 }), { shapes: { minRank: 1 } });
  });

  test("keeps to the domains", () => {
    checkVjp(log, { domain: { min: 0.1 } });
    checkVjp(div, { domain: [{}, { away: [0], distance: 0.3 }] });
  });

  test("tells the smallest call, the seed, and what is wrong with it", () => {
    const rule = customGradient(
      (x: AnyTensor) => sin(x),
      ({ inputs: [x], cotangent }) => [times(times(cotangent, 1.001), cos(x))],
    );
    const error = failure(() => {
      checkVjp(function wave(x: AnyTensor) {
        return rule(x);
      });
    });
    expect(error.message).toMatch(/^Property failed after 1 tests\n\{ seed: -?\d+, /);
    expect(error.message).toContain('Counterexample: [wave(tensor([0], [], { dtype: "float64" }))]');
    expect(error.cause).toBeInstanceOf(GradcheckError);
    expect((error.cause as Error).message).toBe(
      "gradcheck: the derivative of the output by argument 0 is 1.001 by the gradient rules, and 1 by central differences; " +
        "the input there is 0",
    );
  });

  test("finds a broadcast axis that the rule forgets", () => {
    const product = customGradient(
      (a: AnyTensor, b: AnyTensor) => times(a, b),
      ({ inputs: [a, b], cotangent }) => [
        times(cotangent, b),
        b.rank < a.rank ? times(times(cotangent, a), 0) : times(cotangent, a),
      ],
    );
    expect(failure(() => checkVjp(product, { arguments: 2 })).cause).toBeInstanceOf(GradcheckError);
  });

  test("repeats a failure by its seed", () => {
    const wrong = (x: AnyTensor): AnyTensor => log1p(exp(log(x)));
    const first = failure(() => checkVjp(wrong, { seed: 3 }));
    const second = failure(() => checkVjp(wrong, { seed: 3 }));
    expect(second.message).toBe(first.message);
  });

  test("of order 1 leaves the gradient of the gradient alone", () => {
    const rule = customGradient(
      (x: AnyTensor) => sin(x),
      ({ inputs: [x], cotangent }) => [times(cotangent, half(cos(x)))],
    );
    // cos with half its derivative.
    const half = customGradient(
      (x: AnyTensor) => times(x, 1),
      ({ cotangent }) => [times(cotangent, 0.5)],
    );
    checkVjp(rule, { order: 1 });
    expect((failure(() => checkVjp(rule)).cause as Error).message).toMatch(/^gradgradcheck/);
  });

  test("takes what a matrix product takes", () => {
    checkVjp((x: AnyTensor) => matmul(x, x) as AnyTensor, {
      shapes: { minRank: 2, maxRank: 2, minDimension: 2, maxDimension: 2 },
      runs: 10,
    });
  });
});
