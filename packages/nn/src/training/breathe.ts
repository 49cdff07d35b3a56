declare const setTimeout: (resume: () => void, milliseconds: number) => unknown;

const interval = 50;
let last = 0;

/**
 * Lets other work of the process run, such as a page's events or an interrupt, when that was 50 milliseconds ago.
 * What is computed does not depend on it.
 */
export async function breathe(): Promise<void> {
  if (Date.now() - last < interval) return;
  await new Promise<void>((resume) => {
    setTimeout(resume, 0);
  });
  last = Date.now();
}
