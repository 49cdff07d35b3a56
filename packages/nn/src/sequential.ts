import {
  type AnyTensor,
  type DType,
  describeValue,
  OptionError,
  type Shape,
  ShapeError,
  shapeText,
  Tensor,
} from "@adjoint/tensor";
import { type AnyLayer, batchText, layer, misfit } from "./layer.ts";
import type { ChainOf, CheckedItems, SequentialItem } from "./sequential-types.ts";
import { type Model, modelOf } from "./training/model.ts";

/** The model that a chain of items makes. */
export type Sequential<Items extends readonly unknown[]> =
  ChainOf<Items> extends {
    readonly input: infer In extends Shape;
    readonly output: infer Out extends Shape;
    readonly dtype: infer D extends DType;
    readonly keepsBatch: infer KeepsBatch extends boolean;
  }
    ? Model<In, Out, D, KeepsBatch>
    : Model;

function inputShapeOf(item: SequentialItem): readonly number[] | undefined {
  return (item as unknown as Partial<AnyLayer>).inputShape;
}

/** Throws `OptionError` for what is neither a layer nor a function. */
function checkItem(item: unknown, index: number): void {
  if (typeof item === "function") return;
  const wayOut = Array.isArray(item)
    ? "; give the layers one by one: sequential(...layers)"
    : typeof item === "string"
      ? `; activation(${JSON.stringify(item)}) makes a layer of a name`
      : "";
  throw new OptionError(
    "sequential",
    `item ${index} is ${describeValue(item)}; expected a layer or a function of a tensor${wayOut}`,
  );
}

/** Throws `ShapeError` when what the items before `index` gave is not what the item takes. */
function checkStep(item: SequentialItem, index: number, x: AnyTensor): void {
  const expected = inputShapeOf(item);
  if (index === 0 || expected === undefined || misfit(x.shape, expected) === undefined) return;
  const [takes, gives] =
    expected.length === 1 && x.rank > 1
      ? [`${expected[0]} features`, String(x.shape[x.rank - 1])]
      : [batchText(expected), shapeText(x.shape)];
  throw new ShapeError("sequential", `layer ${index} takes ${takes}, layer ${index - 1} gives ${gives}`);
}

/**
 * Layers one after the other: `sequential(dense(784, 25), relu, dense(25, 10))`. Items are layers and plain functions of
 * tensors. Parameters are named by the item's index: `"0.weight"`, `"2.weight"`.
 *
 * Shape: what the first item takes to what the last one gives. Two neighbours that do not fit are a compile error at the
 * second, and throw `ShapeError` when called.
 */
export function sequential<const Items extends readonly SequentialItem[]>(
  ...items: CheckedItems<Items>
): Sequential<Items> {
  const list = [...(items as readonly SequentialItem[])];
  list.forEach(checkItem);

  function run(x: AnyTensor): AnyTensor {
    return list.reduce<AnyTensor>((value, item, index) => {
      checkStep(item, index, value);
      const result: unknown = item(value);
      if (result instanceof Tensor) return result as AnyTensor;
      throw new OptionError("sequential", `item ${index} gives ${describeValue(result)}; expected a tensor`);
    }, x);
  }

  const inputShape = list.length === 0 ? undefined : inputShapeOf(list[0]);
  const chain = layer(list, run as never, {
    name: "sequential",
    ...(inputShape === undefined ? {} : { inputShape }),
  });
  return modelOf(chain as never, list) as never;
}
