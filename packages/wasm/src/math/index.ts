export { exp } from "./exp.ts";
export { expm1 } from "./expm1.ts";
export { log } from "./log.ts";
export { log1p } from "./log1p.ts";
export { sigmoid } from "./sigmoid.ts";
export { tanh } from "./tanh.ts";
