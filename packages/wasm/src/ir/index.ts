export type { Expression, Statement, ValueType } from "./code.ts";
export {
  block,
  call,
  callVoid,
  FunctionBuilder,
  giveBack,
  Local,
  leaveIf,
  loopWhile,
  when,
} from "./function.ts";
export {
  atomics,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  memoryCopy,
  select,
  v128,
} from "./instructions.ts";
export { ModuleBuilder } from "./module.ts";
