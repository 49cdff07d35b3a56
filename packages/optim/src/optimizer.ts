import {
  type AnyParameter,
  type AnyTensor,
  add,
  assignAll,
  type Checked,
  cast,
  checkOptionNames,
  compile,
  type DType,
  DTypeError,
  describeValue,
  evaluate,
  full,
  GraphError,
  gradients,
  isFloat,
  isPlainObject,
  OptionError,
  ownerOf,
  Parameter,
  parameter,
  parameterLeaves,
  ShapeError,
  type ShapeOf,
  type StoredArray,
  shapeText,
  storedTensor,
  Tensor,
  tensor,
  where,
  withoutStabilising,
  zerosLike,
} from "@adjoint/tensor";
import { compileWithGraphs, stabiliseBetween } from "@adjoint/tensor/engine";
import { clipByGlobalNorm } from "./clipByGlobalNorm.ts";
import { clipByValue } from "./clipByValue.ts";
import { flushSubnormals } from "./flushSubnormals.ts";
import { checkNumber, checkOptions, nonNegative, positive, type Range, show } from "./options.ts";
import { asSchedule, type LearningRate, type Scalar } from "./schedule.ts";

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /** Step size: a number, or a schedule of the number of updates made. */
  readonly learningRate?: LearningRate;
  /** Scales all gradients together when their global norm is above this; see {@link clipByGlobalNorm}. Default: none. */
  readonly clipNorm?: number;
  /** Limits each element of each gradient to ± this; see {@link clipByValue}. Default: none. */
  readonly clipValue?: number;
}

/** Parameters that are updated with options of their own, in place of the optimizer's. */
export type ParameterGroup<H> = { readonly parameters: readonly AnyParameter[] } & Omit<
  Partial<H>,
  keyof OptimizerOptions
>;

/** What an optimizer updates: a list of parameters, as `model.parameters()` gives, or groups of them. */
export type OptimizerParameters<H> = readonly AnyParameter[] | readonly ParameterGroup<H>[];

/**
 * What a rule has in a step, beside weight and gradient. Scalars and weights are typed as float32; float64 parameters
 * run the same rule in float64.
 */
export interface StepContext {
  /** Number of this update, 1 at the first, in float64. It is one count for all parameters. */
  readonly t: Scalar;
  /** The learning rate of this step, in the parameters' dtype. */
  readonly rate: Tensor<[]>;
  /** A float64 scalar in the parameters' dtype, since a float64 operand would make the weights float64. */
  scalar(x: Scalar): Tensor<[]>;
  /**
   * State of the parameter that is being updated, of its shape and dtype: `next` gives the new value from the previous
   * one, which at first is `initial` (0) everywhere. Returns the new value, in which subnormal numbers are 0 unless the
   * algorithm keeps them ({@link Algorithm.flushes}).
   */
  slot(name: string, next: (previous: Tensor) => Tensor, initial?: number): Tensor;
}

/** An optimizer as the paper has it: options with their defaults, and what one step does to one parameter. */
export interface Algorithm<H extends object> {
  /** Shown in errors. */
  readonly name: string;
  /** The learning rate if none is given. */
  readonly learningRate: number;
  /** Every other option with its default, a number or a boolean. */
  readonly defaults: H;
  /** The values that number options may have. Default: any finite number. */
  readonly ranges?: { readonly [K in keyof H]?: Range };
  /**
   * Whether subnormal numbers in the state become 0, which saves time. Default: always. An algorithm that divides by its
   * state says for which options that makes no difference.
   */
  readonly flushes?: (hyperparameters: H) => boolean;
  /**
   * One step: what concerns all parameters, then the function that gives a weight's new value from the weight `w` and
   * its gradient `g`, in elementwise ops. It is traced, as {@link compile} says, and not called again at each step.
   */
  readonly rule: (hyperparameters: H, step: StepContext) => (w: Tensor, g: Tensor) => Tensor;
}

/** A loss may be of unknown rank; a shape that is known to be no scalar does not compile. */
export type ScalarLoss<S> = S extends readonly []
  ? S
  : number extends (S & readonly number[])["length"]
    ? S
    : ShapeError<"minimize: the loss is not a scalar; reduce it with sum or mean">;

