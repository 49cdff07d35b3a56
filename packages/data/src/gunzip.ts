import { FileFormatError } from "./file-format-error.ts";

/** The part of the web-standard class that is used here; neither DOM nor Node types are needed for it. */
declare class DecompressionStream {
  constructor(format: "gzip");
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: boolean; value?: Uint8Array }>;
      cancel(): Promise<void>;
    };
  };
  readonly writable: {
    getWriter(): { write(chunk: Uint8Array): Promise<void>; close(): Promise<void> };
  };
}

/** Does a file start as gzip does? */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The contents of a gzip file. Throws {@link FileFormatError} when it is damaged or cut short, or as soon as more
 * than `maxBytes` have come out: a small file can hold terabytes of zeros.
 */
export async function gunzip(bytes: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array> {
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  // Damage shows at the reader as well, where it is reported.
  writer.write(bytes).then(
    () => writer.close().catch(() => {}),
    () => {},
  );
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FileFormatError(
        name,
        `its gzip data is damaged or cut short; download or copy the file again`,
        { cause },
      );
    });
    if (done || value === undefined) break;
    length += value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      throw new FileFormatError(
        name,
        `its gzip data unpacks to more than ${maxBytes} bytes; raise maxBytes if the file can be trusted`,
      );
    }
    chunks.push(value);
  }
  const contents = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    contents.set(chunk, offset);
    offset += chunk.length;
  }
  return contents;
}
