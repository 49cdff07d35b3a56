import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeAtomically } from "../src/atomic-write.ts";
import { FileError } from "../src/file-error.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("writeAtomically", () => {
  test("writes a new file and replaces an old one, and leaves nothing else", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "model.safetensors");
    await writeAtomically(path, bytes("first, and longer"));
    await writeAtomically(path, bytes("second"));
    expect(await readFile(path, "utf8")).toBe("second");
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  test("a reader meanwhile finds all of the old or all of the new", async () => {
    const path = join(await temporaryFolder(), "model");
    const versions = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    await writeAtomically(path, bytes(versions[0]));
    let writing = true;
    const read = async (): Promise<void> => {
      while (writing) expect(versions.includes(await readFile(path, "utf8"))).toBe(true);
    };
    const reader = read();
    for (let i = 0; i < 20; i++) await writeAtomically(path, bytes(versions[i % 2]));
    writing = false;
    await reader;
  });

  test("writers at the same time leave the whole of one file", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "model");
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(texts.map((text) => writeAtomically(path, bytes(text))));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["model"]);
  });

  test("an existing file keeps its permissions, and a link stays a link", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "model");
    await writeFile(path, "old");
    await chmod(path, 0o600);
    await symlink("model", join(folder, "link"));
    await writeAtomically(join(folder, "link"), bytes("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(["link", "model"]);
  });

  test("a failure names the file and the reason, and leaves no temporary file", async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, "missing", "model");
    await expect(writeAtomically(missing, bytes(""))).rejects.toThrow(
      new FileError(missing, "the file cannot be written: no such file or folder"),
    );
    const occupied = join(folder, "occupied");
    await mkdir(join(occupied, "inside"), { recursive: true });
    await expect(writeAtomically(occupied, bytes(""))).rejects.toThrow(
      new FileError(occupied, "the file cannot be written: it is a folder, not a file"),
    );
    expect(await readdir(folder)).toEqual(["occupied"]);
  });
});
