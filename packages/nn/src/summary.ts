import { type AnyParameter, type AnyTensor, OptionError, type Shape, zeros } from "@adjoint/tensor";
import { type AnyLayer, batchText } from "./layer.ts";
import { checkOptions } from "./options.ts";
import { shapesOnly } from "./shapes-only.ts";
import { namedParameters } from "./state.ts";

// Every place this runs in has a console; the language's own library does not declare it.
declare const console: { log(text: string): void };

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** The shape of one row. Default: what the first layer says it takes. */
  readonly inputShape?: Shape;
  /** Is given the text. Default `console.log`. */
  readonly log?: (text: string) => void;
}

const optionNames: Record<keyof SummaryOptions, true> = { inputShape: true, log: true };

type Item = AnyLayer | ((x: AnyTensor) => AnyTensor);

interface Row {
  readonly name: string;
  readonly shape: string;
  readonly count: number;
}

function isLayer(item: Item): item is AnyLayer {
  return "stateDict" in item;
}

/** The layers one after the other: those that a model names, or the layer itself. */
function itemsOf(model: AnyLayer & { readonly layers?: readonly Item[] }): readonly Item[] {
  return model.layers ?? [model];
}

function countOf(item: Item): number {
  if (!isLayer(item)) return 0;
  return [...namedParameters("summary", item.state).keys()].reduce((sum, { size }) => sum + size, 0);
}

/** The output shapes after each item, for a batch of `rows`. Only shapes are worked out, nothing is computed. */
function shapesFor(items: readonly Item[], inputShape: Shape, rows: number): Shape[] {
  return shapesOnly(() => {
    let x: AnyTensor = zeros([rows, ...inputShape]);
    return items.map((item) => {
      x = (item as (x: AnyTensor) => AnyTensor)(x);
      return x.shape;
    });
  });
}

/** Dimensions that grow with the batch are `batch`. */
function shapeText(small: Shape, large: Shape): string {
  return `[${small.map((dimension, axis) => (dimension === large[axis] ? dimension : "batch")).join(", ")}]`;
}

/** `12345` as `12,345`. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * A table of the layers with their output shapes and numbers of parameters, like that of Keras. Prints it, and returns the
 * text. Nothing is computed. Throws `OptionError` when the input shape is not known.
 */
export function summary(model: AnyLayer, options: SummaryOptions = {}): string {
  checkOptions("summary", options, optionNames);
  const { inputShape = model.inputShape, log = (text: string) => console.log(text) } = options;
  if (inputShape === undefined) {
    throw new OptionError(
      "summary",
      "the first layer takes any shape; give that of one row, such as { inputShape: [784] }",
    );
  }
  if (inputShape.includes(-1)) {
    throw new OptionError(
      "summary",
      `the first layer takes ${batchText(inputShape)}; give the shape of one row, such as { inputShape: [${inputShape.map((dimension) => (dimension === -1 ? 28 : dimension)).join(", ")}] }`,
    );
  }
  const items = itemsOf(model);
  const [small, large] = [2, 3].map((rows) => shapesFor(items, inputShape, rows));
  const rows: Row[] = items.map((item, i) => ({
    name: isLayer(item) ? item.describe() : item.name || "function",
    shape: shapeText(small[i], large[i]),
    count: countOf(item),
  }));
  const all = [...namedParameters("summary", model.state).keys()];
  const total = (list: readonly AnyParameter[]): string =>
    grouped(list.reduce((sum, { size }) => sum + size, 0));
  const trainable = all.filter((one) => one.trainable);
  const text = [
    ...table(["layer", "output shape", "parameters"], rows),
    `parameters: ${total(all)} (trainable ${total(trainable)}, other ${total(all.filter((one) => !one.trainable))})`,
  ].join("\n");
  log(text);
  return text;
}

function table(head: readonly [string, string, string], rows: readonly Row[]): string[] {
  const cells = [head, ...rows.map(({ name, shape, count }) => [name, shape, grouped(count)] as const)];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map(
    ([name, shape, count]) =>
      `${name.padEnd(widths[0])}  ${shape.padEnd(widths[1])}  ${count.padStart(widths[2])}`,
  );
  const rule = "─".repeat(lines[0].length);
  return [lines[0], rule, ...lines.slice(1), rule];
}
