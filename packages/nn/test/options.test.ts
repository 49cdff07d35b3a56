import { describe, expect, test } from "vitest";
import { checkOptions, checkWhole } from "../src/options.ts";

const known = {
  fromLogits: true,
  labelSmoothing: true,
  classWeights: true,
  learningRate: true,
  reduction: true,
};
describe("checkOptions", () => {
  test("names the nearest option, or all of them", () => {
    expect(() => checkOptions("loss", { fromlogits: true }, known)).toThrow(
      'loss: unknown option "fromlogits"; did you mean "fromLogits"?',
    );
    expect(() => checkOptions("loss", { reduction: "sum" }, known)).not.toThrow();
  });
});

test("checkWhole", () => {
  expect(() => checkWhole("fit", "epochs", 1.5, 0)).toThrow(
    "fit: epochs is 1.5; expected a whole number from 0",
  );
  expect(() => checkWhole("fit", "epochs", "3" as never, 0)).toThrow(
    "fit: epochs is 3; expected a whole number from 0",
  );
  expect(() => checkWhole("fit", "epochs", 0, 0)).not.toThrow();
});
