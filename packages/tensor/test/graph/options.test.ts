import { checkOptionNames, nearestName, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

const names = ["fromLogits", "labelSmoothing", "classWeights", "learningRate", "reduction", "epsilon"];

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

  test("finds initials and first letters, and nothing for another word", () => {
    expect(nearestName("lr", names)).toBe("learningRate");
    expect(nearestName("eps", names)).toBe("epsilon");
    expect(nearestName("verbose", names)).toBeUndefined();
  });
});

describe("checkOptionNames", () => {
  test("names the nearest option, or all of them", () => {
    expect(() => checkOptionNames("loss", { fromlogits: true }, names)).toThrow(
      'loss: unknown option "fromlogits"; did you mean "fromLogits"?',
    );
    expect(() => checkOptionNames("loss", { verbose: true }, ["reduction", "fromLogits"])).toThrow(
      'loss: unknown option "verbose"; expected one of reduction, fromLogits',
    );
    expect(() => checkOptionNames("loss", { reduction: "sum" }, names)).not.toThrow();
  });

  test.each([
    [0.5, "0.5; expected an object of them, such as { reduction: 0.5 }"],
    ["sum", '"sum"; expected an object of them, such as { reduction: "sum" }'],
    [undefined, "undefined; expected an object of them, such as { reduction: … }"],
    [null, "null; expected an object of them, such as { reduction: … }"],
    [["sum"], "an array; expected an object of them"],
    [new Float32Array(2), "an object Float32Array; expected an object of them"],
    [tensor([1, 2]), "a tensor [2]; expected an object of them"],
    [Math.max, "the function max; expected an object of them, such as { reduction: … }"],
    [() => 1, "a function; expected an object of them"],
  ])("says that %s is not an object of options", (given, message) => {
    expect(() => checkOptionNames("loss", given as object, ["reduction"])).toThrow(
      `loss: the options are ${message}`,
    );
  });
});
