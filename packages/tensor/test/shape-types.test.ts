import { describe, expect, expectTypeOf, test } from "vitest";
import type { ShapeError } from "../src/graph/errors.ts";
import {
  type AnyTensor,
  add,
  arange,
  argmax,
  type BinaryDType,
  type BinaryShape,
  type Broadcast,
  type BroadcastTo,
  broadcastTo,
  type Checked,
  type CommonDType,
  type Concat,
  concat,
  type DType,
  type DTypeOf,
  div,
  type ExpandDims,
  exp,
  type Flatten,
  type FloatOf,
  full,
  type HasAxis,
  type ItemOf,
  less,
  type MatMul,
  matmul,
  mul,
  type NestedArray,
  type NestedDType,
  type NestedShape,
  type Normalise,
  type NumberOf,
  type Pad,
  type Parameter,
  type Promote,
  pad,
  parameter,
  type Reduce,
  type Reshape,
  type Result,
  reshape,
  type Shape,
  type ShapeOf,
  type ShapesOf,
  type Slice,
  type Squeeze,
  type Stack,
  type SumOf,
  slice,
  sum,
  type Take,
  type Tensor,
  type Transpose,
  take,
  tensor,
  transpose,
  type WhereShape,
  where,
  zeros,
} from "../src/index.ts";

// Most of these tests are for the compiler, which `npm test` runs first: a wrong rule is a type error here.
// Where a rule also has a run-time half, both are held to the same shape and the same sentence.

/** The sentence of an error; anything else is not one. */
type Sentence<R> = [R] extends [ShapeError<infer Message>] ? Message : never;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The type of the tensor's shape is exactly the literal, and so is its value. */
function expectShape<T extends AnyTensor, const S extends Shape>(
  x: T,
  shape: S & (Same<ShapeOf<T>, Normalise<S>> extends true ? unknown : ShapeOf<T>),
): void {
  expect(x.shape).toEqual(shape);
}

/** The rule's sentence begins the message that the call throws. */
function expectRefusal<R>(sentence: Sentence<R>, call: () => unknown): void {
  expect(call).toThrow(sentence);
}

const scalar = zeros([]);
const row: Tensor<[3]> = zeros([3]);
const matrix: Tensor<[2, 3]> = zeros([2, 3]);
/** A dimension that the compiler does not know. */
const some = (n: number): number => n;
const unknownRows: Tensor<[number, 3]> = zeros([some(2), 3]);
const unknownRank: Tensor = zeros(matrix.shape as Shape);

describe("Tensor", () => {
  test("readonly and mutable shapes mix both ways", () => {
    expectTypeOf<Tensor<readonly [2, 3]>>().toExtend<Tensor<[2, 3]>>();
    expectTypeOf<Tensor<[2, 3]>>().toExtend<Tensor<readonly [2, 3]>>();
    expectTypeOf<Tensor<readonly [2, 3]>>().not.toExtend<Tensor<[2, 4]>>();
    const written = [2, 3] as const;
    expectTypeOf(zeros(written)).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(reshape(zeros([6]), written)).toEqualTypeOf<Tensor<[2, 3]>>();
  });
  test("a known shape goes where less is asked, not the other way round", () => {
    expectTypeOf<Tensor<[32, 784]>>().toExtend<Tensor<[number, 784]>>();
    expectTypeOf<Tensor<[32, 784]>>().toExtend<Tensor>();
    expectTypeOf<Tensor<[32, 784], "int32">>().toExtend<AnyTensor>();
    expectTypeOf<Tensor<[32, 784], "int32">>().not.toExtend<Tensor>();
    expectTypeOf<Tensor<[number, 784]>>().not.toExtend<Tensor<[32, 784]>>();
    expectTypeOf<Tensor>().not.toExtend<Tensor<[32, 784]>>();
    expectTypeOf<Tensor<[2, 3]>>().not.toExtend<Tensor<[2]>>();
  });
  test("a parameter is a tensor, and ops see its shape", () => {
    const weight = parameter(zeros([3, 4]));
    expectTypeOf(weight).toExtend<Parameter<[3, 4]>>();
    expectTypeOf<Parameter<[3, 4]>>().toExtend<Tensor<[3, 4]>>();
    expectTypeOf<Parameter<[3, 4]>>().toExtend<Tensor<[number, 4]>>();
    expectTypeOf<ShapeOf<Parameter<[3, 4]>>>().toEqualTypeOf<[3, 4]>();
    expectTypeOf<DTypeOf<Parameter<[3, 4], "float64">>>().toEqualTypeOf<"float64">();
    expectShape(matmul(matrix, weight), [2, 4]);
    expectShape(weight.add(1), [3, 4]);
  });
  test("as() narrows", () => {
    expectShape(unknownRank.as([2, 3]), [2, 3]);
    expectTypeOf(unknownRank.as([some(2), 3])).toEqualTypeOf<Tensor<[number, 3]>>();
  });
});

describe("generic code", () => {
  function twice<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return add(mul(x, 1), x) as Tensor<S>;
  }
  function scores<Batch extends number, In extends number, Out extends number>(
    x: Tensor<[Batch, In]>,
    weight: Tensor<[In, Out]>,
  ): Tensor<[Batch, Out]> {
    return matmul(x, weight) as Tensor<[Batch, Out]>;
  }
  function exponentials<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.exp();
  }
  function softmaxed<A extends Tensor>(x: A): Tensor<ShapeOf<A>> {
    const e = exp(x);
    return div(e, sum(e, { axis: -1, keepDims: true })) as AnyTensor as Tensor<ShapeOf<A>>;
  }
  test("takes ops of a shape that is not known yet, and gives the shape when it is", () => {
    expectShape(twice(matrix), [2, 3]);
    expectShape(scores(matrix, zeros([3, 4])), [2, 4]);
    expectShape(softmaxed(matrix), [2, 3]);
    expectShape(exponentials(matrix), [2, 3]);
    expectTypeOf(twice(unknownRank)).toEqualTypeOf<Tensor>();
  });
});

