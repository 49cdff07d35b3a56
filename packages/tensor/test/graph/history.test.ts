import { afterEach, describe, expect, test } from "vitest";
import { topologicalOrder } from "../../src/graph/topological.ts";
import {
  type AnyTensor,
  add,
  cast,
  compile,
  evaluate,
  exp,
  gradients,
  less,
  mul,
  parameter,
  setHistoryLimit,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { failure } from "../failure.ts";

/** Nodes that a tensor keeps alive. */
const nodesOf = (x: AnyTensor): number => topologicalOrder([x.current()]).length;
/** Bytes of values that a tensor keeps alive. A true count is made for each quarter of the limit, so they may be over by that. */
const bytesOf = (x: AnyTensor): number =>
  topologicalOrder([x.current()]).reduce((sum, node) => sum + (node.memo.storage?.byteLength ?? 0), 0);

const defaults = { nodes: 10_000, bytes: 64 * 2 ** 20 };

afterEach(() => {
  setHistoryLimit(defaults);
});

describe("an endless loop runs in bounded memory", () => {
  test("when it adds to a total that nobody reads", () => {
    let total: AnyTensor = tensor(0);
    for (let i = 0; i < 50_000; i++) {
      total = add(total, 1);
      if (i % 1000 === 0) expect(nodesOf(total)).toBeLessThanOrEqual(defaults.nodes);
    }
    expect(total.item()).toBe(50_000);
  });
  test("when every step uses the one before twice", () => {
    setHistoryLimit({ nodes: 500 });
    let x: AnyTensor = tensor(1);
    for (let i = 0; i < 5_000; i++) {
      x = add(x, mul(x, 0));
      if (i % 50 === 0) expect(nodesOf(x)).toBeLessThanOrEqual(2 * 500);
    }
    expect(x.item()).toBe(1);
  });
  test("when it reads what it has computed, whose values are history too", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    let x: AnyTensor = zeros([2 ** 14]);
    for (let i = 0; i < 200; i++) {
      x = add(x, 1);
      x.toTypedArray();
      expect(bytesOf(x)).toBeLessThanOrEqual(2 ** 20 + 2 ** 18 + 2 ** 16);
    }
  });
  test("when it reads one step late", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    let x: AnyTensor = zeros([2 ** 14]);
    for (let i = 0; i < 200; i++) {
      const next = add(x, 1);
      x.toTypedArray();
      x = next;
      expect(bytesOf(x)).toBeLessThanOrEqual(2 ** 20 + 2 ** 18 + 2 ** 17);
    }
  });
  test("when it keeps old versions of a parameter", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    const w = parameter(zeros([2 ** 14]));
    let total: AnyTensor = tensor(0);
    for (let i = 0; i < 200; i++) {
      total = add(total, sum(w));
      w.assign(add(w, 1));
      expect(bytesOf(total)).toBeLessThanOrEqual(2 ** 20 + 2 ** 18 + 2 ** 17);
    }
    expect(total.item()).toBe((2 ** 14 * (199 * 200)) / 2);
  });
  test("when it adds up what a compiled function gives, or tensors larger than the limit", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    const make = compile((n: Tensor<[]>) => add(zeros([2 ** 14]), n));
    let total: AnyTensor = tensor(0);
    for (let i = 0; i < 100; i++) {
      total = add(total, sum(make(i)));
      expect(bytesOf(total)).toBeLessThanOrEqual(2 ** 20 + 2 ** 18 + 2 ** 17);
    }
    for (let i = 0; i < 20; i++) {
      total = add(total, sum(tensor(new Float32Array(2 ** 19))));
      expect(bytesOf(total)).toBeLessThanOrEqual(4 * 2 ** 20);
    }
  });
  test("when gradients add up and nobody reads them", () => {
    setHistoryLimit({ nodes: 500 });
    const w = parameter(tensor([1, 2]));
    for (let i = 0; i < 500; i++) {
      sum(mul(w, w)).backward();
      expect(nodesOf(w.grad as AnyTensor)).toBeLessThanOrEqual(1000);
    }
    expect(w.grad?.toArray()).toEqual([1000, 2000]);
  });
});

