// the floor: Node itself, a gradient by hand
const x = Float32Array.of(1, 2, 3);
console.log("@grad", x.map((v) => 2 * v).join());
