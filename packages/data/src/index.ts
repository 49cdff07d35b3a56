export type { ArrayData } from "./array-data.ts";
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