describe("what derivatives do not reach is dropped first", () => {
  const ways: readonly [string, (average: AnyTensor, w: AnyTensor, x: AnyTensor) => AnyTensor][] = [
    ["data", (average, _, x) => add(mul(average, 0.9), mul(x, 0.1))],
    ["parameters, stopped", (average, w) => stopGradient(add(mul(average, 0.9), mul(w, 0.1)))],
    ["parameters that are stopped", (average, w) => add(mul(average, 0.9), mul(stopGradient(w), 0.1))],
    [
      "what has no derivative",
      (average, w) => add(mul(average, 0.9), mul(cast(less(0, w), "float32"), tensor([0.1, 0.2]))),
    ],
  ];
  test.each(ways)("so that a loss with an endless average of %s has its gradient", (_, next) => {
    setHistoryLimit({ nodes: 200 });
    const w = parameter(tensor([1, 2]));
    let average: AnyTensor = zeros([2]);
    let expected = [0, 0];
    for (let i = 0; i < 500; i++) {
      average = next(average, w as AnyTensor, tensor([1, 2]));
      expected = expected.map((x, j) => 0.9 * x + 0.1 * (j + 1));
      const error = sub(w, average);
      const [slopes] = gradients(sum(mul(error, error)), [w]);
      expect(nodesOf(average)).toBeLessThanOrEqual(250);
      [...slopes.toTypedArray()].forEach((slope, j) => {
        expect(slope).toBeCloseTo(2 * (j + 1 - expected[j]), 5);
      });
    }
  });
  test("and not when it is little: what is long itself is dropped as a whole", () => {
    setHistoryLimit({ nodes: 2000 });
    const w = parameter(tensor([1, 2]));
    const offset = mul(tensor([1, 2]), 2);
    let total: AnyTensor = mul(w, offset);
    for (let i = 0; i < 3000; i++) total = add(total, 1);
    expect(offset.inputs.length).toBe(2);
    expect(nodesOf(total)).toBeLessThanOrEqual(2000);
  });
  test("and what is made of two long ones is counted, though one of them has been just before", () => {
    setHistoryLimit({ nodes: 200 });
    const chain = (): AnyTensor => {
      let x: AnyTensor = mul(parameter(tensor(1)), 1);
      for (let i = 0; i < 170; i++) x = add(x, 1);
      return x;
    };
    const [a, b] = [chain(), chain()];
    const both = add(a, mul(b, b));
    expect(nodesOf(both)).toBeLessThanOrEqual(200);
  });
  test("where many averages are long together", () => {
    setHistoryLimit({ nodes: 1000 });
    const w = parameter(tensor([1, 2]));
    let averages: AnyTensor[] = Array.from({ length: 10 }, () => zeros([2]));
    for (let i = 0; i < 200; i++) {
      averages = averages.map((one) => add(mul(one, 0.9), mul(tensor([1, 2]), 0.1)));
      let loss: AnyTensor = sum(mul(w, w));
      for (const one of averages) loss = add(loss, sum(mul(w, one)));
      const [slopes] = gradients(loss, [w]);
      if (i === 199)
        [...slopes.toTypedArray()].forEach((slope, j) => {
          expect(slope).toBeCloseTo(2 * (j + 1) + 10 * (j + 1) * (1 - 0.9 ** 200), 4);
        });
    }
  });
  test("and what is made of it is bounded, however often it is used", () => {
    setHistoryLimit({ nodes: 1000 });
    const w = parameter(tensor([1, 2]));
    let average: AnyTensor = zeros([2]);
    let total: AnyTensor = tensor(0);
    let most = 0;
    for (let i = 0; i < 400; i++) {
      average = add(average, mul(sub(tensor([1, 2]), average), 0.1));
      let h: AnyTensor = sub(w, mul(average, add(average, 1)));
      for (let k = 0; k < 30; k++) h = mul(h, 0.999);
      total = add(total, stopGradient(sum(mul(h, h))));
      most = Math.max(most, nodesOf(total));
    }
    expect(most).toBeLessThanOrEqual(1300);
    expect(total.toTypedArray()[0]).toBeGreaterThan(0);
  });
});

