import { type AnyTensor, type DType, type Shape, ShapeError, shapeText } from "@adjoint/tensor";
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

  function run(x: AnyTensor): AnyTensor {
    return list.reduce<AnyTensor>((value, item, index) => {
      checkStep(item, index, value);
      return item(value);
    }, x);
  }

  const inputShape = list.length === 0 ? undefined : inputShapeOf(list[0]);
  const chain = layer(list, run as never, {
    name: "sequential",
    ...(inputShape === undefined ? {} : { inputShape }),
  });
  return modelOf(chain as never, list) as never;
}
