import {
  type AnyTensor,
  cast,
  compile,
  isFloat,
  mapTree,
  Tensor,
  tensor,
  treeTensors,
  vjp,
} from "@adjoint/tensor";
import { Comparison, type GradcheckOptions } from "./comparison.ts";
import { centralDifferences } from "./differences.ts";
import { GradcheckError } from "./gradcheck-error.ts";
import { elementText, placeIn } from "./place.ts";
import { pseudorandom } from "./pseudorandom.ts";

type Args = readonly unknown[];

/** A function as arrays of numbers: flat values of its float arguments in, flat values of its float results out. */
export interface Checkable {
  /** The arguments that are differentiated, in float64, and what messages call them. */
  readonly primals: readonly AnyTensor[];
  readonly names: readonly string[];
  /** The float results of the function on these arguments. */
  readonly call: (primals: readonly AnyTensor[]) => AnyTensor[];
}

/** The function of its float tensors alone; other leaves of the arguments are constants. Floats are cast to float64. */
export function checkable<A extends Args>(check: string, fn: (...args: A) => unknown, inputs: A): Checkable {
  const names: string[] = [];
  const primals: AnyTensor[] = [];
  mapTree(inputs, (leaf, path) => {
    if (leaf instanceof Tensor && isFloat(leaf.dtype)) {
      const name = `argument ${path.replace(/^\[(\d+)\]/, "$1")}`;
      const primal: AnyTensor = cast(leaf as AnyTensor, "float64");
      checkFinite(check, name, primal);
      names.push(name);
      primals.push(primal);
    }
    return leaf;
  });
  if (primals.length === 0) {
    throw new GradcheckError(check, "no argument has a float tensor; there is nothing to differentiate");
  }
  const call = (given: readonly AnyTensor[]): AnyTensor[] => {
    let next = 0;
    const args = mapTree(inputs, (leaf) =>
      leaf instanceof Tensor && isFloat(leaf.dtype) ? given[next++] : leaf,
    );
    const outputs = treeTensors(fn(...(args as unknown as A))).filter(({ dtype }) => isFloat(dtype));
    if (outputs.length === 0) {
      throw new GradcheckError(
        check,
        "the function gives no float tensor; there is nothing to differentiate",
      );
    }
    return outputs;
  };
  return { primals, names, call };
}

/** Throws {@link GradcheckError} for an element that no step leads away from. */
function checkFinite(check: string, name: string, primal: AnyTensor): void {
  const values = primal.toTypedArray();
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new GradcheckError(
    check,
    `${name}${elementText(primal.shape, at)} is ${values[at]}; differences need finite inputs: give a finite value there, or take a tensor that is constant from outside the function`,
  );
}

/** The values of several tensors end to end. */
function flat(tensors: readonly AnyTensor[]): Float64Array {
  return Float64Array.from(tensors.flatMap((one) => [...one.toTypedArray()]));
}

/**
 * Checks the gradient of `fn` at `inputs` against central differences in float64: every element of the Jacobian, of every
 * float result by every float argument. Arguments and results may be trees; other leaves are constants. `fn` is compiled,
 * so it must not read a value, and must be differentiable at the inputs, which are finite: at a kink, the two sides disagree.
 *
 * Gives true, or throws {@link GradcheckError} with the worst element.
 */
export function gradcheck<A extends Args>(
  fn: (...args: A) => unknown,
  inputs: A,
  options: GradcheckOptions = {},
): true {
  return checkJacobian("gradcheck", checkable("gradcheck", fn, inputs), options);
}

/**
 * Checks the gradient of the gradient: {@link gradcheck} of `(inputs, cotangents) ↦ Jᵀ cotangents`, with random
 * cotangents. It differentiates the gradient rules themselves, by the inputs and by the cotangents.
 */
export function gradgradcheck<A extends Args>(
  fn: (...args: A) => unknown,
  inputs: A,
  options: GradcheckOptions = {},
): true {
  const { primals, names, call } = checkable("gradgradcheck", fn, inputs);
  const outputs = call(primals);
  const cotangents = randomLike(outputs, options.seed);
  const backward: Checkable = {
    primals: [...primals, ...cotangents],
    names: [...names, ...outputs.map((_, i) => (outputs.length === 1 ? "the cotangent" : `cotangent ${i}`))],
    call(given) {
      const [, pullback] = vjp((...args: AnyTensor[]) => call(args), ...given.slice(0, primals.length));
      return pullback(given.slice(primals.length)).slice(0, primals.length);
    },
  };
  return checkJacobian("gradgradcheck", backward, options);
}

/** Tensors of the same shapes with values of few digits from ±0.2 to ±1.2. */
export function randomLike(tensors: readonly AnyTensor[], seed = 0): AnyTensor[] {
  const next = pseudorandom(seed);
  return tensors.map(({ shape, size, dtype }) => {
    const values = Array.from({ length: size }, () => {
      const u = 2 * next() - 1;
      return Math.round(1024 * (u + 0.2 * (u < 0 ? -1 : 1))) / 1024;
    });
    return tensor(values, shape, { dtype }) as AnyTensor;
  });
}

/** The cotangent of each row: not 1, which would hide a rule that forgets it, and a power of two, which costs no digits. */
const unit = -0.5;

/** The Jacobian's rows by reverse mode: one cotangent for each element of the results. */
function analyticRows({ primals, call }: Checkable, outputs: readonly AnyTensor[]): Float64Array[] {
  const backward = compile((points: readonly AnyTensor[], cotangents: readonly AnyTensor[]) => {
    const [, pullback] = vjp((...args: AnyTensor[]) => call(args), ...points);
    return pullback(cotangents as AnyTensor[]);
  });
  const cotangentsOf = (which: number, at: number): AnyTensor[] =>
    outputs.map(({ shape, size, dtype }, k) => {
      const values = new Array<number>(size).fill(0);
      if (k === which) values[at] = unit;
      return tensor(values, shape, { dtype }) as AnyTensor;
    });
  return outputs.flatMap(({ size }, which) =>
    Array.from({ length: size }, (_, at) =>
      flat(backward(primals, cotangentsOf(which, at))).map((one) => one / unit),
    ),
  );
}

function checkJacobian(check: string, subject: Checkable, options: GradcheckOptions): true {
  const { primals, names } = subject;
  const outputs = subject.call(primals);
  const rows = analyticRows(subject, outputs);
  const forward = compile((points: readonly AnyTensor[]) => subject.call(points));
  const values = primals.map((primal) => Float64Array.from(primal.toTypedArray()));
  const comparison = new Comparison(check, options);
  let column = 0;
  primals.forEach(({ shape, size }, k) => {
    for (let at = 0; at < size; at++, column++) {
      const evaluate = (x: number): Float64Array => {
        const moved = values[k].slice();
        moved[at] = x;
        return flat(forward(primals.map((one, i) => (i === k ? (tensor(moved, shape) as AnyTensor) : one))));
      };
      comparison.add(
        {
          source: "the gradient rules",
          values: rows.map((row) => row[column]),
          describe: (i) => ({
            derivative: `the derivative of ${placeIn(outputs, i)} by ${names[k]}${elementText(shape, at)}`,
            input: values[k][at],
          }),
        },
        (steps) => centralDifferences(evaluate, values[k][at], steps),
      );
    }
  });
  return comparison.verdict();
}