/** Updates parameters by their gradients. All its state is in parameters, so that a checkpoint can hold it. */
export interface Optimizer {
  /** The algorithm: `"adam"`. */
  readonly name: string;
  /** What it updates, in order; those that are not trainable at the time are left alone. */
  readonly parameters: readonly AnyParameter[];
  /** Its own state: the number of updates, the learning rate, and the moments of each parameter. */
  readonly state: readonly AnyParameter[];
  /**
   * The learning rate of the next step. It is state: another number takes effect in steps that are compiled already, and
   * takes the place of a schedule. Throws {@link OptionError} for what is not a number of at least 0.
   */
  learningRate: number;
  /**
   * One step: gradients of the scalar `loss` with respect to the parameters, clipping, update. All parameters are
   * assigned together, after everything is computed, or none. Parameters that the loss does not depend on keep their value
   * and state. Inside `compile` it is part of the program. Outside, the loss, the gradients and the update are one program, made at the first
   * loss of its kind; but if the loss was computed from a parameter's former value, or by a `customGradient`, the update is another.
   * Throws {@link ShapeError} unless the loss is a scalar, {@link GraphError} when it depends on none of the parameters.
   */
  minimize<L extends AnyTensor>(loss: L & Checked<ScalarLoss<ShapeOf<L>>>): void;
  /**
   * One step with the gradients that `backward()` left in `parameter.grad`; parameters without one keep their value and
   * state. Throws {@link GraphError} when no parameter has one.
   */
  step(): void;
  /** Sets `parameter.grad` to `undefined`, where `backward()` would add to it. */
  zeroGrad(): void;
  /**
   * The state by name, as it is: `"step"`, `"learningRate"`, and for each parameter and moment `"<parameter>.m"`, by the
   * names that the parameters had when the optimizer was made.
   */
  stateDict(): Record<string, AnyTensor>;
  /**
   * Sets the state to what {@link stateDict} gave, or to the same as a file gives it: `decodeSafetensors(bytes).tensors`. Throws {@link OptionError} that lists what is missing or unexpected,
   * {@link ShapeError} or {@link DTypeError} for a value that does not fit; nothing is changed then.
   */
  loadStateDict(values: Readonly<Record<string, AnyTensor | StoredArray>>): void;
}

interface Group<H> {
  readonly parameters: readonly AnyParameter[];
  readonly hyperparameters: H;
}

type Assignment = readonly [AnyParameter, AnyTensor];

/**
 * Makes an optimizer of an algorithm: keeps the count of steps, the learning rate and the state of each parameter,
 * finds and clips the gradients, and assigns everything at once.
 * Throws {@link OptionError} for an unknown option, an impossible value, or a list that holds no parameters or one
 * twice; {@link DTypeError} for a trainable parameter that is not a float.
 */