describe("a history within the limit", () => {
  test("stays whole when it is read", () => {
    const w = parameter(tensor(3));
    const y = mul(mul(w, w), w);
    expect(y.item()).toBe(27);
    y.backward();
    expect(w.grad?.item()).toBe(27);
  });
  test("stays whole when what is on the way to a loss is looked at again and again, large as it is", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    const weights = Array.from({ length: 12 }, () => parameter(tensor(1.01)));
    let h: AnyTensor = add(zeros([2 ** 15]), 1);
    const layers = weights.map((w) => {
      h = mul(h, w);
      return h;
    });
    const loss = sum(h);
    for (let turn = 0; turn < 3; turn++) evaluate(...layers.map((layer) => sum(layer)));
    for (const layer of layers) sum(layer).toTypedArray();
    loss.backward();
    expect(weights[11].grad?.item()).toBeCloseTo(2 ** 15 * 1.01 ** 11, -1);
  });
  test("does not count the present values of parameters, which live anyway", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    const layers = [1, 2, 3, 4].map((value) => parameter(add(zeros([2 ** 18]), value)));
    let loss: AnyTensor = tensor(0);
    for (const w of layers) loss = add(loss, sum(mul(w, w)));
    loss.backward();
    expect(layers.map((w) => w.grad?.toTypedArray()[0])).toEqual([2, 4, 6, 8]);
  });
  test("may hold one tensor beyond it, so that one pass over a big batch never trips it", () => {
    setHistoryLimit({ bytes: 2 ** 20 });
    const w = parameter(tensor(3));
    const batch = tensor(new Float32Array(2 ** 19).fill(0.5));
    const loss = sum(mul(mul(batch, w), w));
    loss.item();
    loss.backward();
    expect(w.grad?.item()).toBe(2 * 3 * 2 ** 18);
  });
  test("is walked over now and then, not for each node", () => {
    setHistoryLimit({ nodes: 1000 });
    let walks = 0;
    const root = mul(tensor(1), 1) as AnyTensor;
    const inputs = root.inputs;
    Object.defineProperty(root, "inputs", {
      get() {
        walks++;
        return inputs;
      },
    });
    let x: AnyTensor = root;
    for (let i = 0; i < 240; i++) x = add(x, mul(x, 0));
    // 720 nodes, whose bounds double at every second one.
    expect(walks).toBeGreaterThan(1);
    expect(walks).toBeLessThan(30);
  });
  test("is walked over now and then also by what is made of it time and again", () => {
    setHistoryLimit({ nodes: 1000 });
    let walks = 0;
    let x: AnyTensor = tensor(1);
    for (let i = 0; i < 400; i++) x = add(x, 1);
    const { inputs } = x;
    Object.defineProperty(x, "inputs", {
      get() {
        walks++;
        return inputs;
      },
    });
    for (let i = 0; i < 300; i++) mul(x, exp(x));
    expect(walks).toBeGreaterThan(0);
    expect(walks).toBeLessThan(10);
  });
  test("is not dropped while a function is traced or differentiated", () => {
    setHistoryLimit({ nodes: 50 });
    const chain = (x: AnyTensor): AnyTensor => {
      let y = x;
      for (let i = 0; i < 200; i++) y = mul(y, 1.01);
      return y;
    };
    const w = parameter(tensor(1));
    const slope = compile(() => {
      const y = chain(w);
      return gradients(y, [w])[0];
    });
    expect(slope().item()).toBeCloseTo(1.01 ** 200, 4);
  });
});

describe("a dropped history", () => {
  const long = (from: AnyTensor): AnyTensor => {
    let y = from;
    for (let i = 0; i < 100; i++) y = add(y, 0);
    return y;
  };
  const message =
    "was dropped since it was over the limit, so its gradient is unknown; put the step in compile(), stopGradient() what " +
    "steps take over from those before, differentiate before the history grows, or raise setHistoryLimit()";

  test("that held a parameter refuses backward and says the ways out", () => {
    setHistoryLimit({ nodes: 50 });
    const w = parameter(tensor(2));
    expect(failure(() => long(w).backward())).toBe(
      `GraphError: backward: the history of an earlier add [] ${message}`,
    );
    expect(failure(() => gradients(long(w), [w]))).toContain(message);
    setHistoryLimit({ nodes: 300 });
    long(w).backward();
    expect(w.grad?.item()).toBe(1);
  });
  test("of data alone is a constant to parameters, whichever is older", () => {
    setHistoryLimit({ nodes: 50 });
    const w = parameter(tensor(2));
    const before = mul(w, 1);
    const total = long(tensor(5));
    mul(before, total).backward();
    expect(w.grad?.item()).toBe(5);
    const x = tensor(3);
    expect(failure(() => gradients(mul(x, long(x)), [x]))).toContain(message);
  });
  test("of parameters that were stopped is no obstacle", () => {
    setHistoryLimit({ nodes: 50 });
    const [w, v] = [parameter(tensor(2)), parameter(tensor(3))];
    const total = long(v);
    mul(w, stopGradient(total)).backward();
    expect([w.grad?.item(), v.grad]).toEqual([3, undefined]);
    expect(failure(() => mul(w, total).backward())).toContain(message);
  });
});
