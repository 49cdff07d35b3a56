import { Command, CommanderError, Option } from "commander";
import colors from "picocolors";
import { CommandError, closedPipe } from "./errors.ts";
import { evaluate } from "./evaluate.ts";
import { Interrupt } from "./interrupt.ts";
import { activations } from "./network.ts";
import { numerics } from "./numerics/numerics.ts";
import { optimizers, schedules } from "./optimizers.ts";
import { layerSizes, numberBetween, path, wholeNumber } from "./options.ts";
import { Output } from "./output.ts";
import { predict } from "./predict.ts";
import { jsonReporter, type Reporter, terminalReporter } from "./reporter.ts";
import { train } from "./train.ts";

/** Where a run writes. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Runs a command with a reporter of the kind asked for, and leaves the terminal as it was. */
async function reporting(
  { stdout }: Streams,
  isJson: boolean | undefined,
  run: (reporter: Reporter) => Promise<void>,
): Promise<void> {
  const reporter = isJson === true ? jsonReporter((line) => stdout.write(line)) : terminalReporter(stdout);
  try {
    await run(reporter);
  } finally {
    reporter.close();
  }
}

function json(): Option {
  return new Option("--json", "print one JSON object a line");
}

function dataDir(): Option {
  return new Option(
    "--data-dir <folder>",
    "read the four IDX files of this folder instead of the built-in MNIST",
  ).argParser(path);
}

function program(interrupt: Interrupt, output: Output, streams: Streams): Command {
  const mnist = new Command("mnist")
    .description("Trains and applies a classifier of handwritten digits.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    });

  mnist
    .command("train")
    .description("train a net and tell its accuracy on the test digits")
    .option("--epochs <n>", "passes over the training digits", wholeNumber(1), 10)
    .option("--batch-size <n>", "digits in a step", wholeNumber(1), 32)
    .option(
      "--learning-rate <x>",
      "learning rate",
      numberBetween(0, Number.POSITIVE_INFINITY, { isOpen: true }),
      1e-3,
    )
    .option("--hidden <sizes>", "sizes of the hidden layers (default: 25,15)", layerSizes)
    .addOption(
      new Option(
        "--activation <name>",
        "of the hidden layers (default: relu, or sigmoid with --binary)",
      ).choices(activations),
    )
    .option(
      "--dropout <rate>",
      "share of hidden outputs dropped while training (default: 0)",
      numberBetween(0, 1),
    )
    .option("--binary <digit>", "tell one digit from all others, with one logit", wholeNumber(0, 9))
    .addOption(
      new Option("--loss <from>", "what the loss is computed from")
        .choices(["logits", "probabilities"])
        .default("logits"),
    )
    .option("--label-smoothing <x>", "share of each label spread over all classes", numberBetween(0, 1), 0)
    .addOption(new Option("--optimizer <name>", "optimizer").choices(optimizers).default("adam"))
    .option("--momentum <x>", "momentum of sgd or rmsprop", numberBetween(0, 1))
    .option("--weight-decay <x>", "weight decay", numberBetween(0))
    .option(
      "--clip-norm <x>",
      "largest global norm of the gradients",
      numberBetween(0, Number.POSITIVE_INFINITY, { isOpen: true }),
    )
    .addOption(
      new Option("--schedule <name>", "learning-rate schedule over the whole run")
        .choices(schedules)
        .default("constant"),
    )
    .option("--warmup-steps <n>", "steps in which the learning rate rises from 0", wholeNumber(0), 0)
    .option(
      "--validation-split <share>",
      "share of the training digits held back and reported",
      numberBetween(0, 1),
      0,
    )
    .option(
      "--patience <n>",
      "stop after so many epochs without a lower validation loss, and keep the best",
      wholeNumber(1),
    )
    .option("--seed <n>", "decides the first weights and the order of the digits", wholeNumber(0), 0)
    .option("--save <file>", "write the weights as safetensors", path)
    .option(
      "--load <file>",
      "start from saved weights; the net is the file's, and options that say otherwise are refused",
      path,
    )
    .addOption(dataDir())
    .addOption(json())
    .action(async (options) => {
      output.goOnFor(options.save);
      await reporting(streams, options.json, (reporter) => train(options, reporter, interrupt));
    });

  mnist
    .command("evaluate")
    .description("tell a saved net's accuracy on the test digits")
    .requiredOption("--load <file>", "weights that mnist train --save wrote", path)
    .addOption(dataDir())
    .addOption(json())
    .action((options) =>
      reporting(streams, options.json, (reporter) => evaluate(options, reporter, interrupt)),
    );

  mnist
    .command("predict")
    .description("tell which digit an image shows")
    .argument("[image]", "a PGM or PNG file: a light digit on black, or the other way round with --invert")
    .requiredOption("--load <file>", "weights that mnist train --save wrote", path)
    .option("--index <n>", "a digit of the test set, counted from 0", wholeNumber(0))
    .option("--invert", "the image shows a dark digit on a light ground")
    .addOption(dataDir())
    .addOption(json())
    .action((image, options) =>
      reporting(streams, options.json, (reporter) => predict(image, options, reporter)),
    );

  mnist
    .command("numerics")
    .description("show what a loss loses that is computed from probabilities, here and in training")
    .option("--epochs <n>", "passes over the training digits", wholeNumber(1), 2)
    .option("--limit <n>", "training digits used", wholeNumber(1), 6000)
    .option("--batch-size <n>", "digits in a step", wholeNumber(1), 32)
    .option(
      "--learning-rate <x>",
      "learning rate",
      numberBetween(0, Number.POSITIVE_INFINITY, { isOpen: true }),
      1e-3,
    )
    .option("--binary <digit>", "what the net with one output tells from the rest", wholeNumber(0, 9), 1)
    .addOption(
      new Option("--pixels <as>", "divided by 255, as they are (large logits), or one after the other")
        .choices(["scaled", "raw", "both"])
        .default("both"),
    )
    .option("--seed <n>", "decides the first weights and the order of the digits", wholeNumber(0), 0)
    .option("--html <file>", "write the comparison as one page too, with its plots", path)
    .addOption(dataDir())
    .addOption(json())
    .action(async (options) => {
      output.goOnFor(options.html);
      await numerics(options, (text) => streams.stdout.write(text), interrupt);
    });

  return mnist;
}

/** The exit code that an error asks for, after one sentence on standard error. */
function report(error: unknown, { stderr }: Streams): number {
  if (error instanceof CommanderError) return 2;
  const exitCode = error instanceof CommandError ? error.exitCode : 1;
  // Whoever closed the pipe has what they wanted.
  if (exitCode === closedPipe) return exitCode;
  stderr.write(`${colors.red("mnist:")} ${error instanceof Error ? error.message : String(error)}\n`);
  return exitCode;
}

/** Commander ends --help with an error too. */
function throwUnlessHelp(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
}

/**
 * Runs a command line and gives the exit code: 0, or 1 for a failure, 2 for a mistake in the call, 130 for Ctrl-C, 141
 * when nobody reads standard output and it was all that the run had to give.
 */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  const output = new Output(streams.stdout);
  const interrupt = new Interrupt(output);
  // An error here has nowhere to be told; the exit code tells how the run ended.
  streams.stderr.on("error", () => {});
  try {
    await program(interrupt, output, streams).parseAsync(args, { from: "user" }).catch(throwUnlessHelp);
    await output.finish();
    return 0;
  } catch (error) {
    return report(error, streams);
  } finally {
    interrupt.stop();
  }
}
