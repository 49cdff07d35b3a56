export { type ArrayData, toArrayData } from "./array-data.ts";
export {
  type Batches,
  type BatchOf,
  type BatchOptions,
  type Dataset,
  dataset,
  type SplitOptions,
} from "./dataset.ts";
export { FileFormatError } from "./file-format-error.ts";
export {
  type DecodeIdxOptions,
  decodeIdx,
  type EncodeIdxOptions,
  encodeIdx,
  type IdxArray,
  type IdxElementType,
  type ParseIdxOptions,
  parseIdx,
} from "./idx.ts";
export { type Shuffle, shuffledIndices } from "./shuffled-indices.ts";
