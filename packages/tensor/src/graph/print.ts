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
}

function describe(outputs: readonly AnyTensor[]): Line[] {
  const names = new Map<AnyTensor, string>();
  const current = outputs.map((output) => output.current() as AnyTensor);
  return topologicalOrder(current).map((node) => {
    const name = `%${names.size}`;
    names.set(node, name);
    const attributes = attributesText(node.attributes);
    return {
      name,
      label:
        node.op === leaves.literal
          ? String(node.attributes.value)
          : node.op.name + (attributes === "" ? "" : ` {${attributes}}`),
      type: `${node.dtype}${shapeText(node.shape)}`,
      inputs: node.inputs.map((input) => names.get(input) as string),
      isLeaf: node.op.kind === "leaf",
    };
  });
}

/** How a graph is drawn. */
export type GraphFormat = "text" | "dot" | "mermaid";

/**
 * The graph that `outputs` are computed from: as text (one node a line, inputs before what uses them), as Graphviz DOT
 * or as a Mermaid flow chart. Nothing is computed.
 */
export function printGraph(outputs: AnyTensor | readonly AnyTensor[], format: GraphFormat = "text"): string {
  const lines = describe(Array.isArray(outputs) ? outputs : [outputs as AnyTensor]);
  const id = (name: string): string => `n${name.slice(1)}`;
  if (format === "dot") {
    return [
      "digraph {",
      ...lines.map(
        ({ name, label, type, isLeaf }) =>
          `  ${id(name)} [label=${JSON.stringify(`${label}\n${type}`)}${isLeaf ? ", shape=box" : ""}];`,
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
          `  ${id(name)}${isLeaf ? "[" : "("}"${quote(label)}<br>${type}"${isLeaf ? "]" : ")"}`,
      ),
      ...lines.flatMap(({ name, inputs }) => inputs.map((input) => `  ${id(input)} --> ${id(name)}`)),
    ].join("\n");
  }
  return lines
    .map(
      ({ name, label, type, inputs }) =>
        `${name}: ${type} = ${label}${inputs.length > 0 ? `(${inputs.join(", ")})` : ""}`,
    )
    .join("\n");
}
