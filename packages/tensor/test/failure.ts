/** The error that a call ends with, as it is printed: its name and its whole sentence. */
export function failure(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
