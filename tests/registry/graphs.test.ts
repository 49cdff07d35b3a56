import { type AnyTensor, compile, sum, tensor, vjp } from "@adjoint/tensor";
import {
  gradcheck,
  gradgradcheck,
  graphProgramShape,
  graphPrograms,
  jvpcheck,
  runGraphProgram,
  smoothGraphOps,
  strict,
  tensorsIn,
} from "@adjoint/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./runs.ts";

const narrow = { min: -1, max: 1 } as const;

/** Graphs with float64 inputs. */
const samples = (ops = smoothGraphOps) =>
  graphPrograms({ ops, maxSteps: 5, maxSize: 6 }).chain((program) =>
    fc.tuple(fc.constant(program), fc.tuple(...program.inputs.map((shape) => tensorsIn(shape, narrow)))),
  );

const sameBits = (a: AnyTensor, b: AnyTensor): boolean => {
  const [left, right] = [a.toTypedArray(), b.toTypedArray()];
  return left.length === right.length && left.every((x, i) => Object.is(x, right[i]));
};

describe("a random graph of ops", () => {
  const checks = { gradcheck, gradgradcheck, jvpcheck };
  test.for(Object.entries(checks))("passes %s", ([, check]) => {
    fc.assert(
      fc.property(samples(), ([program, inputs]) => {
        check((...given: AnyTensor[]) => runGraphProgram(program, given), inputs, strict);
      }),
      runs(),
    );
  });

  test("has the shape that rules written apart say", () => {
    fc.assert(
      fc.property(samples([...smoothGraphOps, "maximum"]), ([program, inputs]) => {
        const y = runGraphProgram(program, inputs);
        expect(y.shape).toEqual(graphProgramShape(program));
        expect(y.toTypedArray()).toHaveLength(y.size);
      }),
      runs(),
    );
  });

  test("gives the same bits compiled, with its gradient", () => {
    fc.assert(
      fc.property(samples([...smoothGraphOps, "maximum"]), ([program, inputs]) => {
        const step = (...given: AnyTensor[]): AnyTensor[] => {
          const [y, pullback] = vjp(
            (...x: AnyTensor[]) => sum(runGraphProgram(program, x)) as AnyTensor,
            ...given,
          );
          return [y, ...pullback(tensor(1, { dtype: "float64" }) as AnyTensor)];
        };
        const plain = step(...inputs);
        compile(step)(...inputs).forEach((one, i) => {
          expect(sameBits(one, plain[i])).toBe(true);
        });
      }),
      runs(),
    );
  });
});
