import {
  type AnyTensor,
  add,
  div,
  exp,
  matmul,
  mul,
  neg,
  type Parameter,
  parameter,
  sub,
  sum,
  tensor,
} from "@adjoint/tensor";
import { expect } from "vitest";
import type { Optimizer } from "../src/index.ts";

type Weights = readonly Parameter<number[], "float64">[];

/** A loss as a graph, and its gradient written out in plain loops. */
export interface Problem {
  readonly name: string;
  readonly shapes: readonly number[][];
  readonly start: readonly number[][];
  loss(weights: Weights): AnyTensor;
  gradient(weights: readonly number[][]): number[][];
}

/** `Σ ½ aᵢ (wᵢ − cᵢ)²`, over a vector and a matrix of one bowl. */
const curvature = [0.5, 3, 20];
const centre = [1, -2, 0.25];

const quadratic: Problem = {
  name: "a quadratic",
  shapes: [[3], [1, 3]],
  start: [
    [0.3, 0.7, -1.1],
    [2, -0.4, 0.9],
  ],
  loss(weights) {
    const [a, b] = weights.map((w) => {
      const d = sub(w, tensor(centre, { dtype: "float64" }));
      return sum(mul(mul(0.5, tensor(curvature, { dtype: "float64" })), mul(d, d)));
    });
    return add(a, b);
  },
  gradient: (weights) => weights.map((w) => w.map((x, i) => curvature[i] * (x - centre[i]))),
};

const inputs = [
  [0.2, -0.5, 1],
  [1.5, 0.3, -0.7],
  [-1.2, 0.8, 0.4],
  [0.6, 1.1, -0.9],
];
const targets = [0.5, -1, 2, 0.3];
const hidden = 2;

/** Mean squared error of `σ(x W + b) u` on four rows: 3 inputs, 2 hidden units, 1 output. */
const net: Problem = {
  name: "a small net",
  shapes: [[3, hidden], [hidden], [hidden, 1]],
  start: [
    [0.4, -0.3, 0.1, 0.8, -0.6, 0.2],
    [0.05, -0.1],
    [0.9, -0.7],
  ],
  loss([w, b, u]) {
    const z = add(matmul(tensor(inputs, { dtype: "float64" }), w), b);
    const h = div(1, add(1, exp(neg(z)))) as AnyTensor;
    const error = sub(matmul(h, u) as AnyTensor, tensor(targets, [4, 1], { dtype: "float64" })) as AnyTensor;
    return div(sum(mul(error, error)), 4) as AnyTensor;
  },
  gradient([w, b, u]) {
    const [dw, db, du] = [w, b, u].map((one) => one.map(() => 0));
    inputs.forEach((x, row) => {
      const h = b.map((bias, j) => {
        const z = x.reduce((total, xi, i) => total + xi * w[i * hidden + j], 0) + bias;
        return 1 / (1 + Math.exp(-z));
      });
      const error = h.reduce((total, hj, j) => total + hj * u[j], 0) - targets[row];
      const dy = (2 * error) / inputs.length;
      for (let j = 0; j < hidden; j++) {
        du[j] += dy * h[j];
        const dz = dy * u[j] * h[j] * (1 - h[j]);
        db[j] += dz;
        for (let i = 0; i < x.length; i++) dw[i * hidden + j] += dz * x[i];
      }
    });
    return [dw, db, du];
  },
};

export const problems: readonly Problem[] = [quadratic, net];

/** The parameters of a problem at their start. */
export function weightsOf({ shapes, start }: Problem): Weights {
  return start.map((values, i) =>
    parameter(tensor(values, shapes[i], { dtype: "float64" }), { name: `w${i}` }),
  );
}

/**
 * One step of an algorithm in plain loops: changes the weights `w` in place, given their gradient `g`, the number `t` of the
 * step from 1, and the algorithm's own state for these weights, empty at first.
 */
export type PlainStep = (t: number, w: number[], g: number[], state: Record<string, number[]>) => void;

/** The first 20 steps of an optimizer are those of the plain algorithm, in float64 to 1e-12. */
export function expectTrajectory(
  problem: Problem,
  make: (parameters: Weights) => Optimizer,
  plainStep: PlainStep,
): void {
  const weights = weightsOf(problem);
  const made = make(weights);
  const plain = problem.start.map((values) => [...values]);
  const states: Record<string, number[]>[] = plain.map(() => ({}));
  for (let t = 1; t <= 20; t++) {
    made.minimize(problem.loss(weights));
    const gradients = problem.gradient(plain);
    plain.forEach((w, i) => {
      plainStep(t, w, gradients[i], states[i]);
    });
    const actual = weights.flatMap((w) => [...w.toTypedArray()]);
    const starts = problem.start.flat();
    plain.flat().forEach((expected, i) => {
      // Relative to where the weight has been: one that crosses 0 keeps the rounding of its larger values.
      const error = Math.abs(actual[i] - expected) / Math.max(Math.abs(expected), Math.abs(starts[i]));
      const place = `${problem.name}, step ${t}, element ${i}: ${actual[i]}, expected ${expected}`;
      expect(error, place).toBeLessThan(1e-12);
    });
  }
}
