import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { FileError, hasCode, reasonOf } from "./file-error.ts";

/**
 * Writes a file so that whoever reads it, also after a crash or a power cut, finds all of the old contents or all of
 * the new: the bytes go to a temporary file in the same folder, reach the disk, and take the name in one step.
 * A link is followed, also one to a file that is not there yet, and an existing file keeps its permissions. Rejects with
 * {@link FileError}, leaving the old file and no temporary one; a process that is killed meanwhile leaves
 * `.mnist-….tmp`. Pipes and devices are refused: nothing can take their name without removing them.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await explained(path, async () => {
    const target = await targetOf(path);
    const temporary = await makeTemporary(target);
    try {
      try {
        if (target.mode !== undefined) await temporary.file.chmod(target.mode);
        await temporary.file.writeFile(bytes);
        await temporary.file.sync();
      } finally {
        await temporary.file.close();
      }
      await rename(temporary.path, target.path);
    } catch (error) {
      await rm(temporary.path, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(target.path));
  });
}

/**
 * Rejects with the {@link FileError} of {@link writeAtomically} if that cannot write `path`: for long work that ends
 * with it. A file is made in the folder and removed, since permissions alone do not tell.
 */
export async function checkWritable(path: string): Promise<void> {
  await explained(path, async () => {
    const temporary = await makeTemporary(await targetOf(path));
    await temporary.file.close();
    await rm(temporary.path);
  });
}

async function explained(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new FileError(path, `the file cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

interface Target {
  /** Where the file is or will be, with no link at the end. */
  readonly path: string;
  /** The permissions of the file that is there. */
  readonly mode: number | undefined;
}

async function targetOf(path: string): Promise<Target> {
  // A link such as /dev/stdout can lead to a pipe that has no path, so that only stat tells what is there.
  const existing = await stat(path).catch(nothingIfMissing);
  if (existing === undefined) return { path: await missingTarget(path), mode: undefined };
  if (!existing.isFile()) {
    throw new Error(`it is a ${kindOf(existing)}, not a file; give the name of a file`);
  }
  return { path: await realpath(path), mode: existing.mode & 0o777 };
}

function kindOf(existing: Stats): string {
  if (existing.isDirectory()) return "folder";
  if (existing.isFIFO()) return "pipe";
  return existing.isSocket() ? "socket" : "device";
}

/** Where a file that is not there yet will be: `path`, or what the links at its end lead to. */
async function missingTarget(path: string): Promise<string> {
  if (path === "" || path.endsWith("/") || path.endsWith(sep)) {
    throw new Error("its name is empty or ends as a folder's does; give the name of a file");
  }
  // A relative link counts from the folder that holds it, which may have been reached by another link.
  const place = join(await realpath(dirname(path)), basename(path));
  const next = await readlink(place).catch(() => undefined);
  return next === undefined ? place : missingTarget(resolve(dirname(place), next));
}

function nothingIfMissing(error: unknown): undefined {
  if (!hasCode(error, "ENOENT")) throw error;
}

async function makeTemporary(target: Target): Promise<{ path: string; file: FileHandle }> {
  // Short, and no part of it the target's name, which may be as long as the system allows.
  const path = join(dirname(target.path), `.mnist-${randomBytes(6).toString("hex")}.tmp`);
  return { path, file: await open(path, "wx", target.mode ?? 0o666) };
}

/** Makes the new name last. Some systems cannot sync a folder; there the name is as safe as they make it. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } catch {
    // The file is in place and complete: failing now would tell the user the opposite.
  } finally {
    await handle?.close();
  }
}
