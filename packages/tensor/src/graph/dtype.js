import { DTypeError } from "./errors.js";
/** The dtypes in the order of promotion: the later of two operands' dtypes is the result's. */
export const dtypes = ["bool", "uint8", "int32", "float32", "float64"];
const constructors = {
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    uint8: Uint8Array,
    bool: Uint8Array,
};
/** Bytes of one element. */
export function bytesPerElement(dtype) {
    return constructors[dtype].BYTES_PER_ELEMENT;
}
/** A zero-filled array of `size` elements. */
export function allocate(dtype, size) {
    return new constructors[dtype](size);
}
/** Is the dtype float32 or float64? Only these carry gradients. */
export function isFloat(dtype) {
    return dtype === "float32" || dtype === "float64";
}
/** The smallest dtype of the order bool < uint8 < int32 < float32 < float64 that is not below any of `given`. */
export function promote(...given) {
    return dtypes[Math.max(...given.map((dtype) => dtypes.indexOf(dtype)))];
}
/** The dtype in which a float function of `dtype` is computed: float32 for integers and bool. */
export function floatOf(dtype) {
    return isFloat(dtype) ? dtype : "float32";
}
/** Throws {@link DTypeError} unless `value` can be held by `dtype` without changing (floats round, integers do not). */
export function checkRepresentable(op, value, dtype) {
    const number = Number(value);
    if (isFloat(dtype))
        return;
    const [low, high] = { bool: [0, 1], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] }[dtype];
    if (!Number.isInteger(number)) {
        throw new DTypeError(op, `${number} is not an integer, as ${dtype} needs; cast the ${dtype} tensor to "float32" first`);
    }
    if (number < low || number > high) {
        throw new DTypeError(op, `${number} is outside ${dtype}'s range ${low} to ${high}; cast to a wider dtype first`);
    }
}
