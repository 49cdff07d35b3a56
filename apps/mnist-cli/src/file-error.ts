/**
 * A file that is missing, cannot be read or written, or does not hold what the program needs.
 * The message is one sentence, `<file>: <what is wrong, and the way out>`.
 */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "no space is left on the disk",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
};

/** The operating system's reason in words, such as `no such file or folder`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = Object.entries(reasons).find(([code]) => hasCode(error, code));
  return reason?.[1] ?? error.message;
}

/** Is it the operating system's error with this code, such as `ENOENT`? */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
