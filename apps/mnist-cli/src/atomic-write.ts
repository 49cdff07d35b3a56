import { randomUUID } from "node:crypto";
import { access, constants, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError, reasonOf } from "./file-error.ts";

/**
 * Writes a file so that whoever reads it, also after a crash or a power cut, finds all of the old contents or all of
 * the new: the bytes go to a temporary file in the same folder, reach the disk, and take the name in one step.
 * A link is followed, and an existing file keeps its permissions. Rejects with {@link FileError}, leaving the old
 * file and no temporary one.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path).catch(() => path);
    const mode = await stat(target).then(
      (existing) => existing.mode & 0o777,
      () => 0o666,
    );
    temporary = `${target}.${randomUUID()}.tmp`;
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    throw new FileError(path, `the file cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

/** Rejects with {@link FileError} if the folder of `path` cannot take a file: for long work that ends with one. */
export async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new FileError(path, `the file cannot be written: ${reasonOf(cause)}`, { cause });
  }
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
