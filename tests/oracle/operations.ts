import * as losses from "@adjoint/nn";
import * as ops from "@adjoint/ops";
import type { AnyTensor, Operand } from "@adjoint/tensor";
import * as engine from "@adjoint/tensor";
import { UnknownOpError } from "./case.ts";

/** The attributes of a case: options by name. */
export type OracleAttributes = Readonly<Record<string, unknown>>;

/** A function by its generic name, and what its arguments are. */
export interface Operation {
  readonly call: (operands: readonly Operand[], attributes: OracleAttributes) => AnyTensor;
  /** Positions of arguments that are indices or labels, which files may write as 2.0. */
  readonly integers?: readonly number[];
  /** Works on rows: a single row is run as a batch of one. */
  readonly ofRows?: boolean;
}

type Fn = (...args: never[]) => unknown;

/** `fn(...operands, options)`: how nearly all are called. */
function plain(fn: unknown, more: Omit<Operation, "call"> = {}): Operation {
  return {
    call: (operands, attributes) =>
      (fn as Fn)(
        ...([...operands, ...(Object.keys(attributes).length === 0 ? [] : [attributes])] as never[]),
      ) as AnyTensor,
    ...more,
  };
}

/** `fn(x, attributes[name])`: what is given by an attribute is an argument here. */
function positional(fn: unknown, ...names: readonly string[]): Operation {
  return {
    call: ([x], attributes) => {
      const rest = Object.entries(attributes).filter(([name]) => !names.includes(name));
      const options = rest.length === 0 ? [] : [Object.fromEntries(rest)];
      return (fn as Fn)(
        ...([x, ...names.map((name) => attributes[name]), ...options] as never[]),
      ) as AnyTensor;
    },
  };
}

/** `fn(list, options)`. */
function ofList(fn: unknown): Operation {
  return { call: (operands, attributes) => (fn as Fn)(operands as never, attributes as never) as AnyTensor };
}

/** Functions of a module that are called by their name. */
function byName(module: object, names: readonly string[]): [string, Operation][] {
  return names.flatMap((name) => {
    const fn = (module as Record<string, unknown>)[name];
    return typeof fn === "function" ? [[name, plain(fn)] as [string, Operation]] : [];
  });
}

const ofRows = { ofRows: true } as const;

/** Generic names and our functions. What is not here is called by its own name. */
const table: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(byName(engine, [...engine.primitiveNames, "erfinv", "stopGradient"])),
  ...Object.fromEntries(byName(ops, Object.keys(ops))),
  avgPool2d: pooling(ops.avgPool2d),
  batchNormTrain: {
    call: ([x, scale, offset], { layout = "NCHW", ...rest }) =>
      ops.batchNorm(
        x as AnyTensor,
        scale as AnyTensor,
        offset as AnyTensor,
        {
          axis: layouts[String(layout)] === "NHWC" ? -1 : 1,
          ...rest,
        } as never,
      ) as AnyTensor,
  },
  broadcastTo: positional(engine.broadcastTo, "shape"),
  cast: positional(engine.cast, "dtype"),
  concat: ofList(engine.concat),
  conv2d: {
    call: ([x, kernel, bias], { layout = "NCHW", ...rest }) =>
      ops.conv2d(x as AnyTensor, kernel as never, {
        bias: bias as AnyTensor,
        layout: layouts[String(layout)],
        ...rest,
      }) as AnyTensor,
  },
  embedding: plain(engine.take, { integers: [1] }),
  expandDims: positional(ops.expandDims, "axis"),
  layerNorm: {
    call: ([x, scale, offset], attributes) =>
      ops.layerNorm(
        x as AnyTensor,
        scale as AnyTensor,
        offset as AnyTensor,
        attributes as never,
      ) as AnyTensor,
  },
  maxPool2d: pooling(ops.maxPool2d),
  oneHot: positional(ops.oneHot, "depth"),
  pad: positional(engine.pad, "paddings"),
  reshape: positional(engine.reshape, "shape"),
  slice: positional(engine.slice, "begin", "end", "steps"),
  stack: ofList(ops.stack),
  take: plain(engine.take, { integers: [1] }),
  takeAlongAxis: plain(ops.takeAlongAxis, { integers: [1] }),
  tile: positional(ops.tile, "repeats"),
  transpose: positional(engine.transpose, "axes"),
  where: {
    call: ([condition, a, b]) => engine.where(asCondition(condition) as never, a, b as never) as AnyTensor,
  },
  binaryCrossentropy: plain(losses.binaryCrossentropy),
  categoricalCrossentropy: plain(losses.categoricalCrossentropy, ofRows),
  huber: plain(losses.huber),
  klDivergence: plain(losses.klDivergence, ofRows),
  meanAbsoluteError: plain(losses.meanAbsoluteError),
  meanSquaredError: plain(losses.meanSquaredError),
  sparseCategoricalCrossentropy: plain(losses.sparseCategoricalCrossentropy, { integers: [1], ofRows: true }),
};

/** The channels of images and kernels, as files name them. */
const layouts: Readonly<Record<string, engine.ImageLayout>> = {
  NCHW: "NCHW",
  "NCHW, OIHW": "NCHW",
  NHWC: "NHWC",
  "NHWC, HWIO": "NHWC",
};

/** `fn(x, { kernelSize, layout, … })`, where files say `kernel`. */
function pooling(fn: unknown): Operation {
  return {
    call: ([x], { kernel, layout = "NCHW", ...rest }) =>
      (fn as Fn)(
        x as never,
        { kernelSize: kernel, layout: layouts[String(layout)], ...rest } as never,
      ) as AnyTensor,
  };
}

/** A condition that a file writes in numbers holds where they are not 0. */
function asCondition(condition: Operand): AnyTensor {
  return engine.cast(
    (typeof condition === "number" ? engine.tensor(condition) : condition) as AnyTensor,
    "bool",
  );
}

/** The function of a generic name. Throws {@link UnknownOpError}. */
export function operationOf(op: string): Operation {
  const operation = Object.hasOwn(table, op) ? table[op] : undefined;
  if (operation === undefined) throw new UnknownOpError(op);
  return operation;
}

/** Remarks for the reader of a file; everything else that a case says must be understood. */
const remarks: readonly string[] = ["note"];

/** The attributes as options: remarks dropped, a mask as a tensor. */
export function optionsOf(attributes: OracleAttributes): OracleAttributes {
  const kept = Object.entries(attributes).filter(([name]) => !remarks.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      name === "mask" ? engine.cast(engine.tensor(value as never) as AnyTensor, "bool") : value,
    ]),
  );
}
