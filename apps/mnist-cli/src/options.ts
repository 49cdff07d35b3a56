import { InvalidArgumentError } from "commander";

/** A parser of a whole number from `least` to `most`, for commander. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected a whole number ${range}.`);
    }
    return value;
  };
}

/** A parser of a number with `least ≤ value < below`; `isOpen` leaves out `least` itself. */
export function numberBetween(
  least: number,
  below: number = Number.POSITIVE_INFINITY,
  { isOpen = false }: { isOpen?: boolean } = {},
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(isOpen ? value > least : value >= least) || !(value < below)) {
      const upper = below === Number.POSITIVE_INFINITY ? "" : ` and below ${below}`;
      throw new InvalidArgumentError(`Expected a number ${isOpen ? "above" : "from"} ${least}${upper}.`);
    }
    return value;
  };
}

/** A parser of layer sizes: `25,15`, or nothing for a net without hidden layers. */
export function layerSizes(text: string): readonly number[] {
  if (text.trim() === "") return [];
  const sizes = text.split(",").map((size) => Number(size.trim() === "" ? Number.NaN : size));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 65536)) {
    throw new InvalidArgumentError(
      "Expected whole numbers from 1 to 65536, separated by commas, such as 25,15.",
    );
  }
  return sizes;
}

/** A parser of a file's or folder's name: an empty one, as an unset variable of a shell gives, is none. */
export function path(text: string): string {
  if (text === "") throw new InvalidArgumentError("Expected a name.");
  return text;
}
