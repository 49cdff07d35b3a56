// Bundles the package in the current directory: one ESM file for each entry point of its `exports`, and one for what they
// share, so that no class exists twice. Loading a file for each op took longer than the first gradient. Types are tsc's.
// Nothing is minified: Node prints the source line of an error that nobody catches, which would be the whole file.
import { readFileSync } from "node:fs";
import { build } from "rolldown";

const { exports: entries } = JSON.parse(readFileSync("package.json", "utf8"));
const input = {};
for (const { "@adjoint/source": source, default: built } of Object.values(entries))
  if (source !== undefined) input[built.slice("./dist/".length, -".js".length)] = source;

/** Packages without state or classes that others meet: who uses one holds a copy, which is found and loaded sooner than the package. */
const copied = ["@adjoint/compiler"];

await build({
  input,
  external: (id) => /^[^./]/.test(id) && !copied.includes(id),
  tsconfig: false,
  transform: { target: "es2023" },
  output: {
    dir: "dist",
    cleanDir: true,
    format: "esm",
    sourcemap: true,
    chunkFileNames: "shared-[name].js",
    comments: { legal: true, annotation: true, jsdoc: false },
  },
});