describe("Checked and Result", () => {
  test("an error refuses every argument and gives an unknown shape", () => {
    expectTypeOf<Checked<ShapeError<"add: no">>>().toEqualTypeOf<ShapeError<"add: no">>();
    expectTypeOf<Result<ShapeError<"add: no">>>().toEqualTypeOf<Shape>();
  });
  test("a shape passes", () => {
    expectTypeOf<Checked<[2, 3]>>().toEqualTypeOf<unknown>();
    expectTypeOf<Result<[2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Checked<never>>().toEqualTypeOf<unknown>();
  });
  test("of several possible results, one that fits is enough", () => {
    expectTypeOf<Checked<[2] | ShapeError<"add: no">>>().toEqualTypeOf<unknown>();
    expectTypeOf<Result<[2] | ShapeError<"add: no">>>().toEqualTypeOf<[2]>();
  });
  test("one mistake is one error: what follows is of unknown rank", () => {
    const wrong = () => {
      // @ts-expect-error inner dimensions 3 and 2 differ
      const product = matmul(matrix, matrix);
      return sum(add(product, zeros([7])), { axis: 5 });
    };
    expect(wrong).toThrow("matmul: inner dimensions 3 and 2 differ");
  });
});

describe("Normalise", () => {
  test("gives mutable tuples and one name for an unknown rank", () => {
    expectTypeOf<Normalise<readonly [2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Normalise<[2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Normalise<readonly []>>().toEqualTypeOf<[]>();
    expectTypeOf<Normalise<number[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Normalise<Shape>>().toEqualTypeOf<Shape>();
  });
});

describe("Broadcast", () => {
  test("aligns on the right and stretches 1", () => {
    expectTypeOf<Broadcast<"add", [32, 10], [10]>>().toEqualTypeOf<[32, 10]>();
    expectTypeOf<Broadcast<"add", [10], [32, 10]>>().toEqualTypeOf<[32, 10]>();
    expectTypeOf<Broadcast<"add", [8, 1, 6, 1], [7, 1, 5]>>().toEqualTypeOf<[8, 7, 6, 5]>();
    expectTypeOf<Broadcast<"add", [], []>>().toEqualTypeOf<[]>();
    expectTypeOf<Broadcast<"add", [2, 3], []>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<"add", [0], [1]>>().toEqualTypeOf<[0]>();
    expectShape(add(zeros([8, 1, 6, 1]), zeros([7, 1, 5])), [8, 7, 6, 5]);
    expectShape(matrix.mul(row), [2, 3]);
    expectShape(scalar.add(scalar), []);
  });
  test("says what differs, as the run-time message does", () => {
    expectRefusal<Broadcast<"add", [32, 10], [32]>>(
      "add: cannot broadcast [32, 10] with [32]: axis -1 has dimensions 10 and 32",
      // @ts-expect-error a column of 32 beside rows of 10
      () => add(zeros([32, 10]), zeros([32])),
    );
    expectRefusal<Broadcast<"mul", [2, 3, 4], [5, 4]>>(
      "mul: cannot broadcast [2, 3, 4] with [5, 4]: axis -2 has dimensions 3 and 5",
      // @ts-expect-error 3 beside 5
      () => zeros([2, 3, 4]).mul(zeros([5, 4])),
    );
    expectRefusal<Broadcast<"add", [0], [2]>>(
      "add: cannot broadcast [0] with [2]: axis -1 has dimensions 0 and 2",
      // @ts-expect-error no element does not stretch to two
      () => add(zeros([0]), zeros([2])),
    );
    expectTypeOf<
      Sentence<Broadcast<"add", [number, 3], [2, 4]>>
    >().toEqualTypeOf<"add: cannot broadcast [number, 3] with [2, 4]: axis -1 has dimensions 3 and 4">();
  });
  test("a number beside a literal other than 1 must be that literal", () => {
    expectTypeOf<Broadcast<"add", [number], [5]>>().toEqualTypeOf<[5]>();
    expectTypeOf<Broadcast<"add", [5], [number]>>().toEqualTypeOf<[5]>();
    expectTypeOf<Broadcast<"add", [number], [1]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Broadcast<"add", [1], [number]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Broadcast<"add", [number], [number]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Broadcast<"add", [number, 3], [2, 1]>>().toEqualTypeOf<[2, 3]>();
    expectShape(add(unknownRows, matrix), [2, 3]);
  });
  test("refuses nothing that is not known", () => {
    expectTypeOf<Broadcast<"add", Shape, [3]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Broadcast<"add", [3], number[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Broadcast<"add", [...number[], 3], [4]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Broadcast<"add", [number, ...number[]], [4]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Broadcast<"add", [2 | 3], [3]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Broadcast<"add", [1 | 2], [3]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Broadcast<"add", [1 | 2], [1 | 2]>>().toEqualTypeOf<[1 | 2]>();
    expectTypeOf<Checked<Broadcast<"add", [2] | [3], [3]>>>().toEqualTypeOf<unknown>();
    expectTypeOf<Checked<Broadcast<"add", [2, 3] | [3], [3]>>>().toEqualTypeOf<unknown>();
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
    expectTypeOf<Broadcast<"add", any, [3]>>().toEqualTypeOf<Shape>();
    expect(() => add(unknownRank, zeros([7]))).toThrow("add: cannot broadcast");
    expect(() => add(unknownRows, zeros([some(7), 1]))).toThrow("add: cannot broadcast");
  });
  test("two dimensions of which no pair can be equal are refused", () => {
    expectTypeOf<Broadcast<"add", [2 | 3], [4]>>().toExtend<ShapeError>();
  });
  test("takes readonly and mutable tuples alike and gives mutable ones", () => {
    expectTypeOf<Broadcast<"add", readonly [2, 1], [3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<"add", [2, 1], readonly [3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<"add", readonly [2, 3], readonly []>>().toEqualTypeOf<[2, 3]>();
  });
  test("many alternatives do not multiply", () => {
    type Ten = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
    expectTypeOf<Broadcast<"add", [Ten, Ten, Ten, Ten], [5, 6, 7, 8]>>().toEqualTypeOf<
      [number, number, number, number]
    >();
  });
});

describe("operands", () => {
  test("a number is a scalar and takes the other operand's dtype", () => {
    expectTypeOf<BinaryShape<"add", Tensor<[2, 3]>, 1>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<BinaryDType<Tensor<[2], "int32">, 3>>().toEqualTypeOf<"int32">();
    expectTypeOf<BinaryDType<number, Tensor<[2], "uint8">>>().toEqualTypeOf<"uint8">();
    expectTypeOf<BinaryDType<1, 2>>().toEqualTypeOf<"float32">();
    expectTypeOf<BinaryDType<number | Tensor<[2], "int32">, 2>>().toEqualTypeOf<"int32">();
    expectTypeOf(add(1, 2)).toEqualTypeOf<Tensor<[]>>();
    const counts = zeros([3], { dtype: "int32" });
    expectTypeOf(add(1, counts)).toEqualTypeOf<Tensor<[3], "int32">>();
    expectTypeOf(div(counts, 2)).toEqualTypeOf<Tensor<[3], "float32">>();
    expectTypeOf(less(counts, 2)).toEqualTypeOf<Tensor<[3], "bool">>();
    expect(add(1, counts).dtype).toBe("int32");
    expect(div(counts, 2).dtype).toBe("float32");
    expect(less(counts, 2).dtype).toBe("bool");
  });
  test("an operand that may be a tensor or a number is not refused", () => {
    const either = [zeros([2]), 3][some(1)] as Tensor<[2]> | number;
    expect(add(either, matrix).shape).toEqual([2, 3]);
  });
  test("an untyped operand is not refused", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
    const untyped: any = matrix;
    expectTypeOf(add(untyped, row).shape).toEqualTypeOf<Shape>();
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expectTypeOf<ShapeOf<any>>().toEqualTypeOf<Shape>();
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expectTypeOf<DTypeOf<any>>().toEqualTypeOf<DType>();
  });
  test("what is neither a tensor nor a number is refused", () => {
    // @ts-expect-error an array is no operand; tensor([1, 2]) makes one
    expect(() => add(matrix, [1, 2])).toThrow("add");
  });
  test("dtypes promote in the order bool < uint8 < int32 < float32 < float64", () => {
    expectTypeOf<Promote<"bool", "uint8">>().toEqualTypeOf<"uint8">();
    expectTypeOf<Promote<"int32", "uint8">>().toEqualTypeOf<"int32">();
    expectTypeOf<Promote<"int32", "float32">>().toEqualTypeOf<"float32">();
    expectTypeOf<Promote<"float64", "float32">>().toEqualTypeOf<"float64">();
    expectTypeOf<Promote<"int32", "float32" | "float64">>().toEqualTypeOf<"float32" | "float64">();
    expectTypeOf<CommonDType<[Tensor<[2], "bool">, Tensor<[2], "int32">]>>().toEqualTypeOf<"int32">();
    expectTypeOf<CommonDType<Tensor<[2], "float64">[]>>().toEqualTypeOf<"float64">();
  });
  test("ops choose a dtype that can hold the result", () => {
    expectTypeOf<FloatOf<"bool" | "int32">>().toEqualTypeOf<"float32">();
    expectTypeOf<FloatOf<"float64">>().toEqualTypeOf<"float64">();
    expectTypeOf<NumberOf<"bool">>().toEqualTypeOf<"int32">();
    expectTypeOf<NumberOf<"uint8">>().toEqualTypeOf<"uint8">();
    expectTypeOf<SumOf<"bool">>().toEqualTypeOf<"int32">();
    expectTypeOf<SumOf<"uint8">>().toEqualTypeOf<"int32">();
    expectTypeOf<SumOf<"float64">>().toEqualTypeOf<"float64">();
  });
  test("type and value agree on the dtype of every pair", () => {
    const all = {
      bool: zeros([1], { dtype: "bool" }),
      uint8: zeros([1], { dtype: "uint8" }),
      int32: zeros([1], { dtype: "int32" }),
      float32: zeros([1], { dtype: "float32" }),
      float64: zeros([1], { dtype: "float64" }),
    } as const satisfies Record<DType, AnyTensor>;
    // Written out as the types say; a row that promotes differently at run time fails.
    const sums: { [A in DType]: { [B in DType]: NumberOf<Promote<A, B>> } } = {
      bool: { bool: "int32", uint8: "uint8", int32: "int32", float32: "float32", float64: "float64" },
      uint8: { bool: "uint8", uint8: "uint8", int32: "int32", float32: "float32", float64: "float64" },
      int32: { bool: "int32", uint8: "int32", int32: "int32", float32: "float32", float64: "float64" },
      float32: {
        bool: "float32",
        uint8: "float32",
        int32: "float32",
        float32: "float32",
        float64: "float64",
      },
      float64: {
        bool: "float64",
        uint8: "float64",
        int32: "float64",
        float32: "float64",
        float64: "float64",
      },
    };
    for (const a of Object.keys(all) as DType[]) {
      for (const b of Object.keys(all) as DType[]) expect(add(all[a], all[b]).dtype).toBe(sums[a][b]);
    }
  });
});

describe("WhereShape", () => {
  test("broadcasts all three", () => {
    expectTypeOf<WhereShape<Tensor<[2, 1], "bool">, Tensor<[3]>, 0>>().toEqualTypeOf<[2, 3]>();
    expectShape(where(less(zeros([2, 1]), 1), row, 0), [2, 3]);
    expectShape(where(less(row, 1), 0, scalar), [3]);
  });
  test("refuses either branch", () => {
    expectRefusal<WhereShape<Tensor<[2, 3], "bool">, Tensor<[3]>, Tensor<[2]>>>(
      "where: cannot broadcast [2, 3] with [2]: axis -1 has dimensions 3 and 2",
      // @ts-expect-error the second choice has 2 columns
      () => where(less(matrix, 1), row, zeros([2])),
    );
    expectRefusal<WhereShape<Tensor<[2, 3], "bool">, Tensor<[2]>, number>>(
      "where: cannot broadcast [2, 3] with [2]: axis -1 has dimensions 3 and 2",
      // @ts-expect-error the first choice has 2 columns
      () => where(less(matrix, 1), zeros([2]), 0),
    );
  });
});

describe("BroadcastTo", () => {
  test("stretches to the target", () => {
    expectTypeOf<BroadcastTo<[3], [2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<BroadcastTo<[], readonly [2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<BroadcastTo<[1, 3], [0, 3]>>().toEqualTypeOf<[0, 3]>();
    expectTypeOf<BroadcastTo<[5, 1], [number, number]>>().toEqualTypeOf<[5, number]>();
    expectTypeOf<BroadcastTo<Shape, [2, 3]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<BroadcastTo<[3], Shape>>().toEqualTypeOf<Shape>();
    expectShape(broadcastTo(row, [2, 3]), [2, 3]);
  });
  test("says what differs", () => {
    expectRefusal<BroadcastTo<[3], [2, 4]>>(
      "broadcastTo: cannot broadcast [3] to [2, 4]: axis -1 has dimensions 3 and 4",
      // @ts-expect-error 3 does not stretch to 4
      () => broadcastTo(row, [2, 4]),
    );
    expectRefusal<BroadcastTo<[2, 3], [3]>>(
      "broadcastTo: cannot broadcast [2, 3] to [3]: rank 2 is above 1",
      // @ts-expect-error an axis would be lost
      () => broadcastTo(matrix, [3]),
    );
  });
});

describe("MatMul", () => {
  test("takes rows and columns, and broadcasts batches", () => {
    expectTypeOf<MatMul<[32, 784], [784, 25]>>().toEqualTypeOf<[32, 25]>();
    expectTypeOf<MatMul<[8, 32, 784], [784, 25]>>().toEqualTypeOf<[8, 32, 25]>();
    expectTypeOf<MatMul<[7, 1, 2, 3], [6, 3, 4]>>().toEqualTypeOf<[7, 6, 2, 4]>();
    expectTypeOf<MatMul<readonly [2, 3], readonly [3, 4]>>().toEqualTypeOf<[2, 4]>();
    expectTypeOf<MatMul<[2, 0], [0, 4]>>().toEqualTypeOf<[2, 4]>();
    expectShape(matmul(zeros([7, 1, 2, 3]), zeros([6, 3, 4])), [7, 6, 2, 4]);
    expectShape(matrix.matmul(zeros([3, 5])), [2, 5]);
  });
  test("says what differs", () => {
    expectRefusal<MatMul<[32, 784], [25, 10]>>(
      "matmul: inner dimensions 784 and 25 differ",
      // @ts-expect-error inner dimensions 784 and 25 differ
      () => matmul(zeros([32, 784]), zeros([25, 10])),
    );
    expectRefusal<MatMul<[32], [32, 10]>>(
      "matmul: [32] has rank 1; expected at least 2",
      // @ts-expect-error a vector is no matrix
      () => matmul(zeros([32]), zeros([32, 10])),
    );
    expectRefusal<MatMul<[2, 3], []>>(
      "matmul: [] has rank 0; expected at least 2",
      // @ts-expect-error a scalar is no matrix
      () => matrix.matmul(scalar),
    );
    expectRefusal<MatMul<[8, 2, 3], [7, 3, 4]>>(
      "matmul: cannot broadcast [8] with [7]: axis -1 has dimensions 8 and 7",
      // @ts-expect-error batches of 8 and 7
      () => matmul(zeros([8, 2, 3]), zeros([7, 3, 4])),
    );
  });
  test("refuses nothing that is not known", () => {
    expectTypeOf<MatMul<[number, 784], [784, 25]>>().toEqualTypeOf<[number, 25]>();
    expectTypeOf<MatMul<[32, number], [784, 25]>>().toEqualTypeOf<[32, 25]>();
    expectTypeOf<MatMul<Shape, [784, 25]>>().toEqualTypeOf<Shape>();
    expectTypeOf<MatMul<[32, 784], number[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<MatMul<[2, 3 | 4], [4, 5]>>().toEqualTypeOf<[2, 5]>();
    expectTypeOf<MatMul<[number, 2, 3], [7, 3, 4]>>().toEqualTypeOf<[7, 2, 4]>();
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
    expectTypeOf<Checked<MatMul<any, [3, 4]>>>().toEqualTypeOf<unknown>();
  });
});

describe("Reduce", () => {
  test("drops the axes, or keeps them as 1", () => {
    expectTypeOf<Reduce<"sum", [32, 10]>>().toEqualTypeOf<[]>();
    expectTypeOf<Reduce<"sum", [32, 10], undefined, true>>().toEqualTypeOf<[1, 1]>();
    expectTypeOf<Reduce<"sum", [32, 10], 0>>().toEqualTypeOf<[10]>();
    expectTypeOf<Reduce<"sum", [32, 10], -1>>().toEqualTypeOf<[32]>();
    expectTypeOf<Reduce<"sum", [32, 10], -2, true>>().toEqualTypeOf<[1, 10]>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], [0, -1]>>().toEqualTypeOf<[3]>();
    expectTypeOf<Reduce<"sum", readonly [2, 3, 4], readonly [-1, 0], true>>().toEqualTypeOf<[1, 3, 1]>();
    expectTypeOf<Reduce<"sum", [2, 3], []>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Reduce<"sum", [number, 3], 1>>().toEqualTypeOf<[number]>();
    const cube = zeros([2, 3, 4]);
    expectShape(sum(cube), []);
    expectShape(sum(cube, { keepDims: true }), [1, 1, 1]);
    expectShape(sum(cube, { axis: 0 }), [3, 4]);
    expectShape(cube.sum({ axis: -1, keepDims: true }), [2, 3, 1]);
    expectShape(cube.max({ axis: [0, -1] }), [3]);
    expectShape(cube.sum({ axis: [] }), [2, 3, 4]);
    expectShape(argmax(cube, { axis: 1 }), [2, 4]);
  });
  test("says which axis is out of range", () => {
    expectRefusal<Reduce<"sum", [32, 10], 2>>(
      "sum: axis 2 is out of range for [32, 10]",
      // @ts-expect-error two axes are 0 and 1
      () => sum(zeros([32, 10]), { axis: 2 }),
    );
    expectRefusal<Reduce<"max", [32, 10], [0, -3]>>(
      "max: axis -3 is out of range for [32, 10]",
      // @ts-expect-error two axes are -1 and -2
      () => zeros([32, 10]).max({ axis: [0, -3] }),
    );
    expectRefusal<Reduce<"sum", [], 0>>(
      "sum: axis 0 is out of range for []",
      // @ts-expect-error a scalar has no axes
      () => scalar.sum({ axis: 0 }),
    );
  });
  test("an axis not known leaves dimensions unknown", () => {
    expectTypeOf<Reduce<"sum", [2, 3, 4], number>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], 0 | 1>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], number, true>>().toEqualTypeOf<[number, number, number]>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], number[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], [number, 0]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], number[], true>>().toEqualTypeOf<[number, number, number]>();
    expectTypeOf<Reduce<"sum", [2, 3, 4], number | undefined>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", [2, 3], 0, boolean>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", [2, 3], undefined, boolean>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", Shape, 0>>().toEqualTypeOf<Shape>();
    expectTypeOf<Reduce<"sum", Shape>>().toEqualTypeOf<[]>();
    expectTypeOf(sum(matrix, { axis: some(1) })).toEqualTypeOf<Tensor<[number]>>();
    expectTypeOf(unknownRank.sum({ axis: 1 })).toEqualTypeOf<Tensor>();
  });
  test("HasAxis checks the axis and keeps the shape", () => {
    expectTypeOf<HasAxis<"cumsum", readonly [2, 3], -1>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<HasAxis<"cumsum", [2, 3], number>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<HasAxis<"cumsum", [2, 3], undefined>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<HasAxis<"flip", [2, 3], [0, 1]>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<HasAxis<"cumsum", Shape, 7>>().toEqualTypeOf<Shape>();
    expectTypeOf<
      Sentence<HasAxis<"cumsum", [2, 3], 2>>
    >().toEqualTypeOf<"cumsum: axis 2 is out of range for [2, 3]">();
  });
});

describe("ExpandDims and Squeeze", () => {
  test("put axes of extent 1 in and take them out", () => {
    expectTypeOf<ExpandDims<[2, 3], 0>>().toEqualTypeOf<[1, 2, 3]>();
    expectTypeOf<ExpandDims<[2, 3], -1>>().toEqualTypeOf<[2, 3, 1]>();
    expectTypeOf<ExpandDims<readonly [2, 3], 2>>().toEqualTypeOf<[2, 3, 1]>();
    expectTypeOf<ExpandDims<[], 0>>().toEqualTypeOf<[1]>();
    expectTypeOf<Squeeze<[1, 3, 1]>>().toEqualTypeOf<[3]>();
    expectTypeOf<Squeeze<[1, 3, 1], 0>>().toEqualTypeOf<[3, 1]>();
    expectTypeOf<Squeeze<readonly [1, 3, 1], readonly [0, -1]>>().toEqualTypeOf<[3]>();
    expectTypeOf<Squeeze<[number, 3], 0>>().toEqualTypeOf<[3]>();
    expectTypeOf<Squeeze<[2, 3]>>().toEqualTypeOf<[2, 3]>();
  });
  test("leave open what is not known", () => {
    expectTypeOf<ExpandDims<[2, 3], number>>().toEqualTypeOf<[number, number, number]>();
    expectTypeOf<ExpandDims<Shape, 0>>().toEqualTypeOf<Shape>();
    expectTypeOf<Squeeze<[number, 3]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Squeeze<[1 | 2, 3]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Squeeze<[1, 3], number>>().toEqualTypeOf<[number]>();
    expectTypeOf<Squeeze<Shape>>().toEqualTypeOf<Shape>();
  });
  test("say what is wrong", () => {
    expectTypeOf<
      Sentence<ExpandDims<[2, 3], 3>>
    >().toEqualTypeOf<"expandDims: axis 3 is out of range for [2, 3, 1]">();
    expectTypeOf<
      Sentence<Squeeze<[2, 3], 0>>
    >().toEqualTypeOf<"squeeze: axis 0 of [2, 3] has dimension 2; expected 1">();
    expectTypeOf<
      Sentence<Squeeze<[1, 3], [0, -1]>>
    >().toEqualTypeOf<"squeeze: axis 1 of [1, 3] has dimension 3; expected 1">();
    expectTypeOf<
      Sentence<Squeeze<[1, 3], 2>>
    >().toEqualTypeOf<"squeeze: axis 2 is out of range for [1, 3]">();
  });
});

describe("Transpose", () => {
  test("reverses, or reorders", () => {
    expectTypeOf<Transpose<[2, 3, 4]>>().toEqualTypeOf<[4, 3, 2]>();
    expectTypeOf<Transpose<[]>>().toEqualTypeOf<[]>();
    expectTypeOf<Transpose<[2, 3, 4], [0, 2, 1]>>().toEqualTypeOf<[2, 4, 3]>();
    expectTypeOf<Transpose<readonly [2, 3, 4], readonly [-1, 0, 1]>>().toEqualTypeOf<[4, 2, 3]>();
    expectShape(transpose(zeros([2, 3, 4])), [4, 3, 2]);
    expectShape(zeros([2, 3, 4]).transpose([-1, 0, 1]), [4, 2, 3]);
  });
  test("says what is wrong", () => {
    expectRefusal<Transpose<[2, 3], [0, 0]>>(
      "transpose: axes [0, 0] must name each of the 2 axes of [2, 3] once",
      // @ts-expect-error axis 1 is missing
      () => transpose(matrix, [0, 0]),
    );
    expectRefusal<Transpose<[2, 3], [0]>>(
      "transpose: axes [0] must name each of the 2 axes of [2, 3] once",
      // @ts-expect-error axis 1 is missing
      () => transpose(matrix, [0]),
    );
    expectRefusal<Transpose<[2, 3], [0, 1, -1]>>(
      "transpose: axes [0, 1, -1] must name each of the 2 axes of [2, 3] once",
      // @ts-expect-error axis 1 comes twice
      () => transpose(matrix, [0, 1, -1]),
    );
    expectRefusal<Transpose<[2, 3], [0, 2]>>(
      "transpose: axis 2 is out of range for [2, 3]",
      // @ts-expect-error two axes are 0 and 1
      () => transpose(matrix, [0, 2]),
    );
  });
  test("leaves open what is not known", () => {
    expectTypeOf<Transpose<[2, 3], number[]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Transpose<[2, 3], [number, 0]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Transpose<Shape, [1, 0]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Transpose<Shape>>().toEqualTypeOf<Shape>();
    expectTypeOf<Transpose<[number, 3]>>().toEqualTypeOf<[3, number]>();
  });
});

describe("Reshape and Flatten", () => {
  test("give the target, and what is left over for -1", () => {
    expectTypeOf<Reshape<[2, 6], [3, 4]>>().toEqualTypeOf<[3, 4]>();
    expectTypeOf<Reshape<[32, 28, 28], readonly [32, -1]>>().toEqualTypeOf<[32, 784]>();
    expectTypeOf<Reshape<[32, 784], [-1, 28, 28]>>().toEqualTypeOf<[32, 28, 28]>();
    expectTypeOf<Reshape<[64, 7, 7, 64], [64, -1]>>().toEqualTypeOf<[64, 3136]>();
    expectTypeOf<Reshape<[2, 3], [-1]>>().toEqualTypeOf<[6]>();
    expectTypeOf<Reshape<[], [-1]>>().toEqualTypeOf<[1]>();
    expectTypeOf<Reshape<[1], []>>().toEqualTypeOf<[]>();
    expectTypeOf<Flatten<[28, 28]>>().toEqualTypeOf<[784]>();
    expectTypeOf<Flatten<[]>>().toEqualTypeOf<[1]>();
    expectTypeOf<Flatten<[3, 0, 5]>>().toEqualTypeOf<[0]>();
    expectTypeOf<Flatten<[60000, 784]>>().toEqualTypeOf<[47040000]>();
    expectTypeOf<Flatten<[99999, 99999]>>().toEqualTypeOf<[9999800001]>();
    expectShape(reshape(zeros([4, 28, 28]), [4, -1]), [4, 784]);
    expectShape(matrix.reshape([3, 2]), [3, 2]);
  });
  test("compare the numbers of elements", () => {
    expectRefusal<Reshape<[2, 3], [4, 2]>>(
      "reshape: [2, 3] has 6 elements, which [4, 2] cannot hold (8)",
      // @ts-expect-error 6 elements do not fill 8 places
      () => reshape(matrix, [4, 2]),
    );
    expectRefusal<Reshape<[32, 784], [32, 28, 27]>>(
      "reshape: [32, 784] has 25088 elements, which [32, 28, 27] cannot hold (24192)",
      // @ts-expect-error 784 is not 28 × 27
      () => zeros([32, 784]).reshape([32, 28, 27]),
    );
    expectRefusal<Reshape<[2, 3], [0]>>(
      "reshape: [2, 3] has 6 elements, which [0] cannot hold (0)",
      // @ts-expect-error 6 elements do not vanish
      () => reshape(matrix, [0]),
    );
  });
  test("leave open what is not known", () => {
    expectTypeOf<Reshape<[32, 784], [-1, 28]>>().toEqualTypeOf<[number, 28]>();
    expectTypeOf<Reshape<[number, 784], [-1, 28, 28]>>().toEqualTypeOf<[number, 28, 28]>();
    expectTypeOf<Reshape<[number, 784], [7, 7]>>().toEqualTypeOf<[7, 7]>();
    expectTypeOf<Reshape<[32, 784], [number, 784]>>().toEqualTypeOf<[number, 784]>();
    expectTypeOf<Reshape<[0, 3], [0, 5]>>().toEqualTypeOf<[0, 5]>();
    expectTypeOf<Reshape<[2 | 3, 3], [2 | 3, 2]>>().toEqualTypeOf<[2 | 3, 2]>();
    expectTypeOf<Reshape<Shape, [2, -1]>>().toEqualTypeOf<[2, number]>();
    expectTypeOf<Reshape<[2, 3], number[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Flatten<[number, 3]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Flatten<Shape>>().toEqualTypeOf<[number]>();
    const target: number[] = [3, 2];
    expectTypeOf(reshape(matrix, target)).toEqualTypeOf<Tensor>();
    expectTypeOf(reshape(matrix, matrix.shape)).toEqualTypeOf<Tensor<[2, 3]>>();
  });
  test("a product that no number holds exactly is left open", () => {
    expectTypeOf<Flatten<[9007199254740993, 3]>>().toExtend<[number]>();
    expectTypeOf<Flatten<[99999999, 99999999, 99999999]>>().toEqualTypeOf<[number]>();
  });
});

describe("Concat and Stack", () => {
  test("add along the axis", () => {
    expectTypeOf<Concat<[[2, 3], [4, 3]]>>().toEqualTypeOf<[6, 3]>();
    expectTypeOf<Concat<[[2, 95], [2, 5], [2, 900]], -1>>().toEqualTypeOf<[2, 1000]>();
    expectTypeOf<Concat<readonly [readonly [2, 3], readonly [0, 3]], 0>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Concat<[[2, 3]], 1>>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<ShapesOf<[Tensor<[2]>, Tensor<[3]>]>>().toEqualTypeOf<[[2], [3]]>();
    expectShape(concat([matrix, zeros([4, 3])]), [6, 3]);
    expectShape(concat([matrix, zeros([2, 97]), matrix], { axis: -1 }), [2, 103]);
    expectTypeOf(concat([matrix, zeros([1, 3], { dtype: "float64" })])).toEqualTypeOf<
      Tensor<[3, 3], "float64">
    >();
  });
  test("stack along a further axis", () => {
    expectTypeOf<Stack<[[2, 3], [2, 3]]>>().toEqualTypeOf<[2, 2, 3]>();
    expectTypeOf<Stack<[[2, 3], [2, 3], [2, 3]], -1>>().toEqualTypeOf<[2, 3, 3]>();
    expectTypeOf<Stack<[[number, 3], [2, number]], 0>>().toEqualTypeOf<[2, 2, 3]>();
    expectTypeOf<Stack<[[]]>>().toEqualTypeOf<[1]>();
  });
  test("say what differs", () => {
    expectRefusal<Concat<[[2, 3], [2, 4]]>>(
      "concat: [2, 3] and [2, 4] along axis 0: axis 1 has dimensions 3 and 4",
      // @ts-expect-error 3 columns beside 4
      () => concat([matrix, zeros([2, 4])]),
    );
    expectRefusal<Concat<[[2, 3], [5, 3], [2, 4]]>>(
      "concat: [2, 3] and [2, 4] along axis 0: axis 1 has dimensions 3 and 4",
      // @ts-expect-error 3 columns beside 4, in the third
      () => concat([matrix, zeros([5, 3]), zeros([2, 4])]),
    );
    expectRefusal<Concat<[[2, 3], [3]]>>(
      "concat: [2, 3] and [3] differ in rank",
      // @ts-expect-error a matrix beside a vector
      () => concat([matrix, row]),
    );
    expectRefusal<Concat<[[2, 3], [2, 3]], 2>>(
      "concat: axis 2 is out of range for [2, 3]",
      // @ts-expect-error two axes are 0 and 1
      () => concat([matrix, matrix], { axis: 2 }),
    );
    expectTypeOf<
      Sentence<Stack<[[2, 3], [2, 4]]>>
    >().toEqualTypeOf<"stack: [2, 3] and [2, 4]: axis 1 has dimensions 3 and 4">();
    expectTypeOf<
      Sentence<Stack<[[2, 3], [2, 3]], 3>>
    >().toEqualTypeOf<"stack: axis 3 is out of range for [2, 3, 2]">();
  });
  test("leave open what is not known", () => {
    expectTypeOf<Concat<[[2, 3], [number, 3]]>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Concat<[[2, number], [4, 3]]>>().toEqualTypeOf<[6, 3]>();
    expectTypeOf<Concat<[[2, 3], [4, 3]], number>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Concat<[2, 3][], 0>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Concat<[Shape, [4, 3]]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Concat<[[4, 3], Shape]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Concat<Shape[]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Stack<[2, 3][], 0>>().toEqualTypeOf<[number, 2, 3]>();
    expectTypeOf<Stack<[Shape, [2]]>>().toEqualTypeOf<Shape>();
    const list: Tensor<[2, 3]>[] = [matrix, matrix];
    expectTypeOf(concat(list)).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(concat([matrix, unknownRank])).toEqualTypeOf<Tensor>();
  });
});

describe("Slice", () => {
  test("counts what is known", () => {
    expectTypeOf<Slice<[10, 3], [2]>>().toEqualTypeOf<[8, 3]>();
    expectTypeOf<Slice<[10, 3], [2], [-1]>>().toEqualTypeOf<[7, 3]>();
    expectTypeOf<Slice<readonly [10, 3], readonly [0, 1], readonly [5, 3]>>().toEqualTypeOf<[5, 2]>();
    expectTypeOf<Slice<[1000], [1], [999]>>().toEqualTypeOf<[998]>();
    expectTypeOf<Slice<[10], [-3]>>().toEqualTypeOf<[3]>();
    expectTypeOf<Slice<[10], [undefined], [4]>>().toEqualTypeOf<[4]>();
    expectTypeOf<Slice<[10, 3], [0]>>().toEqualTypeOf<[10, 3]>();
    expectTypeOf<Slice<[10], [undefined], [undefined], [-1]>>().toEqualTypeOf<[10]>();
    const x = zeros([10, 3]);
    expectShape(slice(x, [2], [-1]), [7, 3]);
    expectShape(x.slice([-3, 1]), [3, 2]);
    expectShape(x.slice([undefined, 1], [4]), [4, 2]);
    expectShape(slice(x, [undefined], [undefined], [-1]), [10, 3]);
  });
  test("cuts what is out of range", () => {
    expectTypeOf<Slice<[10], [0], [99]>>().toEqualTypeOf<[10]>();
    expectTypeOf<Slice<[10], [-99], [2]>>().toEqualTypeOf<[2]>();
    expectTypeOf<Slice<[10], [12]>>().toEqualTypeOf<[0]>();
    expectTypeOf<Slice<[10], [5], [2]>>().toEqualTypeOf<[0]>();
    const x = zeros([10]);
    expectShape(slice(x, [-99], [2]), [2]);
    expectShape(slice(x, [12]), [0]);
    expectShape(slice(x, [5], [2]), [0]);
  });
  test("leaves open what is not known", () => {
    expectTypeOf<Slice<[number, 3], [2]>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Slice<[number, 3], [0]>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Slice<[10, 3], [number]>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Slice<[10, 3], number[]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Slice<[10], [0], [10], [2]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Slice<[10], [0 | 1]>>().toEqualTypeOf<[number]>();
    expectTypeOf<Slice<Shape, [0]>>().toEqualTypeOf<Shape>();
  });
  test("says when there are more positions than axes", () => {
    expectTypeOf<
      Sentence<Slice<[10, 3], [0, 0, 0]>>
    >().toEqualTypeOf<"slice: more positions than the 2 axes of [10, 3]">();
    // @ts-expect-error three positions for two axes
    expect(() => slice(matrix, [0, 0, 0])).toThrow("slice");
  });
});

describe("arithmetic", () => {
  test("multiplies every digit with every other", () => {
    expectTypeOf<Flatten<[9876543210, 0]>>().toEqualTypeOf<[0]>();
    expectTypeOf<Flatten<[9876543210, 2]>>().toEqualTypeOf<[19753086420]>();
    expectTypeOf<Flatten<[9876543210, 3]>>().toEqualTypeOf<[29629629630]>();
    expectTypeOf<Flatten<[9876543210, 4]>>().toEqualTypeOf<[39506172840]>();
    expectTypeOf<Flatten<[9876543210, 5]>>().toEqualTypeOf<[49382716050]>();
    expectTypeOf<Flatten<[9876543210, 6]>>().toEqualTypeOf<[59259259260]>();
    expectTypeOf<Flatten<[9876543210, 7]>>().toEqualTypeOf<[69135802470]>();
    expectTypeOf<Flatten<[9876543210, 8]>>().toEqualTypeOf<[79012345680]>();
    expectTypeOf<Flatten<[9876543210, 9]>>().toEqualTypeOf<[88888888890]>();
    expectTypeOf<Flatten<[9876543210, 10]>>().toEqualTypeOf<[98765432100]>();
    expectTypeOf<Flatten<[9876543210, 11]>>().toEqualTypeOf<[108641975310]>();
    expectTypeOf<Flatten<[9876543210, 98765]>>().toEqualTypeOf<[975456790135650]>();
  });
  test("adds every digit to every other, with carries", () => {
    expectTypeOf<Concat<[[9876543210], [1111111111]]>>().toEqualTypeOf<[10987654321]>();
    expectTypeOf<Concat<[[9876543210], [2222222222]]>>().toEqualTypeOf<[12098765432]>();
    expectTypeOf<Concat<[[9876543210], [3333333333]]>>().toEqualTypeOf<[13209876543]>();
    expectTypeOf<Concat<[[9876543210], [4444444444]]>>().toEqualTypeOf<[14320987654]>();
    expectTypeOf<Concat<[[9876543210], [5555555555]]>>().toEqualTypeOf<[15432098765]>();
    expectTypeOf<Concat<[[9876543210], [6666666666]]>>().toEqualTypeOf<[16543209876]>();
    expectTypeOf<Concat<[[9876543210], [7777777777]]>>().toEqualTypeOf<[17654320987]>();
    expectTypeOf<Concat<[[9876543210], [8888888888]]>>().toEqualTypeOf<[18765432098]>();
    expectTypeOf<Concat<[[9876543210], [9999999999]]>>().toEqualTypeOf<[19876543209]>();
    expectTypeOf<Concat<[[7], [9999999995]]>>().toEqualTypeOf<[10000000002]>();
    expectTypeOf<Concat<[[9999999995], [7]]>>().toEqualTypeOf<[10000000002]>();
  });
  test("subtracts every digit from every other, with borrows", () => {
    expectTypeOf<Slice<[9876543210], [111111111]>>().toEqualTypeOf<[9765432099]>();
    expectTypeOf<Slice<[9876543210], [222222222]>>().toEqualTypeOf<[9654320988]>();
    expectTypeOf<Slice<[9876543210], [333333333]>>().toEqualTypeOf<[9543209877]>();
    expectTypeOf<Slice<[9876543210], [444444444]>>().toEqualTypeOf<[9432098766]>();
    expectTypeOf<Slice<[9876543210], [555555555]>>().toEqualTypeOf<[9320987655]>();
    expectTypeOf<Slice<[9876543210], [666666666]>>().toEqualTypeOf<[9209876544]>();
    expectTypeOf<Slice<[9876543210], [777777777]>>().toEqualTypeOf<[9098765433]>();
    expectTypeOf<Slice<[9876543210], [888888888]>>().toEqualTypeOf<[8987654322]>();
    expectTypeOf<Slice<[9876543210], [999999999]>>().toEqualTypeOf<[8876543211]>();
    expectTypeOf<Slice<[10000000002], [9999999995]>>().toEqualTypeOf<[7]>();
    expectTypeOf<Slice<[5], [10000000002]>>().toEqualTypeOf<[0]>();
  });
});

describe("Take", () => {
  test("puts the shape of the indices in place of the axis", () => {
    expectTypeOf<Take<[100, 8], [32]>>().toEqualTypeOf<[32, 8]>();
    expectTypeOf<Take<readonly [100, 8], readonly [32, 5], 0>>().toEqualTypeOf<[32, 5, 8]>();
    expectTypeOf<Take<[2, 100, 8], [], 1>>().toEqualTypeOf<[2, 8]>();
    expectTypeOf<Take<[2, 3], [5], -1>>().toEqualTypeOf<[2, 5]>();
    expectTypeOf<Take<[2, 3], [number], -1>>().toEqualTypeOf<[2, number]>();
    const indices = zeros([4, 5], { dtype: "int32" });
    expectShape(take(zeros([100, 8]), indices), [4, 5, 8]);
    expectShape(take(matrix, indices, { axis: -1 }), [2, 4, 5]);
  });
  test("leaves open what is not known", () => {
    expectTypeOf<Take<[2, 3], [4], number>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Take<Shape, [4]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Take<[2, 3], Shape>>().toEqualTypeOf<Shape>();
  });
  test("says which axis is out of range", () => {
    expectRefusal<Take<[2, 3], [4], 2>>(
      "take: axis 2 is out of range for [2, 3]",
      // @ts-expect-error two axes are 0 and 1
      () => take(matrix, zeros([4], { dtype: "int32" }), { axis: 2 }),
    );
  });
});

describe("Pad", () => {
  test("adds before and after", () => {
    expectTypeOf<Pad<[2, 3], [[1, 1], [0, 0]]>>().toEqualTypeOf<[4, 3]>();
    expectTypeOf<Pad<readonly [98], readonly [readonly [1, 1]]>>().toEqualTypeOf<[100]>();
    expectTypeOf<Pad<[], []>>().toEqualTypeOf<[]>();
    expectShape(
      pad(matrix, [
        [1, 1],
        [0, 8],
      ]),
      [4, 11],
    );
  });
  test("elements between neighbours leave the dimensions open", () => {
    const spread = pad(row, [[1, 1]], { interior: [2] });
    expectTypeOf(spread).toEqualTypeOf<Tensor<[number]>>();
    expect(spread.shape).toEqual([9]);
  });
  test("leaves open what is not known", () => {
    expectTypeOf<Pad<[number, 3], [[1, 1], [2, 2]]>>().toEqualTypeOf<[number, 7]>();
    expectTypeOf<Pad<[2, 3], [[number, 1], [0, 0]]>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Pad<[2, 3], [number, number][]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Pad<[2, 3], [[0, 0], [0, 0]], [1, 1]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Pad<Shape, [[1, 1]]>>().toEqualTypeOf<Shape>();
  });
  test("says how many pairs are wanted", () => {
    expectTypeOf<
      Sentence<Pad<[2, 3], [[1, 1]]>>
    >().toEqualTypeOf<"pad: 1 paddings for [2, 3]; expected 2 pairs [before, after]">();
    // @ts-expect-error one pair for two axes
    expect(() => pad(matrix, [[1, 1]])).toThrow("pad");
  });
});

describe("creation", () => {
  test("the dtype comes from the arguments, never from what is expected of the result", () => {
    // @ts-expect-error zeros are float32
    const zero: Tensor<[3], "int32"> = zeros([3]);
    expect(zero.dtype).toBe("float32");
    // @ts-expect-error numbers are float32
    const numbers: Tensor<[2], "int32"> = tensor([1, 2]);
    expect(numbers.dtype).toBe("float32");
    expectTypeOf(concat([row, zeros([2])])).toEqualTypeOf<Tensor<[5]>>();
  });
});

describe("full and arange", () => {
  test("full takes the kind of its value", () => {
    expectTypeOf(full([2], true)).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(full([2], 3)).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(full([2], 3, { dtype: "uint8" })).toEqualTypeOf<Tensor<[2], "uint8">>();
    expect(full([2], true).dtype).toBe("bool");
  });
  test("arange is whole where its start and step are", () => {
    expectTypeOf(arange(3)).toEqualTypeOf<Tensor<[number], "int32">>();
    expectTypeOf(arange(-1, 3)).toEqualTypeOf<Tensor<[number], "int32">>();
    expectTypeOf(arange(0, 1, 0.25)).toEqualTypeOf<Tensor<[number], "float32">>();
    expectTypeOf(arange(0, 1, 1e-7)).toEqualTypeOf<Tensor<[number], "float32">>();
    expectTypeOf(arange(some(0), 3)).toEqualTypeOf<Tensor<[number], "int32" | "float32">>();
    expectTypeOf(arange(0, 1, 0.25, { dtype: "float64" })).toEqualTypeOf<Tensor<[number], "float64">>();
    expect(arange(-1, 3).dtype).toBe("int32");
    expect(arange(0, 1, 0.25).dtype).toBe("float32");
  });
});

describe("nested values", () => {
  test("NestedShape reads the literals", () => {
    expectTypeOf<NestedShape<3>>().toEqualTypeOf<[]>();
    expectTypeOf<NestedShape<true>>().toEqualTypeOf<[]>();
    expectTypeOf<NestedShape<readonly [1, 2, 3]>>().toEqualTypeOf<[3]>();
    expectTypeOf<NestedShape<readonly [readonly [1, 2], readonly [3, 4]]>>().toEqualTypeOf<[2, 2]>();
    expectTypeOf<NestedShape<readonly []>>().toEqualTypeOf<[0]>();
    expectTypeOf<NestedShape<readonly [readonly [], readonly []]>>().toEqualTypeOf<[2, 0]>();
    expectShape(tensor(3), []);
    expectShape(tensor([1, 2, 3]), [3]);
    expectShape(tensor([[[1], [2]]]), [1, 2, 1]);
    expectShape(tensor([[], []]), [2, 0]);
  });
  test("lengths that are not known are numbers", () => {
    expectTypeOf<NestedShape<number[]>>().toEqualTypeOf<[number]>();
    expectTypeOf<NestedShape<number[][]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<NestedShape<readonly (readonly [1, 2])[]>>().toEqualTypeOf<[number, 2]>();
    expectTypeOf<NestedShape<[number[], number[]]>>().toEqualTypeOf<[2, number]>();
    expectTypeOf<NestedShape<Float32Array>>().toEqualTypeOf<[number]>();
    expectTypeOf<NestedShape<[[1, 2] | [1], [1, 2]]>>().toEqualTypeOf<[2, number]>();
    expectTypeOf<NestedShape<number | number[]>>().toEqualTypeOf<Shape>();
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
    expectTypeOf<NestedShape<any>>().toEqualTypeOf<Shape>();
    expectTypeOf(tensor(new Float32Array(4), [2, 2])).toEqualTypeOf<Tensor<[2, 2]>>();
  });
  test("ragged literals are refused", () => {
    expectRefusal<NestedShape<readonly [readonly [1, 2], readonly [3]]>>(
      "tensor: ragged array: [1] has 1 elements where its neighbour has 2 elements",
      // @ts-expect-error rows of 2 and 1
      () => tensor([[1, 2], [3]]),
    );
  });
  test("NestedDType reads the kind of value", () => {
    expectTypeOf<NestedDType<3>>().toEqualTypeOf<"float32">();
    expectTypeOf<NestedDType<readonly [readonly [true], readonly [false]]>>().toEqualTypeOf<"bool">();
    expectTypeOf<NestedDType<boolean[]>>().toEqualTypeOf<"bool">();
    expectTypeOf<NestedDType<readonly []>>().toEqualTypeOf<"float32">();
    expectTypeOf<NestedDType<readonly [true, 1]>>().toEqualTypeOf<"float32">();
    expectTypeOf<NestedDType<Float32Array>>().toEqualTypeOf<"float32">();
    expectTypeOf<NestedDType<Float64Array>>().toEqualTypeOf<"float64">();
    expectTypeOf<NestedDType<Int32Array>>().toEqualTypeOf<"int32">();
    expectTypeOf<NestedDType<Uint8Array>>().toEqualTypeOf<"uint8">();
    expectTypeOf(tensor([true, false])).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(tensor([1, 2], { dtype: "int32" })).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(tensor(new Uint8Array(4))).toEqualTypeOf<Tensor<[number], "uint8">>();
    expect(tensor([true, false]).dtype).toBe("bool");
    expect(tensor([]).dtype).toBe("float32");
    expect(tensor(new Uint8Array(4)).dtype).toBe("uint8");
  });
  test("NestedArray is what toArray() gives", () => {
    expectTypeOf<NestedArray<[], "float32">>().toEqualTypeOf<number>();
    expectTypeOf<NestedArray<[2], "bool">>().toEqualTypeOf<boolean[]>();
    expectTypeOf<NestedArray<readonly [2, 3], "int32">>().toEqualTypeOf<number[][]>();
    expectTypeOf<ItemOf<"bool">>().toEqualTypeOf<boolean>();
    expectTypeOf<ItemOf<DType>>().toEqualTypeOf<number | boolean>();
    expectTypeOf<number[][][]>().toExtend<NestedArray<Shape, "float32">>();
    expectTypeOf<number>().toExtend<NestedArray<Shape, "float32">>();
    expectTypeOf<string>().not.toExtend<NestedArray<Shape, "float32">>();
    expectTypeOf(matrix.toArray()).toEqualTypeOf<number[][]>();
    expectTypeOf(scalar.item()).toEqualTypeOf<number>();
    expect(less(matrix, 1).toArray()).toEqual([
      [true, true, true],
      [true, true, true],
    ] satisfies boolean[][]);
  });
});
