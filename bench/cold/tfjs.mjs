import * as tf from "@tensorflow/tfjs";

if (process.argv[2] === "wasm") {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const { createRequire } = await import("node:module");
  setWasmPaths(
    createRequire(import.meta.url)
      .resolve("@tensorflow/tfjs-backend-wasm/package.json")
      .replace(/package\.json$/, "dist/"),
  );
}
await tf.setBackend(process.argv[2]);
console.log(
  "@grad",
  tf
    .grad((x) => x.square().sum())(tf.tensor1d([1, 2, 3]))
    .dataSync()
    .join(),
);
process.exit(0);
