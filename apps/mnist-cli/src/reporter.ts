import { Presets, SingleBar } from "cli-progress";
import colors from "picocolors";

/** What is known after an epoch. Accuracies are shares of 1; `validation…` only where rows were held back. */
export interface EpochRecord {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly learningRate: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** Tells the user how a run goes. */
export interface Reporter {
  /** What is about to run: the net, its parameters, the data. */
  start(facts: Readonly<Record<string, unknown>>, sentence: string): void;
  /** Rows seen in this epoch, with the means so far. */
  progress(progress: {
    epoch: number;
    epochs: number;
    rows: number;
    of: number;
    loss: number;
    accuracy: number;
  }): void;
  epoch(record: EpochRecord): void;
  /** The last word: the result, and the sentence that says it. */
  done(result: Readonly<Record<string, unknown>>, sentence: string): void;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** For `JSON.stringify`: JSON has no NaN and no ∞, so they are written by name. */
export function withNamedNumbers(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** One JSON object a line, the last with `"event": "done"`. */
export function jsonReporter(write: (line: string) => void): Reporter {
  const say = (event: string, facts: object): void =>
    write(`${JSON.stringify({ event, ...facts }, withNamedNumbers)}\n`);
  return {
    start: (facts) => say("start", facts),
    progress: () => {},
    epoch: (record) => say("epoch", record),
    done: (result) => say("done", result),
    close: () => {},
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A bar within the epoch where there is a terminal, and a line for each epoch. */
export function terminalReporter(stream: NodeJS.WriteStream): Reporter {
  const bar = new SingleBar(
    {
      format: `{name} ${colors.cyan("{bar}")} {percentage} % | loss {loss} | accuracy {accuracy} | {speed} samples/s | {eta_formatted} left`,
      stream,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 200,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  let current = 0;
  let started = 0;
  return {
    start: (_, sentence) => stream.write(`${sentence}\n`) as unknown as undefined,
    progress({ epoch, epochs, rows, of, loss, accuracy }) {
      if (!stream.isTTY) return;
      if (current !== epoch) {
        current = epoch;
        started = performance.now();
        bar.start(of, 0, { name: `epoch ${epoch}/${epochs}`, loss: "-", accuracy: "-", speed: "-" });
      }
      const seconds = (performance.now() - started) / 1000;
      const speed = seconds > 0 ? Math.round(rows / seconds).toLocaleString("en") : "-";
      bar.update(rows, { loss: loss.toFixed(4), accuracy: percent(accuracy), speed });
    },
    epoch(record) {
      bar.stop();
      const validation =
        record.validationLoss === undefined
          ? ""
          : `, validation loss ${record.validationLoss.toFixed(4)}, accuracy ${percent(record.validationAccuracy ?? 0)}`;
      stream.write(
        `epoch ${record.epoch}/${record.epochs}: loss ${record.loss.toFixed(4)}, accuracy ${percent(record.accuracy)}${validation}, ` +
          `${Math.round(record.samplesPerSecond).toLocaleString("en")} samples/s, ${record.seconds.toFixed(1)} s\n`,
      );
    },
    done: (_, sentence) => stream.write(`${colors.bold(sentence)}\n`) as unknown as undefined,
    close: () => bar.stop(),
  };
}
