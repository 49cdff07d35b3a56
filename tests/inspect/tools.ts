/** The line of the test that calls this, and lines below it, as `file:line`: what call sites are compared with. */
export function lineBelow(down: number): string {
  const [, , caller] = (new Error().stack ?? "").split("\n");
  const [, file, line] = caller.match(/\(?((?:\/|file:|\w:)[^()]*):(\d+):\d+\)?$/) as RegExpMatchArray;
  return `${file.replace(/^file:\/\//, "")}:${Number(line) + down}`;
}

/** A text with each `file:line:column` as `file:line`: columns depend on the formatter. */
export function withoutColumns(text: string): string {
  return text.replaceAll(/(\.ts:\d+):\d+/g, "$1");
}
