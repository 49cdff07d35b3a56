import { castPrimitive } from "../graph/apply.ts";
import type { Op } from "../graph/op.ts";
import { absPrimitive } from "./abs.ts";
import { addPrimitive } from "./add.ts";
import { argmaxPrimitive } from "./argmax.ts";
import { argsortPrimitive } from "./argsort.ts";
import { barrierPrimitive } from "./barrier.ts";
import { broadcastToPrimitive } from "./broadcastTo.ts";
import { checkFinitePrimitive } from "./checkFinite.ts";
import { checkIndexPrimitive } from "./checkIndex.ts";
import { concatPrimitive } from "./concat.ts";
import { cosPrimitive } from "./cos.ts";
import { cumsumPrimitive } from "./cumsum.ts";
import { divPrimitive } from "./div.ts";
import { equalPrimitive } from "./equal.ts";
import { erfPrimitive } from "./erf.ts";
import { erfcPrimitive } from "./erfc.ts";
import { expPrimitive } from "./exp.ts";
import { expm1Primitive } from "./expm1.ts";
import { floorPrimitive } from "./floor.ts";
import { iotaPrimitive } from "./iota.ts";
import { lessPrimitive } from "./less.ts";
import { logPrimitive } from "./log.ts";
import { log1pPrimitive } from "./log1p.ts";
import { matmulPrimitive } from "./matmul.ts";
import { maxPrimitive } from "./max.ts";
import { maximumPrimitive } from "./maximum.ts";
import { minimumPrimitive } from "./minimum.ts";
import { mulPrimitive } from "./mul.ts";
import type { PrimitiveName } from "./names.ts";
import { negPrimitive } from "./neg.ts";
import { padPrimitive } from "./pad.ts";
import { patchesPrimitive } from "./patches.ts";
import { powPrimitive } from "./pow.ts";
import { randomBitsPrimitive } from "./randomBits.ts";
import { reshapePrimitive } from "./reshape.ts";
import { scatterAddPrimitive } from "./scatterAdd.ts";
import { sinPrimitive } from "./sin.ts";
import { slicePrimitive } from "./slice.ts";
import { sqrtPrimitive } from "./sqrt.ts";
import { subPrimitive } from "./sub.ts";
import { sumPrimitive } from "./sum.ts";
import { sumPatchesPrimitive } from "./sumPatches.ts";
import { takePrimitive } from "./take.ts";
import { transposePrimitive } from "./transpose.ts";
import { wherePrimitive } from "./where.ts";

/** Every primitive by name. */
export const primitives: Readonly<Record<PrimitiveName, Op>> = {
  abs: absPrimitive,
  add: addPrimitive,
  argmax: argmaxPrimitive,
  argsort: argsortPrimitive,
  barrier: barrierPrimitive,
  broadcastTo: broadcastToPrimitive,
  cast: castPrimitive,
  checkFinite: checkFinitePrimitive,
  checkIndex: checkIndexPrimitive,
  concat: concatPrimitive,
  cos: cosPrimitive,
  cumsum: cumsumPrimitive,
  div: divPrimitive,
  equal: equalPrimitive,
  erf: erfPrimitive,
  erfc: erfcPrimitive,
  exp: expPrimitive,
  expm1: expm1Primitive,
  floor: floorPrimitive,
  iota: iotaPrimitive,
  less: lessPrimitive,
  log: logPrimitive,
  log1p: log1pPrimitive,
  matmul: matmulPrimitive,
  max: maxPrimitive,
  maximum: maximumPrimitive,
  minimum: minimumPrimitive,
  mul: mulPrimitive,
  neg: negPrimitive,
  pad: padPrimitive,
  patches: patchesPrimitive,
  pow: powPrimitive,
  randomBits: randomBitsPrimitive,
  reshape: reshapePrimitive,
  scatterAdd: scatterAddPrimitive,
  sin: sinPrimitive,
  slice: slicePrimitive,
  sqrt: sqrtPrimitive,
  sub: subPrimitive,
  sum: sumPrimitive,
  sumPatches: sumPatchesPrimitive,
  take: takePrimitive,
  transpose: transposePrimitive,
  where: wherePrimitive,
};
