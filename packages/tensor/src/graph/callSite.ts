import type { AnyTensor } from "./tensor.ts";

/** Where a node comes from. */
export interface CallSite {
  /** The user's line that called the op, as `file:line:column`; undefined where the engine gives no stack, or the stack no such line. */
  readonly at: string | undefined;
  /** Made by a gradient rule? */
  readonly isBackward: boolean;
}

let recording = 0;
let origin: CallSite | undefined;
const sites = new WeakMap<AnyTensor, CallSite>();

/** Are call sites being recorded? */
export function isRecordingCallSites(): boolean {
  return recording > 0;
}

/** Runs `fn` with the user's line kept for each node made meanwhile: a stack trace for each, which takes microseconds. */
export function recordingCallSites<R>(fn: () => R): R {
  const outer = origin;
  recording++;
  origin = undefined;
  try {
    return fn();
  } finally {
    recording--;
    origin = outer;
  }
}

/** Notes where a node is being made, while that is recorded: at the user's line, or as the node that it is derived from. */
export function noteCallSite(node: AnyTensor): void {
  if (origin?.at !== undefined) sites.set(node, origin);
  else sites.set(node, { at: userLine(), isBackward: origin?.isBackward ?? false });
}

/** Where a node was made; undefined unless that was recorded. */
export function callSiteOf(node: AnyTensor): CallSite | undefined {
  return sites.get(node);
}

/**
 * Runs `fn`, which makes nodes out of `node`: by its gradient rule, its lowering or a rewrite. They count as made where it was made,
 * and what derives from the backward pass belongs to it.
 */
export function derivingFrom<R>(node: AnyTensor, fn: () => R, isBackward: boolean = false): R {
  if (recording === 0) return fn();
  const outer = origin;
  const site = sites.get(node);
  origin = {
    at: site?.at ?? outer?.at,
    isBackward: isBackward || site?.isBackward === true || outer?.isBackward === true,
  };
  try {
    return fn();
  } finally {
    origin = outer;
  }
}

/** Runs `fn`, a part of a gradient rule that the user wrote: its ops count as made at their own lines. */
export function atOwnLines<R>(fn: () => R): R {
  if (recording === 0 || origin === undefined) return fn();
  const outer = origin;
  origin = { at: undefined, isBackward: outer.isBackward };
  try {
    return fn();
  } finally {
    origin = outer;
  }
}

// ---- Stacks ----

/** How many calls lie between a line of the user and the node at most: a model of nested layers takes some 20. */
const deepest = 100;

/** The stack as the engine prints it, in which source maps count; `""` without one. */
function stackText(): string {
  const { stackTraceLimit } = Error as { stackTraceLimit?: number };
  if (stackTraceLimit === undefined) return new Error().stack ?? "";
  const isSet = Reflect.set(Error, "stackTraceLimit", deepest);
  const { stack } = new Error();
  if (isSet) Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return stack ?? "";
}

/** A line of a stack: `at f (file:1:2)` or `at file:1:2` of V8, `f@file:1:2` of other engines. */
const frame = /^\s*(?:at (?:.*? \((?=.*\)$)|async )?|[^@]*@)(.+?:\d+:\d+)\)?$/;

/** Adjoint's own packages where they are installed: `node_modules/@adjoint/ops/dist/…`. */
const installed = /\/node_modules\/(?:@adjoint\/[^/]+|adjoint)\/(?:src|dist)\//;

function withoutPosition(place: string): string {
  return place.replace(/:\d+:\d+$/, "").replace(/[?#].*$/, "");
}

/** Says which files are Adjoint's own: the one that this code stands in, which a bundler may have chosen, and the packages beside it. */
export function ownFiles(self: string): (file: string) => boolean {
  const [, workspace] = self.match(/^(.*\/packages\/)[^/]+\/(?:src|dist)\//) ?? [];
  return (file) => {
    if (file === self || installed.test(file)) return true;
    return (
      workspace !== undefined &&
      file.startsWith(workspace) &&
      /^[^/]+\/(?:src|dist)\//.test(file.slice(workspace.length))
    );
  };
}

/** The place that a line of a stack names. */
function placeOf(line: string): string | undefined {
  const [, place] = line.match(frame) ?? [];
  return place === undefined || place.startsWith("node:") ? undefined : place.replaceAll("\\", "/");
}

/** The first place of a stack that is not Adjoint's own, as a path where it is a file. */
export function userPlace(stack: string, isOwn: (file: string) => boolean): string | undefined {
  for (const line of stack.split("\n")) {
    const place = placeOf(line);
    if (place === undefined || isOwn(withoutPosition(place))) continue;
    return place.startsWith("file://") ? decodeURI(place.slice("file://".length)) : place;
  }
  return undefined;
}

let isOwnFile: ((file: string) => boolean) | undefined;

function userLine(): string | undefined {
  const stack = stackText();
  if (isOwnFile === undefined) {
    const self = stack
      .split("\n")
      .map(placeOf)
      .find((place) => place !== undefined);
    if (self === undefined) return undefined;
    isOwnFile = ownFiles(withoutPosition(self));
  }
  return userPlace(stack, isOwnFile);
}
