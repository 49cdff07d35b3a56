import { type Tensor, tensor } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { square } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("square", square);

describe("square", () => {
  test("keeps the dtype; bool becomes int32", () => {
    const y = square(tensor([-3, 65537], { dtype: "int32" }));
    expect([y.dtype, y.toArray()]).toEqual(["int32", [9, Math.imul(65537, 65537)]]);
    expectTypeOf(y).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(square(tensor([true]))).toEqualTypeOf<Tensor<[1], "int32">>();
    expect(square(tensor([true])).dtype).toBe("int32");
  });
});
