import { run as customOp } from "@adjoint/examples/custom-op";
import { run as digits } from "@adjoint/examples/digits";
import { run as logistic } from "@adjoint/examples/logistic";
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
});
