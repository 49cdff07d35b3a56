export type { Formula, FormulaWriter, Part } from "./parts.ts";
export { type MathFunction, mathTable } from "./table.ts";
