// Makes a fresh clone ready with only Node and npm: installs the workspace when the lockfile (or Node) changed.
// Writes to standard error only, so that the output of the program that follows can be piped.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

if (process.env.npm_config_user_agent?.startsWith("pnpm")) process.exit(0); // called by the install below
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.version} is too old: this workspace needs 20.19 or newer.`);
  process.exit(1);
}
const root = new URL("..", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const stamp = new URL("node_modules/.setup", root);
const want = createHash("sha256").update(process.version).update(read("pnpm-lock.yaml")).digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== want) {
  const options = {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    env: { ...process.env, CI: "true" },
  };
  const { packageManager } = JSON.parse(read("package.json"));
  const { status } = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], options);
  if (status !== 0) process.exit(status ?? 1);
  if (existsSync(new URL(".git", root))) spawnSync("git", ["config", "core.hooksPath", ".githooks"], options);
  writeFileSync(stamp, want);
}
