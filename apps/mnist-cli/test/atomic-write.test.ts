import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkWritable, writeAtomically } from "../src/atomic-write.ts";
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
      new FileError(
        occupied,
        "the file cannot be written: it is a folder, not a file; give the name of a file",
      ),
    );
    expect(await readdir(folder)).toEqual(["occupied"]);
  });

  test("an existing file keeps permissions that a new one would not get", async () => {
    const path = join(await temporaryFolder(), "model");
    await writeFile(path, "old");
    await chmod(path, 0o666);
    await writeAtomically(path, bytes("new"));
    expect((await stat(path)).mode & 0o777).toBe(0o666);
  });

  test("a link to a file that is not there is followed, from the folder that holds it", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "links"));
    await mkdir(join(folder, "models"));
    await symlink("second", join(folder, "links", "first"));
    await symlink("../models/model", join(folder, "links", "second"));
    await symlink("links", join(folder, "by-way-of"));
    await writeAtomically(join(folder, "by-way-of", "first"), bytes("new"));
    expect(await readFile(join(folder, "models", "model"), "utf8")).toBe("new");
    expect(await readdir(join(folder, "models"))).toEqual(["model"]);
    for (const link of ["first", "second"]) {
      expect((await lstat(join(folder, "links", link))).isSymbolicLink()).toBe(true);
    }
  });

  test("a name as long as the system allows is written", async () => {
    const path = join(await temporaryFolder(), "m".repeat(255));
    await writeAtomically(path, bytes("new"));
    expect(await readFile(path, "utf8")).toBe("new");
  });
});

describe.for([
  ["writeAtomically", (path: string) => writeAtomically(path, bytes("new"))],
  ["checkWritable", checkWritable],
] as const)("%s refuses", ([, write]) => {
  const refused = (path: string, reason: string): Promise<void> =>
    expect(write(path)).rejects.toThrow(new FileError(path, `the file cannot be written: ${reason}`));

  test("a pipe, a link to one, a socket and a device, and leaves them", async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await symlink("pipe", join(folder, "link"));
    await refused(pipe, "it is a pipe, not a file; give the name of a file");
    await refused(join(folder, "link"), "it is a pipe, not a file; give the name of a file");
    expect((await stat(join(folder, "link"))).isFIFO()).toBe(true);
    const socket = join(folder, "socket");
    const server = createServer().listen(socket);
    await once(server, "listening");
    await refused(socket, "it is a socket, not a file; give the name of a file");
    server.close();
    await symlink("/dev/null", join(folder, "nothing"));
    await refused(join(folder, "nothing"), "it is a device, not a file; give the name of a file");
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a folder, a missing folder, a name too long and links in a circle", async () => {
    const folder = await temporaryFolder();
    await refused(folder, "it is a folder, not a file; give the name of a file");
    await refused(join(folder, "missing", "model"), "no such file or folder");
    await refused(join(folder, "m".repeat(256)), "the name is too long");
    await symlink("circle", join(folder, "circle"));
    await refused(join(folder, "circle"), "its links lead in a circle");
    const folderName = `${join(folder, "model")}/`;
    await refused(folderName, "its name is empty or ends as a folder's does; give the name of a file");
    await refused("", "its name is empty or ends as a folder's does; give the name of a file");
    expect(await readdir(folder)).toEqual(["circle"]);
  });
});

describe("checkWritable", () => {
  test("leaves what is there, and nothing where there was nothing", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "model");
    await checkWritable(path);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, "old");
    await checkWritable(path);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["model"]);
  });

  // Permissions do not stop a superuser, and say nothing of this folder, where nobody can make a file.
  test.runIf(process.platform === "linux")("refuses a folder that takes no file", async () => {
    await expect(checkWritable("/proc/self/model")).rejects.toThrow(FileError);
  });
});
