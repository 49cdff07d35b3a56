import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { checkOptions, checkWhole, nearestName } from "../src/options.ts";

const known = {
  fromLogits: true,
  labelSmoothing: true,
  classWeights: true,
  learningRate: true,
  reduction: true,
};
const names = Object.keys(known);

describe("nearestName", () => {
  property.prop([fc.constantFrom(...names), fc.nat(), fc.nat()])(
    "finds a name with two letters swapped, one left out, or in other letters",
    (name, i, j) => {
      const at = i % (name.length - 1);
      const swapped = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
      const short = name.slice(0, j % name.length) + name.slice((j % name.length) + 1);
      for (const wrong of [
        swapped,
        short,
        name.toUpperCase(),
        name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      ])
        expect(nearestName(wrong, names)).toBe(name);
    },
  );

  test("finds initials, and nothing for another word", () => {
    expect(nearestName("lr", names)).toBe("learningRate");
    expect(nearestName("verbose", names)).toBeUndefined();
  });
});

describe("checkOptions", () => {
  test("names the nearest option, or all of them", () => {
    expect(() => checkOptions("loss", { fromlogits: true }, known)).toThrow(
      'loss: unknown option "fromlogits"; did you mean "fromLogits"?',
    );
    expect(() => checkOptions("loss", { verbose: true }, known)).toThrow(
      'loss: unknown option "verbose"; expected one of fromLogits, labelSmoothing, classWeights, learningRate, reduction',
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