export function optimizer<H extends object>(
  parameters: OptimizerParameters<H>,
  options: Partial<H> & OptimizerOptions,
  algorithm: Algorithm<H>,
): Optimizer {
  const { name } = algorithm;
  const groups = readGroups(parameters, options, algorithm);
  const all = groups.flatMap((group) => group.parameters);
  const { clipNorm, clipValue } = readClipping(name, options);
  const given = options.learningRate ?? algorithm.learningRate;
  const rateSchedule = typeof given === "function" ? asSchedule(given) : undefined;
  const count = stateParameter("step", 0);
  const rate = stateParameter("learningRate", checkRate(name, rateSchedule?.at(0) ?? given));
  const scheduled =
    rateSchedule && parameter(tensor(true) as AnyTensor, { name: "scheduled", trainable: false });
  const slots = new Map<AnyParameter, Map<string, AnyParameter>>(all.map((one) => [one, new Map()]));
  // As they are called here: a model that is later made of the same layers calls its parameters by their places in it.
  const names = uniqueNames(all);

  function slotOf(owner: AnyParameter, slot: string, initial: number): AnyParameter {
    const own = slots.get(owner) as Map<string, AnyParameter>;
    let state = own.get(slot);
    if (state === undefined) {
      const start: AnyTensor = full(owner.shape, initial, { dtype: owner.dtype });
      state = new Parameter(start, { name: `${names.get(owner)}.${slot}`, trainable: false });
      own.set(slot, state);
    }
    return state;
  }

  /** The new values of the parameters that have a gradient, and of their state. */
  function updates(found: ReadonlyMap<AnyParameter, AnyTensor>, t: Scalar, rateNow: Scalar): Assignment[] {
    const assignments: Assignment[] = [];
    for (const { parameters: members, hyperparameters } of groups) {
      const updated = members.filter((one) => found.has(one));
      const flushes = algorithm.flushes?.(hyperparameters) ?? true;
      for (const dtype of new Set(updated.map((one) => one.dtype))) {
        let owner = updated[0];
        const scalar = (x: Scalar): Tensor<[]> => cast(x, dtype) as Tensor<[], DType> as Tensor<[]>;
        const update = algorithm.rule(hyperparameters, {
          t,
          rate: scalar(rateNow),
          scalar,
          slot(slot, next, initial = 0) {
            const state = slotOf(owner, slot, initial);
            const exact = next(state as AnyTensor as Tensor);
            const value = flushes ? flushSubnormals(exact) : exact;
            assignments.push([state, value]);
            return value as Tensor;
          },
        });
        for (owner of updated.filter((one) => one.dtype === dtype)) {
          const gradient = found.get(owner) as AnyTensor as Tensor;
          assignments.push([owner, update(owner as AnyTensor as Tensor, gradient)]);
        }
      }
    }
    return assignments;
  }

  function apply(found: ReadonlyMap<AnyParameter, AnyTensor>, rateNow: Scalar): void {
    const t = add(count, 1) as Scalar;
    assignAll([[count, t], ...updates(clip(found), t, rateNow)]);
  }

  /** The update by gradients that are there. Outside a trace it is compiled: its graph is larger than most models', and always the same. */
  const update = compile((gradients: readonly (AnyTensor | undefined)[], rateNow: Scalar) => {
    const found = new Map<AnyParameter, AnyTensor>();
    for (const [i, gradient] of gradients.entries()) if (gradient !== undefined) found.set(all[i], gradient);
    apply(found, rateNow);
  });

  function updateBy(found: ReadonlyMap<AnyParameter, AnyTensor>, rateNow: Scalar): void {
    update(
      all.map((one) => found.get(one)),
      rateNow,
    );
  }

  /** The whole step, where the graph of its loss may be traced anew. */
  const step = compileWithGraphs((loss, rateNow) => {
    // Rules that look at numbers have been asked before: here they are those of the first loss of this structure.
    const found = withoutStabilising(() => gradientsOf(loss, versionsOf(name, loss, all)));
    apply(found, rateNow as Scalar);
  });

  /** The learning rate of this step. It is not found in compiled parts: a schedule may go by what it finds outside of the graph. */
  function presentRate(): Scalar {
    if (rateSchedule === undefined || scheduled === undefined) return rate;
    return where(scheduled, rateSchedule(count.current()), rate) as Scalar;
  }

  function minimize(loss: AnyTensor): void {
    if (!(loss instanceof Tensor)) {
      const wayOut = typeof loss === "function" ? "; call it and give what it returns" : "";
      throw new OptionError(
        name,
        `minimize: the loss is ${describeValue(loss)}; expected a scalar tensor, computed from the parameters${wayOut}`,
      );
    }
    const node = loss.current();
    const rateNow = presentRate();
    const versions = versionsOf(name, node, all);
    stabiliseBetween([node], versions);
    if (step(node, rateNow.current())) return;
    const found = gradientsOf(node, versions);
    // The gradients may not need the loss itself, but whoever reads it after the step should find it computed.
    if (count.current().memo.storage !== undefined) evaluate(node, rateNow, ...found.values());
    updateBy(found, rateNow);
  }

  function clip(found: ReadonlyMap<AnyParameter, AnyTensor>): ReadonlyMap<AnyParameter, AnyTensor> {
    const owners = all.filter((one) => found.has(one));
    let list = owners.map((one) => found.get(one) as AnyTensor);
    if (clipNorm !== undefined) list = clipByGlobalNorm(list, clipNorm);
    if (clipValue !== undefined) list = clipByValue(list, clipValue);
    return new Map(owners.map((one, i) => [one, list[i]]));
  }

  /** Makes the state of trainable parameters that have none, by a step whose results nobody asks for. */
  function makeSlots(): void {
    const missing = all.filter((one) => one.trainable && slots.get(one)?.size === 0);
    const zero = full([], 0, { dtype: "float64" });
    updates(new Map(missing.map((one) => [one, zerosLike(one)])), zero, zero);
  }

  /** All state with its keys, which begin with these names of the parameters. */
  function namedState(prefixes = names): [string, AnyParameter][] {
    makeSlots();
    const own = [count, rate, scheduled].filter((one) => one !== undefined) as unknown as AnyParameter[];
    const ofParameters = all.flatMap((owner) =>
      [...(slots.get(owner) ?? [])].map(([slot, state]): [string, AnyParameter] => [
        `${prefixes.get(owner)}.${slot}`,
        state,
      ]),
    );
    return [...own.map((one): [string, AnyParameter] => [one.name, one]), ...ofParameters];
  }

  /** The state by the keys of `values`: earlier versions had the names of the time of saving, which count where only they fit. */
  function stateFor(values: object): [string, AnyParameter][] {
    const present = namedState(uniqueNames(all));
    const fits = (state: [string, AnyParameter][]): boolean =>
      state.every(([key]) => Object.hasOwn(values, key));
    const state = namedState();
    return !fits(state) && fits(present) ? present : state;
  }

  makeSlots();
  return {
    name,
    parameters: all,
    get state() {
      return namedState().map(([, state]) => state);
    },
    get learningRate() {
      return rateSchedule && scheduled?.item() ? rateSchedule.at(count.item()) : rate.item();
    },
    set learningRate(value) {
      const fixed: Assignment = [rate, tensor(checkRate(name, value), { dtype: "float64" })];
      assignAll(scheduled ? [fixed, [scheduled, tensor(false)]] : [fixed]);
    },
    minimize,
    step() {
      const found = new Map<AnyParameter, AnyTensor>();
      for (const one of all) if (one.trainable && one.grad !== undefined) found.set(one, one.grad);
      if (found.size === 0)
        throw new GraphError(name, "step: no trainable parameter has a gradient; call loss.backward() first");
      updateBy(found, presentRate());
    },
    zeroGrad() {
      for (const one of all) one.grad = undefined;
    },
    stateDict: () => Object.fromEntries(namedState().map(([key, state]) => [key, state.current()])),
    loadStateDict(values) {
      if (!isPlainObject(values)) {
        throw new OptionError(
          name,
          `loadStateDict: the state is ${describeValue(values)}; expected values by name, as stateDict() gives`,
        );
      }
      const state = stateFor(values);
      const known = new Set(state.map(([key]) => key));
      const problems = [
        ["missing", [...known].filter((key) => !Object.hasOwn(values, key))] as const,
        ["unexpected", Object.keys(values).filter((key) => !known.has(key))] as const,
      ].filter(([, keys]) => keys.length > 0);
      if (problems.length > 0) {
        const lists = problems.map(([problem, keys]) => `${problem}: ${keys.join(", ")}`).join("; ");
        throw new OptionError(name, `the state does not fit this optimizer; ${lists}`);
      }
      const loaded = state.map(([key, one]): Assignment => [one, storedTensor(name, key, values[key])]);
      const numbers = new Map(loaded);
      checkLoaded(name, "step", numbers.get(count), wholeCount);
      checkLoaded(name, "learningRate", numbers.get(rate), nonNegative);
      assignAll(loaded);
    },
  };
}

