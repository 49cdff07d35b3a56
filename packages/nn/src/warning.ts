/** What is done with a warning, one sentence. */
export type WarningHandler = (message: string) => void;

// Every place this runs in has a console; the language's own library does not declare it.
declare const console: { warn(message: string): void };

let handler: WarningHandler = (message) => console.warn(message);
const told = new Set<string>();

/**
 * Chooses what is done with warnings (default: `console.warn`), and gives the handler that was there before. Each warning
 * is given once; a handler that is set anew has been told nothing yet.
 */
export function setWarningHandler(next: WarningHandler): WarningHandler {
  const previous = handler;
  handler = next;
  told.clear();
  return previous;
}

/** Warns, unless the same sentence was said before. */
export function warnOnce(message: string): void {
  if (told.has(message)) return;
  told.add(message);
  handler(message);
}
