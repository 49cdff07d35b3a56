export {
  type ArrayData,
  type DecodeIdxOptions,
  decodeIdx,
  type EncodeIdxOptions,
  encodeIdx,
  FileFormatError,
  type IdxArray,
  type IdxElementType,
  type ParseIdxOptions,
  parseIdx,
} from "@adjoint/data";
export {
  type DecodeSafetensorsOptions,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContents,
} from "@adjoint/io";
