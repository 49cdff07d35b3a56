/** What `fn` prints to the console, a text for each call. */
export async function printed(fn: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => {
    lines.push(text);
  };
  try {
    await fn();
  } finally {
    console.log = log;
  }
  return lines;
}
