export function threefryFill(
  _k0: number,
  _k1: number,
  _o: number,
  out: Int32Array,
  _mode: "xor" | "pairs",
): void {
  out.fill(0);
}