/** The parameters' names, with their places before them where two are the same. */
function uniqueNames(parameters: readonly AnyParameter[]): ReadonlyMap<AnyParameter, string> {
  const isUnique = new Set(parameters.map(({ name }) => name)).size === parameters.length;
  return new Map(parameters.map((one, i) => [one, isUnique ? one.name : `${i}.${one.name}`]));
}

function stateParameter(name: string, value: number): Parameter<[], "float64"> {
  return parameter(tensor(value, { dtype: "float64" }) as Scalar, { name, trainable: false });
}

/** A whole number of at least 0. */
const wholeCount: Range = {
  expected: "a whole number of at least 0",
  holds: (x) => Number.isInteger(x) && x >= 0,
};

/** Throws {@link OptionError} for a scalar of the state that no optimizer has. Whether it is a scalar its assignment checks. */
function checkLoaded(op: string, name: string, value: AnyTensor | undefined, range: Range): void {
  if (value?.size === 1) checkNumber(op, name, Number(value.item()), range);
}

function checkRate(op: string, rate: unknown): number {
  const range = { ...nonNegative, expected: `${nonNegative.expected}, or a schedule` };
  if (typeof rate !== "function") return checkNumber(op, "learningRate", rate, range);
  throw new OptionError(
    op,
    "learningRate takes a number once the optimizer is made, since compiled steps hold the schedule; " +
      "make another optimizer for another schedule",
  );
}

