// Bundles the package in the current directory: one ESM file for each entry point of its `exports`. Loading a file for each op
// took longer than the first gradient, and any file costs its look-up and its read (about a millisecond), so what entry points
// share has no file of its own: it stands in the entry point that the other one imports. Types are tsc's.
// Nothing is minified: Node prints the source line of an error that nobody catches, which would be the whole file.
import { readFileSync } from "node:fs";
import { build } from "rolldown";

/** Entry points without state or classes that others meet: who imports one holds a copy, which is loaded sooner than a file of its own. */
const copied = [
  "@adjoint/compiler",
  "@adjoint/io",
  "@adjoint/ops/methods",
  "@adjoint/optim",
  "@adjoint/tensor/special",
];

const { exports: entries, name } = JSON.parse(readFileSync("package.json", "utf8"));
const together = {};
const apart = [];
for (const [path, { "@adjoint/source": source, default: built }] of Object.entries(entries)) {
  if (source === undefined) continue;
  const input = { [built.slice("./dist/".length, -".js".length)]: source };
  // Whoever loads the package holds a copy of these already.
  if (path !== "." && copied.includes(name + path.slice(1))) apart.push(input);
  else Object.assign(together, input);
}

/** Fails when a part of the package would be loaded as one more file, or when users would see what entry points share. */
const oneFileEach = {
  name: "one-file-each",
  generateBundle(_, files) {
    for (const chunk of Object.values(files)) {
      if (chunk.type !== "chunk") continue;
      if (!chunk.isEntry)
        this.error(
          `${name}: two entry points share ${chunk.fileName}: let one import the other in its source, or list it under copied`,
        );
      const { exports } = this.getModuleInfo(chunk.facadeModuleId);
      const added = chunk.exports.filter((one) => !exports.includes(one));
      if (chunk.name === "index" && !exports.includes("*") && added.length > 0)
        this.error(`${name}: ${chunk.fileName} would export ${added.join(", ")}, which its source does not`);
    }
  },
};

for (const [i, input] of [together, ...apart].entries()) {
  await build({
    input,
    external: (id) => /^[^./]/.test(id) && !copied.includes(id),
    preserveEntrySignatures: "allow-extension",
    plugins: [oneFileEach],
    tsconfig: false,
    transform: { target: "es2023" },
    output: {
      dir: "dist",
      cleanDir: i === 0,
      format: "esm",
      // One letter beyond Latin-1 in a message, and V8 keeps the whole file with two bytes for each letter.
      charset: "ascii",
      sourcemap: true,
      comments: { legal: true, annotation: true, jsdoc: false },
    },
  });
}
