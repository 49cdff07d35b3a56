// A layer, a loss and an optimizer of one's own, trained together on a line with two outliers.
// Run it: npm run build && node examples/dist/own-parts.js
import { pathToFileURL } from "node:url";
import {
  add,
  compile,
  layer,
  less,
  log1p,
  mean,
  mul,
  neg,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerParameters,
  optimizer,
  parameter,
  square,
  sub,
  type Tensor,
  tensor,
  where,
  zeros,
} from "adjoint";

/** A layer: `y = slope x + offset`, a function that owns its parameters. */
function line() {
  const slope = parameter(zeros([]));
  const offset = parameter(zeros([]));
  return layer({ slope, offset }, (x: Tensor<[number]>) => add(mul(x, slope), offset), { name: "line" });
}

/** A loss: Cauchy's, `mean log(1 + (y − t)²)`, which outliers hardly move. */
function cauchyLoss(outputs: Tensor<[number]>, targets: Tensor<[number]>): Tensor<[]> {
  return mean(log1p(square(sub(outputs, targets))));
}

/** An optimizer: steps of one size down the sign of the averaged gradient, `b ← μ b + (1 − μ) g`, `w ← w − γ sign b`. */
function signDescent(
  parameters: OptimizerParameters<{ momentum: number }>,
  options: { momentum?: number } & OptimizerOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "signDescent",
    learningRate: 0.01,
    defaults: { momentum: 0.9 },
    rule:
      ({ momentum }, { rate, slot }) =>
      (w, g) => {
        const b = slot("b", (b) => add(mul(momentum, b), mul(1 - momentum, g)));
        return sub(w, where(less(b, 0), neg(rate), rate));
      },
  });
}

/** Fits `y = 2x + 1` through points of which two are far off. */
export function run({ steps = 1000, log = console.log } = {}) {
  const x = tensor([-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]);
  const y = tensor([-1, -0.5, 40, 0.5, 1, 1.5, -30, 2.5, 3]);
  const model = line();
  const descent = signDescent(model.parameters(), { learningRate: 0.005 });
  const step = compile(() => {
    const loss = cauchyLoss(model(x), y);
    descent.minimize(loss);
    return loss;
  });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(step().item());
  const { slope, offset } = model.stateDict();
  log(
    `y = ${Number(slope.item()).toFixed(2)} x + ${Number(offset.item()).toFixed(2)}; loss ${losses.at(-1)?.toFixed(4)}`,
  );
  return { losses, slope: slope.item() as number, offset: offset.item() as number };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) run();
