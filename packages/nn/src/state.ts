import {
  type AnyParameter,
  type AnyTensor,
  assignAll,
  describeValue,
  isPlainObject,
  OptionError,
  Parameter,
  type StoredArray,
  sameShape,
  shapeText,
  storedTensor,
  Tensor,
} from "@adjoint/tensor";

/**
 * What a layer owns: parameters and other layers, in arrays and plain objects. Numbers, strings and functions without
 * state ride along.
 */
export type State = unknown;

/** Values by name, such as `"0.weight"`. Tensors never change, so that a dictionary is a snapshot. */
export type StateDict = { readonly [name: string]: AnyTensor };

/** What can be loaded: a state dictionary, or the same as a file gives it, such as `decodeSafetensors(bytes).tensors`. */
export type LoadableState = { readonly [name: string]: AnyTensor | StoredArray };

/** Something that owns parameters: a layer, or what is made of layers. */
export interface Stateful {
  /** The parameters and layers it owns, as they were given. */
  readonly state: State;
}

function isStateful(value: unknown): value is Stateful {
  return typeof value === "function" && "state" in value && "stateDict" in value;
}

/**
 * The parameters of a state with their names, in order: the keys and indices that lead to each, joined by dots. One that
 * is met twice, as tied weights are, counts once, by its first name. Throws `OptionError` when two have the same name, when
 * the state contains itself, and when it holds something else that could change.
 */
export function namedParameters(op: string, state: State): Map<AnyParameter, string> {
  const found = new Map<AnyParameter, string>();
  const names = new Set<string>();
  const add = (owned: AnyParameter, path: string): void => {
    if (found.has(owned)) return;
    if (names.has(path)) {
      throw new OptionError(
        op,
        `two parameters of the state are called ${JSON.stringify(path)}, and a state dictionary would lose one; give a key without the dot`,
      );
    }
    names.add(path);
    found.set(owned, path);
  };
  const within: unknown[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" && typeof value !== "function") return;
    if (within.includes(value)) {
      throw new OptionError(op, `state ${JSON.stringify(path)} contains itself; leave it out of the state`);
    }
    within.push(value);
    visit(value, path);
    within.pop();
  };
  const visit = (value: unknown, path: string): void => {
    const at = (key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
    if (value instanceof Parameter) {
      const owned = value as unknown as AnyParameter;
      add(owned, path === "" ? owned.name : path);
    } else if (isStateful(value)) walk(value.state, path);
    else if (Array.isArray(value)) {
      value.forEach((item, i) => {
        walk(item, at(i));
      });
    } else if (isPlainObject(value)) for (const [key, item] of Object.entries(value)) walk(item, at(key));
    else if (value instanceof Tensor) {
      throw new OptionError(
        op,
        `state ${JSON.stringify(path)} is a tensor, which cannot change; make it a parameter, or leave it out of the state`,
      );
    } else if (typeof value === "object" && value !== null) {
      throw new OptionError(
        op,
        `state ${JSON.stringify(path)} is a ${value.constructor.name}; expected parameters and layers in arrays and plain objects`,
      );
    }
  };
  walk(state, "");
  return found;
}

/** A dictionary that does not fit the parameters it was to be loaded into. Nothing was loaded. */
export class StateDictError extends Error {
  override readonly name = "StateDictError";
  /** Names of parameters that the dictionary lacks. */
  readonly missing: readonly string[];
  /** Names in the dictionary that no parameter has. */
  readonly unexpected: readonly string[];
  /** Names of values of another shape or dtype. */
  readonly mismatched: readonly string[];

  constructor(
    op: string,
    message: string,
    problems: Pick<StateDictError, "missing" | "unexpected" | "mismatched">,
  ) {
    super(`${op}: ${message}`);
    this.missing = problems.missing;
    this.unexpected = problems.unexpected;
    this.mismatched = problems.mismatched;
  }
}

/** The present value of each parameter by name. */
export function readState(parameters: ReadonlyMap<AnyParameter, string>): StateDict {
  return Object.fromEntries([...parameters].map(([parameter, name]) => [name, parameter.current()]));
}

/**
 * Assigns every parameter the value of its name: all, or none if the dictionary does not fit.
 * Throws {@link StateDictError} that lists what is missing, unexpected, and of another shape or dtype, and `OptionError` for
 * what is no dictionary of tensors.
 */
export function writeState(
  op: string,
  parameters: ReadonlyMap<AnyParameter, string>,
  given: LoadableState,
): void {
  if (!isPlainObject(given)) {
    throw new OptionError(
      op,
      `the state is ${describeValue(given)}; expected values by name, as stateDict() gives or decodeSafetensors(bytes).tensors`,
    );
  }
  const dictionary: StateDict = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, storedTensor(op, name, value)]),
  );
  const names = [...parameters.values()];
  const missing = names.filter((name) => !Object.hasOwn(dictionary, name));
  const unexpected = Object.keys(dictionary).filter((name) => !names.includes(name));
  const mismatches = [...parameters].flatMap(([parameter, name]) => {
    if (!Object.hasOwn(dictionary, name)) return [];
    const value = dictionary[name];
    if (sameShape(value.shape, parameter.shape) && value.dtype === parameter.dtype) return [];
    return [{ name, text: `${name} is ${typeText(value)} and should be ${typeText(parameter)}` }];
  });
  if (missing.length + unexpected.length + mismatches.length > 0) {
    const parts = [
      missing.length > 0 ? `missing ${missing.join(", ")}` : "",
      unexpected.length > 0 ? `unexpected ${unexpected.join(", ")}` : "",
      ...mismatches.map(({ text }) => text),
    ];
    throw new StateDictError(op, parts.filter((part) => part !== "").join("; "), {
      missing,
      unexpected,
      mismatched: mismatches.map(({ name }) => name),
    });
  }
  assignAll([...parameters].map(([parameter, name]) => [parameter, dictionary[name]]));
}

function typeText({ shape, dtype }: AnyTensor): string {
  return `${dtype} ${shapeText(shape)}`;
}
