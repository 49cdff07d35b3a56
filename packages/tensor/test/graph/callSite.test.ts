import { afterEach, describe, expect, test } from "vitest";
import { customGradient } from "../../src/autodiff/customGradient.ts";
import { grad } from "../../src/autodiff/grad.ts";
import { callSiteOf, ownFiles, recordingCallSites, userPlace } from "../../src/graph/callSite.ts";
import type { AnyTensor, Tensor } from "../../src/graph/tensor.ts";
import { topologicalOrder } from "../../src/graph/topological.ts";
import { exp, log, mul, tensor } from "../../src/index.ts";
import { lowerGraph } from "../../src/runtime/lower.ts";

/** The place of the caller, `down` lines below. */
function lineBelow(down: number): string {
  const [, , caller] = (new Error().stack ?? "").split("\n");
  const [, file, line] = caller.match(/\(?((?:\/|file:|\w:)[^()]*):(\d+):\d+\)?$/) as RegExpMatchArray;
  return `${file.replace(/^file:\/\//, "")}:${Number(line) + down}`;
}

function lineOf(node: AnyTensor): string | undefined {
  return callSiteOf(node)?.at?.replace(/:\d+$/, "");
}

describe("call sites", () => {
  test("are the user's lines, also in functions that he calls", () => {
    const line = lineBelow(1);
    const squared = (x: AnyTensor): AnyTensor => mul(x, x) as AnyTensor;
    const [y, z] = recordingCallSites(() => {
      const inner = squared(tensor(3));
      return [inner, exp(inner)];
    });
    expect(lineOf(y)).toBe(line);
    expect(lineOf(z)).toBe(line.replace(/\d+$/, (number) => String(Number(number) + 3)));
    expect(callSiteOf(y)?.isBackward).toBe(false);
  });

  test("are not kept unless it is asked for", () => {
    expect(callSiteOf(exp(tensor(1)))).toBeUndefined();
    expect(() =>
      recordingCallSites(() => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(callSiteOf(exp(tensor(1)))).toBeUndefined();
  });

  test("of a gradient are those of the ops that it belongs to", () => {
    const line = lineBelow(1);
    const f = (x: Tensor<[]>) => log(x);
    const gradient = recordingCallSites(() => grad(f)(tensor(2)));
    expect([lineOf(gradient), callSiteOf(gradient)?.isBackward]).toEqual([line, true]);
  });

  test("of a gradient rule of the user's own are its lines", () => {
    const line = lineBelow(3);
    const own = customGradient(
      (x: Tensor<[]>) => exp(x),
      ({ cotangent, inputs: [x] }) => [mul(cotangent, x)],
    );
    const gradient = recordingCallSites(() => grad((x: Tensor<[]>) => own(x) as Tensor<[]>)(tensor(2)));
    const [node] = topologicalOrder([gradient]).filter(({ op }) => op.name === "mul");
    expect([lineOf(node), callSiteOf(node)?.isBackward]).toEqual([line, true]);
  });

  test("of a lowering are those of its composite", () => {
    const [node, lowered] = recordingCallSites(() => {
      const x = tensor(2);
      const one = grad((y: Tensor<[]>) => exp(y))(x) as AnyTensor;
      return [one, ...lowerGraph([one], new Set(), () => false)];
    });
    expect(callSiteOf(lowered)).toEqual(callSiteOf(node));
  });

  const { stackTraceLimit } = Error;
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  test("need no stack of the user's length, and leave that as it was", () => {
    Error.stackTraceLimit = 0;
    const line = lineOf(recordingCallSites(() => exp(tensor(1))));
    expect(Error.stackTraceLimit).toBe(0);
    expect(line).toMatch(/callSite\.test\.ts:\d+$/);
  });
});

describe("the user's place in a stack", () => {
  const installed = ownFiles("file:///home/me/app/node_modules/@adjoint/tensor/dist/graph/callSite.js");
  const workspace = ownFiles("/src/adjoint/packages/tensor/src/graph/callSite.ts");

  test.each([
    [
      "V8, packages installed by pnpm",
      installed,
      [
        "Error",
        "    at new Tensor (file:///home/me/app/node_modules/.pnpm/@adjoint+tensor@1.0.0/node_modules/@adjoint/tensor/dist/graph/tensor.js:40:1)",
        "    at softmax (file:///home/me/app/node_modules/.pnpm/@adjoint+ops@1.0.0/node_modules/@adjoint/ops/dist/softmax.js:9:12)",
        "    at Array.map (<anonymous>)",
        "    at file:///home/me/app/node_modules/adjoint/dist/index.js:1:1",
        "    at node:internal/process/task_queues:95:5",
        "    at async loss (file:///home/me/app/my%20net/dist/loss.js:7:21)",
        "    at file:///home/me/app/main.js:3:4",
      ],
      "/home/me/app/my net/dist/loss.js:7:21",
    ],
    [
      "V8, sources of the workspace",
      workspace,
      [
        "Error",
        "    at apply (/src/adjoint/packages/tensor/src/graph/apply.ts:130:3)",
        "    at Proxy.dense [as call] (/src/adjoint/packages/nn/src/dense.ts:40:3)",
        "    at /src/adjoint/packages/nn/test/dense.test.ts:12:30",
      ],
      "/src/adjoint/packages/nn/test/dense.test.ts:12:30",
    ],
    [
      "other engines, one file",
      ownFiles("http://localhost/deps/adjoint.js"),
      [
        "Tensor@http://localhost/deps/adjoint.js?v=1:900:12",
        "softmax@http://localhost/deps/adjoint.js?v=1:80:1",
        "loss@http://localhost/src/loss.js:7:21",
        "@http://localhost/src/main.js:1:2",
      ],
      "http://localhost/src/loss.js:7:21",
    ],
    [
      "Windows",
      ownFiles("C:/app/node_modules/@adjoint/tensor/dist/graph/callSite.js"),
      [
        "Error",
        "    at apply (C:\\app\\node_modules\\@adjoint\\ops\\dist\\exp.js:1:2)",
        "    at C:\\app\\net.js:5:6",
      ],
      "C:/app/net.js:5:6",
    ],
    [
      "all in one file",
      ownFiles("file:///app/bundle.js"),
      ["Error", "    at f (file:///app/bundle.js:9:9)"],
      undefined,
    ],
    ["no stack", workspace, [""], undefined],
  ] as const)("%s", (_, isOwn, stack, place) => {
    expect(userPlace(stack.join("\n"), isOwn)).toBe(place);
  });
});
