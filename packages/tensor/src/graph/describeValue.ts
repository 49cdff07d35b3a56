import { shapeText } from "./shape.ts";
import { type AnyTensor, Tensor } from "./tensor.ts";

/** A value as an error shows what was given: `0.1`, `"adam"`, `an array`, `a tensor [2, 3]`, `the function relu`. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Tensor) return `a tensor ${shapeText((value as AnyTensor).shape)}`;
  if (Array.isArray(value)) return "an array";
  const maker = (value as { constructor?: { name?: string } }).constructor?.name ?? "";
  return maker === "" || maker === "Object" ? "an object" : `an object ${maker}`;
}
