import { type Expression, type FunctionBuilder, i32, type Local, type Statement } from "../ir/index.ts";
import type { Element } from "./matmul/element.ts";

/** Are `count` numbers from the address on, as many as a value of the element has at least, neither NaN nor ±∞? */
export function allFinite(
  f: FunctionBuilder,
  element: Element,
  address: Local<"i32">,
  count: number,
): Expression<"i32"> {
  const { lanes, bytes } = element;
  // 0 · x is NaN for what is not finite, and stays it in a sum.
  const zero = f.keep(element.zero());
  const sums = Array.from({ length: 4 }, () => f.keep(element.zero()));
  const add = (sum: Local, from: Expression<"i32">, offset: number): Statement =>
    sum.set(element.madd(element.load(from, offset), zero, sum));
  const step = lanes * sums.length;
  const whole = count - (count % step);
  const from = f.local("i32");
  // Bytes from the start are counted, since addresses beyond 2³¹ are negative.
  f.forRange(from, i32.const(0), i32.const(whole * bytes), step * bytes, () => {
    const at = f.keep(i32.add(address, from));
    for (const [i, sum] of sums.entries()) f.emit(add(sum, at, i * lanes * bytes));
  });
  // The last value takes some numbers again, and none that is not theirs.
  for (let first = whole; first < count; first += lanes) {
    f.emit(add(sums[0], address, Math.min(first, count - lanes) * bytes));
  }
  const [a, b, c, d] = sums;
  return i32.eqz(element.hasNaN(f.keep(element.add(element.add(a, b), element.add(c, d)))));
}
