import type { PrimitiveMethods } from "../api/methods.ts";
import type { TensorMethods } from "../methods.ts";
import { isRecordingCallSites, noteCallSite } from "./callSite.ts";
import type { Recount } from "./history.ts";
import { type Attributes, isParameterVersion, leaves, type Op } from "./op.ts";
import { sizeOf } from "./shape.ts";
import type { DefaultDType, DType, Shape } from "./shape-types.ts";
import type { Storage } from "./storage.ts";

/** What evaluation has learnt of a node. It never changes what the node means. */
export interface Memo {
  /** The node's values, once computed. */
  storage: Storage | undefined;
  /** Upper bound of the nodes that this node's history holds. */
  historyNodes: number;
  /** Upper bound of the bytes of values that this node's history holds, without its giant. */
  historyBytes: number;
  /** The largest single storage of the history, if it is so large that it would decide alone. */
  giant: Storage | undefined;
  /** When these bounds are worth a true count again; undefined when there was none. */
  recount: Recount | undefined;
  /** What the stabilising pass made of the node when it was differentiated: evaluated in its place. */
  stabilised: AnyTensor | undefined;
  /** The parameter that the node is a version of. */
  owner: AnyTensor | undefined;
  /** Somebody else keeps the values, so that forgetting this node would free nothing. */
  held: boolean;
  /** How often it was computed on the way to others, up to 2: what comes again is kept. */
  passes: number;
  /** The last walk over the graph that came by. */
  walk: number;
  /** Position in the order of the evaluation that is being described. */
  place: number;
  /** Is it computed of data alone: of no parameter, and of no argument of a traced function? */
  isData: boolean;
  /** Does no derivative with respect to a parameter or an argument go through it? */
  isConstant: boolean;
  /** The history was dropped: `"parameter"` when it held one, so that differentiating through would be silently wrong. */
  dropped: false | "data" | "parameter";
}

let created = 0;

/** The id that the next node gets. Nodes created while a function is traced have ids from this on. */
export function nextId(): number {
  return created;
}

// biome-ignore lint/correctness/noUnusedVariables: the class it merges with has the same type parameters
export interface Tensor<S extends Shape = Shape, D extends DType = DefaultDType>
  extends PrimitiveMethods,
    TensorMethods {}

/**
 * A node of the computation graph: an op, its inputs and attributes, and the shape and dtype of its value.
 * Making one computes nothing; reading it (`item()`, `toArray()`, `await data()`, printing) evaluates it.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are installed on the prototype by api/methods.ts
export class Tensor<S extends Shape = Shape, D extends DType = DefaultDType> {
  /** Position in the order of creation: inputs always have smaller ids. */
  readonly id: number;
  readonly op: Op;
  /** The nodes this one is computed from. */
  inputs: readonly AnyTensor[];
  readonly attributes: Attributes;
  readonly shape: Readonly<S>;
  readonly dtype: D;
  /** Made from traced JavaScript numbers alone: takes the dtype of what it meets, as a number does. */
  readonly weak: boolean;
  /** @internal */
  readonly memo: Memo;

  constructor(
    op: Op,
    inputs: readonly AnyTensor[],
    attributes: Attributes,
    shape: Readonly<S>,
    dtype: D,
    weak: boolean = false,
  ) {
    this.id = created++;
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
    this.weak = weak;
    this.memo = {
      storage: undefined,
      historyNodes: 1,
      historyBytes: 0,
      giant: undefined,
      recount: undefined,
      stabilised: undefined,
      owner: undefined,
      held: false,
      passes: 0,
      walk: 0,
      place: 0,
      isData: false,
      isConstant: false,
      dropped: false,
    };
    noteSources(this as unknown as AnyTensor);
    if (isRecordingCallSites()) noteCallSite(this as unknown as AnyTensor);
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The node to build on: the tensor itself; a parameter gives the node of its present version. */
  current(): Tensor<S, D> {
    return this;
  }
}

/** Notes of a new node what it is computed of. */
function noteSources(node: AnyTensor): void {
  const { op, inputs, memo } = node;
  if (op === leaves.input || isParameterVersion(node)) return;
  let [isData, isConstant] = [true, true];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i].memo;
    isData &&= input.isData;
    isConstant &&= input.isConstant;
  }
  memo.isData = isData;
  memo.isConstant = isConstant || !op.differentiable;
}

/** A tensor of any shape and dtype. */
export type AnyTensor = Tensor<Shape, DType>;

/** The node as it is of other inputs, of the same shapes and dtypes: itself where they are its own. */
export function withInputs(node: AnyTensor, inputs: readonly AnyTensor[]): AnyTensor {
  return inputs.every((input, i) => input === node.inputs[i]) ? node : copyOf(node, inputs);
}

/** A new node, of the same op, attributes, shape and dtype. */
export function copyOf(
  { op, attributes, shape, dtype, weak }: AnyTensor,
  inputs: readonly AnyTensor[],
): AnyTensor {
  return new Tensor<Shape, DType>(op, inputs, attributes, shape, dtype, weak);
}
