export { type MathFunction, mathTable } from "./table.ts";
