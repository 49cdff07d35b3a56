/**
 * A file that is not what it should be: truncated, damaged, or of another format.
 * The message is one sentence, `<file>: <what was found, what was expected, and the way out>`.
 */
export class FileFormatError extends Error {
  override readonly name = "FileFormatError";
  /** The file as its reader was told to call it. */
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}