function readClipping(op: string, { clipNorm, clipValue }: OptimizerOptions): OptimizerOptions {
  if (clipNorm !== undefined) checkNumber(op, "clipNorm", clipNorm, positive);
  if (clipValue !== undefined) checkNumber(op, "clipValue", clipValue, positive);
  if (clipNorm !== undefined && clipValue !== undefined) {
    throw new OptionError(
      op,
      `clipNorm is ${clipNorm} and clipValue is ${clipValue}; expected at most one of them`,
    );
  }
  return { ...(clipNorm !== undefined && { clipNorm }), ...(clipValue !== undefined && { clipValue }) };
}

const common: readonly (keyof OptimizerOptions)[] = ["learningRate", "clipNorm", "clipValue"];

function readGroups<H extends object>(
  parameters: OptimizerParameters<H>,
  options: Partial<H> & OptimizerOptions,
  { name, defaults, ranges }: Algorithm<H>,
): Group<H>[] {
  const own = Object.keys(defaults);
  checkOptionNames(name, options, [...common, ...own]);
  const shared = checkOptions(name, options, defaults, ranges);
  if (!Array.isArray(parameters)) {
    throw new OptionError(
      name,
      `the parameters are ${kindOf(parameters)}; expected a list, as model.parameters() gives`,
    );
  }
  const isGrouped = parameters.some((one) => !(one instanceof Tensor) && kindOf(one) === "an object");
  const groups: readonly ParameterGroup<H>[] = isGrouped ? parameters : [{ parameters }];
  const read = groups.map(({ parameters: members, ...changes }, i) => {
    if (!Array.isArray(members)) {
      throw new OptionError(
        name,
        `group ${i} has no list "parameters", as every group does when one is given`,
      );
    }
    const misplaced = common.find((option) => option in changes);
    if (misplaced !== undefined)
      throw new OptionError(name, `group ${i} has ${misplaced}, which is one for all groups`);
    checkOptionNames(name, changes, own);
    const hyperparameters = checkOptions(name, changes as unknown as Partial<H>, shared, ranges);
    return { parameters: [...members], hyperparameters };
  });
  checkParameters(
    name,
    read.flatMap((group) => group.parameters),
  );
  return read;
}

function checkParameters(op: string, parameters: readonly unknown[]): void {
  if (parameters.length === 0)
    throw new OptionError(op, "no parameters to update; expected a list, as model.parameters() gives");
  const places = new Map<unknown, number>();
  parameters.forEach((one, i) => {
    if (!(one instanceof Parameter)) {
      throw new OptionError(
        op,
        `parameters[${i}] is ${kindOf(one)}; expected a parameter, as parameter(…) makes`,
      );
    }
    const first = places.get(one);
    if (first !== undefined)
      throw new OptionError(
        op,
        `parameters[${first}] and parameters[${i}] are the same, "${one.name}"; give it once`,
      );
    places.set(one, i);
    if (one.trainable && !isFloat(one.dtype)) {
      throw new DTypeError(
        op,
        `parameter "${one.name}" is ${one.dtype}; expected float32 or float64, as only these have gradients, or trainable: false`,
      );
    }
  });
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return "a tensor";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : show(value);
}

/** What the loss was computed from of the trainable ones of `parameters`, whichever version it read. */
function versionsOf(op: string, loss: AnyTensor, parameters: readonly AnyParameter[]): AnyTensor[] {
  if (loss.rank !== 0) {
    throw new ShapeError(
      op,
      `minimize: the loss has shape ${shapeText(loss.shape)}; expected a scalar: reduce it with sum or mean`,
    );
  }
  const wanted = new Set(parameters.filter((one) => one.trainable));
  const versions = parameterLeaves([loss]).filter((version) => wanted.has(ownerOf(version)));
  if (versions.length === 0) {
    throw new GraphError(
      op,
      "minimize: the loss was computed from none of the trainable parameters; compute it from those that the optimizer was given",
    );
  }
  return versions;
}

/** The gradients of the parameters whose versions these are. */
function gradientsOf(loss: AnyTensor, versions: readonly AnyTensor[]): Map<AnyParameter, AnyTensor> {
  const found = new Map<AnyParameter, AnyTensor>();
  gradients(loss, versions).forEach((gradient, i) => {
    const owner = ownerOf(versions[i]);
    const sofar = found.get(owner);
    found.set(owner, sofar === undefined ? gradient : (add(sofar, gradient) as AnyTensor));
  });
  return found;
}
