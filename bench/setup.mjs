// Installs the peers of package.json with npm when they are not there yet. They are no part of the workspace: nothing but
// the benchmarks needs them. Their install scripts, which would fetch native binaries, do not run.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const read = (path) => {
  try {
    return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  } catch {
    return undefined;
  }
};
const { dependencies } = read("package.json");
const isInstalled = Object.entries(dependencies).every(
  ([name, version]) => read(`node_modules/${name}/package.json`)?.version === version,
);
if (!isInstalled) {
  console.error("Installing the libraries to compare with (about 650 MB) …");
  const { status } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: import.meta.dirname,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  process.exit(status ?? 1);
}
