// no gradients here: the first result of a one-node graph (y = x * x)
import * as ort from "onnxruntime-node";

const { len, num, str } = (() => {
  const varint = (n) => {
    const o = [];
    while (n > 127) {
      o.push((n & 127) | 128);
      n >>= 7;
    }
    o.push(n);
    return o;
  };
  const num = (f, v) => [...varint(f * 8), ...varint(v)];
  const len = (f, x) => [...varint(f * 8 + 2), ...varint(x.length), ...x];
  return { varint, num, len, str: (f, s) => len(f, [...Buffer.from(s)]) };
})();
const io = (name) => [...str(1, name), ...len(2, len(1, [...num(1, 1), ...len(2, len(1, num(1, 3)))]))];
const graph = [
  ...len(1, [...str(1, "x"), ...str(1, "x"), ...str(2, "y"), ...str(4, "Mul")]),
  ...str(2, "g"),
  ...len(11, io("x")),
  ...len(12, io("y")),
];
const s = await ort.InferenceSession.create(
  Uint8Array.from([...num(1, 8), ...len(8, num(2, 17)), ...len(7, graph)]),
);
const r = await s.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2, 3), [3]) });
console.log("@grad", r.y.data.join());
process.exit(0);
