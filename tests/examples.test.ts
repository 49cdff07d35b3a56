import { run as customOp } from "@adjoint/examples/custom-op";
import { run as digits } from "@adjoint/examples/digits";
import { run as kerasDigits } from "@adjoint/examples/keras-digits";
import { run as logistic } from "@adjoint/examples/logistic";
import { run as ownParts } from "@adjoint/examples/own-parts";
import { describe, expect, test } from "vitest";

const log = (): void => {};

describe("examples", () => {
  test("digits learns most digits in 400 steps, the same way every time", async () => {
    const { losses, accuracy } = await digits({ steps: 400, log });
    // Ten classes and small first weights: the first loss is near log 10, and no rule of any op can flip its sign.
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses[0]).toBeLessThan(2.9);
    expect(accuracy).toBeGreaterThan(0.85);
    const again = await digits({ steps: 3, log });
    expect(again.losses).toEqual(losses.slice(0, 3));
  });

  test("logistic regression tells zeros from the rest", async () => {
    const { losses, accuracy } = await logistic({ steps: 400, log });
    expect(losses[0]).toBeGreaterThan(0.4);
    expect(losses[0]).toBeLessThan(1.2);
    expect(accuracy).toBeGreaterThan(0.95);
  });

  test("a custom op passes gradcheck and is right where the obvious formula overflows", () => {
    const { value, slope } = customOp({ log });
    expect(value).toEqual([Math.fround(1000 - Math.LN2)]);
    expect(slope).toEqual([1, -1]);
  });

  test("the Keras way learns, scores and predicts with softmax applied to logits", async () => {
    const { history, score, probabilities } = await kerasDigits({ digits: 4000, epochs: 2, log });
    expect(Object.keys(history).sort()).toEqual(["accuracy", "loss", "validationAccuracy", "validationLoss"]);
    expect(history.loss).toHaveLength(2);
    expect(history.loss[0]).toBeGreaterThan(history.loss[1]);
    expect(history.loss[0]).toBeLessThan(2);
    expect(score.accuracy).toBeGreaterThan(0.7);
    expect(probabilities[0].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    expect(probabilities[0].indexOf(Math.max(...probabilities[0]))).toBe(7);
  });

  test("a layer, a loss and an optimizer of one's own find the line that outliers hide", () => {
    const { losses, slope, offset } = ownParts({ log });
    // mean log(1 + y²) of the nine targets, before the first update.
    const targets = [-1, -0.5, 40, 0.5, 1, 1.5, -30, 2.5, 3];
    const first = targets.reduce((sum, y) => sum + Math.log1p(y * y), 0) / targets.length;
    expect(Math.abs(losses[0] / first - 1)).toBeLessThan(1e-6);
    expect(Math.abs(slope - 2)).toBeLessThan(0.05);
    expect(Math.abs(offset - 1)).toBeLessThan(0.05);
  });
});
