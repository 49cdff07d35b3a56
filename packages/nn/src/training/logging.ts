import { checkOptions } from "../options.ts";
import type { Callback, Logs } from "./callback.ts";

// Every place this runs in has a console; the language's own library does not declare it.
declare const console: { log(message: string): void };

/** Options of {@link logging}. */
export interface LoggingOptions {
  /** Is given each line. Default `console.log`. */
  readonly log?: (line: string) => void;
}

/** `loss 0.3214, accuracy 0.9103`. */
function logsText(logs: Readonly<Logs>): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${Number.isFinite(value) ? Number(value.toPrecision(4)) : value}`)
    .join(", ");
}

/** A line for each epoch: `epoch 1/10: loss 0.3214, accuracy 0.9103`. */
export function logging(options: LoggingOptions = {}): Callback {
  checkOptions("logging", options, { log: true } satisfies Record<keyof LoggingOptions, true>);
  const { log = (line: string) => console.log(line) } = options;
  return {
    onEpochEnd(epoch, logs, { epochs }) {
      log(`epoch ${epoch + 1}/${epochs}: ${logsText(logs)}`);
    },
  };
}
