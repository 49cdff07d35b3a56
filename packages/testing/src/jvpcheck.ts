import { type AnyTensor, compile, jvp, tensor, vjp } from "@adjoint/tensor";
import { Comparison, type GradcheckOptions } from "./comparison.ts";
import { centralDifferences } from "./differences.ts";
import { checkable, randomLike } from "./gradcheck.ts";
import { GradcheckError } from "./gradcheck-error.ts";
import { placeIn } from "./place.ts";

type Args = readonly unknown[];

const values = (tensors: readonly AnyTensor[]): number[] => tensors.flatMap((one) => [...one.toTypedArray()]);

/**
 * Checks forward mode at `inputs` along a random tangent: `J ẋ` against central differences along the line, and against
 * reverse mode by `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩` with a random cotangent. Arguments and results as in {@link gradcheck}.
 *
 * Gives true, or throws {@link GradcheckError}.
 */
export function jvpcheck<A extends Args>(
  fn: (...args: A) => unknown,
  inputs: A,
  options: GradcheckOptions = {},
): true {
  const { primals, call } = checkable("jvpcheck", fn, inputs);
  const { rtol = 1e-3, atol = 1e-5, seed = 0 } = options;
  const spread = (...args: AnyTensor[]): AnyTensor[] => call(args);
  const outputs = call(primals);
  const tangents = randomLike(primals, seed);
  const cotangents = randomLike(outputs, seed + 1);

  const forward = compile((points: readonly AnyTensor[], directions: readonly AnyTensor[]) => {
    const [, moved] = jvp(spread, points as AnyTensor[], directions as AnyTensor[]);
    return moved;
  });
  const moved = values(forward(primals, tangents));
  const start = primals.map((primal) => primal.toTypedArray());
  const directions = tangents.map((tangent) => tangent.toTypedArray());
  const evaluate = compile((points: readonly AnyTensor[]) => call(points));
  const along = (t: number): number[] =>
    values(
      evaluate(
        primals.map(({ shape }, k) => {
          const point = Float64Array.from(start[k], (x, i) => x + t * directions[k][i]);
          return tensor(point, shape) as AnyTensor;
        }),
      ),
    );
  const comparison = new Comparison("jvpcheck", options);
  comparison.add(
    {
      source: "forward mode",
      values: moved,
      describe: (i) => ({
        derivative: `the derivative of ${placeIn(outputs, i)} along a random tangent`,
        input: undefined,
      }),
    },
    (steps) => centralDifferences(along, 0, steps),
  );
  comparison.verdict();

  const backward = compile((points: readonly AnyTensor[], given: readonly AnyTensor[]) => {
    const [, pullback] = vjp(spread, ...(points as AnyTensor[]));
    return pullback(given as AnyTensor[]);
  });
  const pulled = values(backward(primals, cotangents));
  const left = products(values(cotangents), moved);
  const right = products(pulled, values(tangents));
  const allowed = atol + rtol * Math.max(left.size, right.size);
  if (!(Math.abs(left.sum - right.sum) <= allowed)) {
    throw new GradcheckError(
      "jvpcheck",
      `forward and reverse mode disagree: ⟨ȳ, J ẋ⟩ is ${left.sum} and ⟨Jᵀ ȳ, ẋ⟩ is ${right.sum}`,
    );
  }
  return true;
}

/** The sum of products, and of their sizes, which bounds its rounding. */
function products(a: readonly number[], b: readonly number[]): { sum: number; size: number } {
  let sum = 0;
  let size = 0;
  a.forEach((one, i) => {
    sum += one * b[i];
    size += Math.abs(one * b[i]);
  });
  return { sum, size };
}
