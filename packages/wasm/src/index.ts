export { defaultBackend, setMemoryBudget, setThreads, WasmBackend, type WasmOptions } from "./backend.ts";
export { MemoryError, type MemoryOptions } from "./memory.ts";
export { type KernelProfile, type Profile, type ProfileOptions, profile } from "./profile.ts";
export type { Target } from "./target.ts";
export { ThreadError } from "./threads/pool.ts";
