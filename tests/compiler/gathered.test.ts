import { dataset } from "@adjoint/data";
import {
  type AnyTensor,
  add,
  type Backend,
  compile,
  getBackend,
  grad,
  IndexError,
  mul,
  parameter,
  setBackend,
  sum,
  take,
  tensor,
} from "@adjoint/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backends } from "../backends.ts";

describe.each(Object.entries(backends))(
  "an argument that is gathered in the program: on %s",
  (_, backend) => {
    let before: Backend;
    /** Programs that have been made. */
    let prepared: number;
    beforeEach(() => {
      before = getBackend();
      prepared = 0;
      setBackend({
        name: backend.name,
        prepare(graph) {
          prepared++;
          return backend.prepare(graph);
        },
      });
    });
    afterEach(() => setBackend(before));

    const table = (): AnyTensor =>
      tensor(
        Float32Array.from({ length: 60 }, (_, i) => i),
        [10, 6],
      ) as AnyTensor;
    const rowsOf = (values: AnyTensor, ...rows: number[]): AnyTensor =>
      take(values, tensor(rows, [rows.length], { dtype: "int32" })) as AnyTensor;
    const totals = (rows: readonly number[]): number[] => rows.map((row) => 36 * row + 15);

    test("gives what a gather before it gives, in one program for all batches", () => {
      const values = table();
      const step = compile((x: AnyTensor) => sum(x, { axis: -1 }));
      for (const rows of [
        [3, 1, 9],
        [0, 0, 2],
        [7, 8, 9],
      ])
        expect(step(rowsOf(values, ...rows)).toArray()).toEqual(totals(rows));
      expect(prepared).toBe(1);
      expect(step.programs).toHaveLength(1);
    });

    test("has another program along another axis", () => {
      const square = tensor([
        [1, 2],
        [3, 4],
      ]) as AnyTensor;
      const step = compile((x: AnyTensor) => mul(x, 10));
      const gather = (axis: number): AnyTensor =>
        take(square, tensor(Int32Array.of(1, 1)), { axis }) as AnyTensor;
      expect(step(gather(0)).toArray()).toEqual([
        [30, 40],
        [30, 40],
      ]);
      expect(step(gather(1)).toArray()).toEqual([
        [20, 20],
        [40, 40],
      ]);
    });

    test("is gathered once and for all where it comes again", () => {
      const batch = rowsOf(table(), 3, 1);
      const step = compile((x: AnyTensor) => sum(x, { axis: -1 }));
      const results = Array.from({ length: 5 }, () => step(batch).toArray());
      expect(results).toEqual(new Array(5).fill(totals([3, 1])));
      // With the gather in it, the gather alone, and without.
      expect(prepared).toBe(3);
      expect(batch.toArray()).toEqual([
        [18, 19, 20, 21, 22, 23],
        [6, 7, 8, 9, 10, 11],
      ]);
      expect(prepared).toBe(3);
    });

    test("can be given twice, beside what is made of it, and in trees", () => {
      const values = table();
      const [a, b] = [rowsOf(values, 4), rowsOf(values, 5)];
      const step = compile((x: AnyTensor, { y, z }: { y: AnyTensor; z: AnyTensor[] }) =>
        sum(add(add(x, mul(y, 10)), add(mul(z[0], 100), mul(z[1], 1000)))),
      );
      // The second and the third make each other's programs differ, as a was gathered in the first.
      for (let time = 0; time < 3; time++)
        expect(step(a, { y: b, z: [a, mul(a, 2) as AnyTensor] }).item()).toBe(
          195 * 10 + 159 * (1 + 100 + 2000) + 0,
        );
    });

    test("is gathered before where the data has another shape at each call", () => {
      const step = compile((x: AnyTensor) => sum(x, { axis: -1 }));
      for (let rows = 1; rows <= 20; rows++) {
        const values = tensor(new Float32Array(2 * rows).fill(rows), [rows, 2]) as AnyTensor;
        expect(step(rowsOf(values, rows - 1)).toArray()).toEqual([2 * rows]);
      }
      expect(step.programs).toHaveLength(9);
      // Eight with gathers; then one without, and a gather for each shape.
      expect(prepared).toBe(8 + 1 + 12);
    });

    test("is differentiated by like any other", () => {
      const step = compile((x: AnyTensor) => grad((z: AnyTensor) => sum(mul(z, z)) as never)(x) as AnyTensor);
      expect(step(rowsOf(table(), 2)).toArray()).toEqual([[24, 26, 28, 30, 32, 34]]);
    });

    test("of a parameter holds its value from before a step that assigns it", () => {
      const w = parameter(table());
      const early = rowsOf(w as AnyTensor, 1, 2);
      const late = rowsOf(w as AnyTensor, 1, 2);
      const step = compile((x: AnyTensor) => {
        w.assign(mul(w, 2) as never);
        return sum(x, { axis: -1 });
      });
      expect(step(early).toArray()).toEqual(totals([1, 2]));
      expect(step(late).toArray()).toEqual(totals([1, 2]));
      expect(early.toArray()).toEqual(late.toArray());
      expect(sum(rowsOf(w as AnyTensor, 1, 2), { axis: -1 }).toArray()).toEqual(
        totals([1, 2]).map((x) => 4 * x),
      );
    });

    test("with an index out of range is an error that leaves parameters as they were", () => {
      const w = parameter(tensor([1]));
      const step = compile((x: AnyTensor) => {
        w.assign(mul(w, 2) as never);
        return sum(x);
      });
      const run = (): unknown => step(rowsOf(table(), 3, 10)).item();
      expect(run).toThrow(IndexError);
      expect(run).toThrow("take: index 10 is out of range for axis 0 of dimension 10");
      expect(w.toArray()).toEqual([1]);
    });

    test("is what a data set's batches are", () => {
      const data = dataset({
        x: table(),
        y: tensor(Int32Array.from({ length: 10 }, (_, i) => i)) as AnyTensor,
      });
      const step = compile(({ x, y }: { x: AnyTensor; y: AnyTensor }) => add(sum(x), sum(y)));
      const sums = [...data.batches({ batchSize: 4 })].map((batch) => step(batch as never).item());
      const exact = [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ].map((rows) => totals(rows).reduce((a, b) => a + b) + rows.reduce((a, b) => a + b));
      expect(sums).toEqual(exact);
      expect(prepared).toBe(2);
    });
  },
);
