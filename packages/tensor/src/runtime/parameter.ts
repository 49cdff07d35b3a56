import { adopt, apply, isNumberStandIn } from "../graph/apply.ts";
import { isFloat } from "../graph/dtype.ts";
import { DTypeError, GraphError, ShapeError } from "../graph/errors.ts";
import { recordHistory, releaseValues } from "../graph/history.ts";
import { assignedOp, leaves } from "../graph/op.ts";
import { sameShape, shapeText } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Storage } from "../graph/storage.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { evaluate, storageOf } from "./evaluate.ts";
import { activeTrace } from "./trace.ts";

/** The parameter of a version node. */
export function ownerOf(version: AnyTensor): AnyParameter {
  return version.memo.owner as AnyParameter;
}

/** What `parameter` takes beside the first value. */
export interface ParameterOptions {
  /** Shown in summaries and errors, and the key in a checkpoint. Default `"parameter"`. */
  readonly name?: string;
  /** Whether optimizers update it. Default true. */
  readonly trainable?: boolean;
}

/**
 * The one mutable thing: a named tensor that can be assigned. In an expression it stands for its present version, which
 * does not change when another value is assigned later.
 */
export class Parameter<S extends Shape = Shape, D extends DType = "float32"> extends Tensor<S, D> {
  /** Shown in summaries and errors, and the key in a checkpoint. */
  name: string;
  /** Whether optimizers update it. */
  trainable: boolean;
  #storage: Storage;
  #version: AnyTensor | undefined;
  #gradient: AnyTensor | undefined;

  constructor(value: Tensor<S, D>, { name = "parameter", trainable = true }: ParameterOptions = {}) {
    super(leaves.parameter, [], {}, value.shape, value.dtype);
    this.name = name;
    this.trainable = trainable;
    this.#storage = storageOf(value as AnyTensor).hold();
  }

  /** The node of the present version: what an expression is built on. */
  override current(): Tensor<S, D> {
    const trace = activeTrace();
    if (trace === undefined) {
      this.#version ??= this.#newVersion(this.#storage);
      return this.#version as unknown as Tensor<S, D>;
    }
    const self = this as unknown as AnyParameter;
    let node = trace.writes.get(self) ?? trace.reads.get(self);
    if (node === undefined) {
      node = this.#newVersion(undefined);
      trace.reads.set(self, node);
    }
    return node as unknown as Tensor<S, D>;
  }

  #newVersion(storage: Storage | undefined): AnyTensor {
    const version: AnyTensor = new Tensor<Shape, DType>(leaves.parameter, [], {}, this.shape, this.dtype);
    version.memo.storage = storage?.hold();
    version.memo.held = true;
    version.memo.owner = this as unknown as AnyTensor;
    recordHistory(version);
    return version;
  }

  /** Gradient that `backward()` has added up since it was last set to `undefined`; while traced, within the call. */
  get grad(): Tensor<S, D> | undefined {
    const trace = activeTrace();
    const gradient =
      trace === undefined ? this.#gradient : trace.gradients.get(this as unknown as AnyParameter);
    return gradient as unknown as Tensor<S, D> | undefined;
  }

  set grad(gradient: Tensor<S, D> | undefined) {
    const trace = activeTrace();
    if (trace === undefined) this.#gradient = gradient as unknown as AnyTensor | undefined;
    else trace.gradients.set(this as unknown as AnyParameter, gradient as unknown as AnyTensor | undefined);
  }

  /** Gives the parameter another value of its shape and dtype. While traced, the value is written after the program ran. */
  assign(value: Tensor<S, D>): void {
    assignAll([[this as unknown as AnyParameter, value as AnyTensor]]);
  }

  /** @internal The values as they are; programs read them. */
  get storage(): Storage {
    return this.#storage;
  }

  /** @internal Gives it other values. */
  replace(storage: Storage): void {
    if (this.#version !== undefined) releaseValues(this.#version);
    this.#storage = storage.hold();
    this.#version = undefined;
  }
}

function assignedVersion(target: AnyParameter, value: AnyTensor): AnyTensor {
  const version = apply(assignedOp, [value]);
  version.memo.owner = target as AnyTensor;
  return version;
}

/** A parameter of any shape and dtype. */
export type AnyParameter = Parameter<Shape, DType>;

/**
 * Makes a parameter that starts with `value`, of its shape and dtype.
 * `const weight = parameter(zeros([784, 25]), { name: "weight" })`.
 */
export function parameter<S extends Shape, D extends DType>(
  value: Tensor<S, D>,
  options: ParameterOptions = {},
): Parameter<S, D> {
  if (activeTrace() !== undefined) {
    throw new GraphError(
      "parameter",
      `"${options.name ?? "parameter"}" is made while a function is traced; make parameters outside compile()`,
    );
  }
  return new Parameter(value, options);
}

/**
 * Assigns several parameters at once: the values are computed in one program, and either all are written or, if one
 * cannot be computed, none. Throws {@link ShapeError} or {@link DTypeError} when a value does not fit its parameter.
 */
export function assignAll(assignments: readonly (readonly [AnyParameter, AnyTensor])[]): void {
  for (const [target, value] of assignments) {
    if (!sameShape(target.shape, value.shape)) {
      throw new ShapeError(
        "assign",
        `shape ${shapeText(value.shape)} for parameter "${target.name}" of shape ${shapeText(target.shape)}`,
      );
    }
    const isAdopted = value.weak && (isFloat(target.dtype) || isNumberStandIn(value));
    if (target.dtype !== value.dtype && !isAdopted) {
      throw new DTypeError(
        "assign",
        `${value.dtype} for parameter "${target.name}" of ${target.dtype}; cast(value, "${target.dtype}") first`,
      );
    }
  }
  const trace = activeTrace();
  const nodes = assignments.map(([target, value]) => adopt("assign", value.current(), target.dtype));
  if (trace === undefined) evaluate(...nodes);
  assignments.forEach(([target], i) => {
    if (trace === undefined) target.replace(nodes[i].memo.storage as Storage);
    else trace.writes.set(target, assignedVersion(target, nodes[i]));
  });
}
