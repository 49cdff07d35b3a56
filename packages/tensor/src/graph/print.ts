import { type Attributes, leaves } from "./op.ts";
import { shapeText } from "./shape.ts";
import type { AnyTensor } from "./tensor.ts";
import { topologicalOrder } from "./topological.ts";

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ");
}

interface Line {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly isLeaf: boolean;
  readonly fill: string | undefined;
}

/** What is drawn at a node besides: a text under its own, and the colour that it is filled with, as `#ffcc00`. */
interface Annotation {
  readonly text: string;
  readonly fill: string;
}

function describe(
  outputs: readonly AnyTensor[],
  { annotate = () => undefined, stop }: DrawingOptions,
): Line[] {
  const names = new Map<AnyTensor, string>();
  const current = outputs.map((output) => output.current() as AnyTensor);
  return topologicalOrder(current, stop).map((node) => {
    const name = `%${names.size}`;
    names.set(node, name);
    const attributes = attributesText(node.attributes);
    const note = annotate(node);
    const inputs = stop?.(node) ? [] : node.inputs;
    return {
      name,
      label:
        node.op === leaves.literal
          ? String(node.attributes.value)
          : node.op.name + (attributes === "" ? "" : ` {${attributes}}`),
      type: `${node.dtype}${shapeText(node.shape)}${note === undefined ? "" : `\n${note.text}`}`,
      inputs: inputs.map((input) => names.get(input) as string),
      isLeaf: node.op.kind === "leaf",
      fill: note?.fill,
    };
  });
}

/** How a graph is drawn. */
export type GraphFormat = "text" | "dot" | "mermaid";

/** What is drawn of a graph beside its nodes. */
interface DrawingOptions {
  /** Says more of a node. Default: nothing. */
  readonly annotate?: (node: AnyTensor) => Annotation | undefined;
  /** Names nodes whose inputs are not drawn. Default: none. */
  readonly stop?: (node: AnyTensor) => boolean;
}

/**
 * The graph that `outputs` are computed from: as text (one node a line, inputs before what uses them), as Graphviz DOT
 * or as a Mermaid flow chart. Nothing is computed.
 */
export function printGraph(outputs: AnyTensor | readonly AnyTensor[], format: GraphFormat = "text"): string {
  return drawGraph(Array.isArray(outputs) ? outputs : [outputs as AnyTensor], format);
}

/** {@link printGraph} with colours and texts of one's own. */
export function drawGraph(
  outputs: readonly AnyTensor[],
  format: GraphFormat,
  options: DrawingOptions = {},
): string {
  const lines = describe(outputs, options);
  const id = (name: string): string => `n${name.slice(1)}`;
  if (format === "dot") {
    return [
      "digraph {",
      ...lines.map(
        ({ name, label, type, isLeaf, fill }) =>
          `  ${id(name)} [label=${JSON.stringify(`${label}\n${type}`)}${isLeaf ? ", shape=box" : ""}${
            fill === undefined ? "" : `, style=filled, fillcolor="${fill}"`
          }];`,
      ),
      ...lines.flatMap(({ name, inputs }) => inputs.map((input) => `  ${id(input)} -> ${id(name)};`)),
      "}",
    ].join("\n");
  }
  if (format === "mermaid") {
    const quote = (text: string): string => text.replaceAll('"', "#quot;");
    return [
      "flowchart TD",
      ...lines.map(
        ({ name, label, type, isLeaf }) =>
          `  ${id(name)}${isLeaf ? "[" : "("}"${quote(label)}<br>${type.replaceAll("\n", "<br>")}"${isLeaf ? "]" : ")"}`,
      ),
      ...lines.flatMap(({ name, inputs }) => inputs.map((input) => `  ${id(input)} --> ${id(name)}`)),
      ...lines.flatMap(({ name, fill }) =>
        fill === undefined ? [] : [`  style ${id(name)} fill:${fill},color:#000`],
      ),
    ].join("\n");
  }
  return lines
    .map(
      ({ name, label, type, inputs }) =>
        `${name}: ${type} = ${label}${inputs.length > 0 ? `(${inputs.join(", ")})` : ""}`,
    )
    .join("\n");
}
