import { expect, test } from "vitest";
import { inference, isTraining, training } from "../../src/index.ts";

test("training and inference are scopes, which end also when they throw", () => {
  expect(isTraining()).toBe(false);
  const seen = training(() => [
    isTraining(),
    inference(() => [isTraining(), training(isTraining)]),
    isTraining(),
  ]);
  expect(seen).toEqual([true, [false, true], true]);
  expect(() =>
    training(() => {
      throw new RangeError("mine");
    }),
  ).toThrow("mine");
  expect(isTraining()).toBe(false);
});
