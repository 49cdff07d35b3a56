import { div, type Graph, getBackend, mul, parameter, setBackend, sum, tensor } from "@adjoint/tensor";
import { afterEach, describe, expect, test } from "vitest";

const backend = getBackend();
afterEach(() => {
  setBackend(backend);
});

describe("backward", () => {
  test("has the loss computed along with the gradients, also when they do not need its value", () => {
    const graphs: Graph[] = [];
    setBackend({
      name: "counting",
      prepare(graph) {
        graphs.push(graph);
        return backend.prepare(graph);
      },
    });
    const w = parameter(tensor([1, 2, 3]));
    const loss = div(sum(mul(w, w)), 4);
    loss.backward();
    expect(w.grad?.toArray()).toEqual([0.5, 1, 1.5]);
    expect(loss.item()).toBe(3.5);
    expect(graphs.map(({ outputs }) => outputs.length)).toEqual([2]);
  });
});
