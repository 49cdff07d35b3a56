import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "adjoint";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CommandError } from "../src/errors.ts";
import { Interrupt } from "../src/interrupt.ts";
import { jsonReporter, type Reporter } from "../src/reporter.ts";
import { type TrainOptions, train } from "../src/train.ts";
import { events, mnist, writeDigits } from "./commands.ts";

const defaults: TrainOptions = {
  epochs: 10,
  batchSize: 32,
  loss: "logits",
  labelSmoothing: 0,
  seed: 0,
  validationSplit: 0,
  optimizer: "adam",
  learningRate: 1e-3,
  schedule: "constant",
  warmupSteps: 0,
  momentum: undefined,
  weightDecay: undefined,
  clipNorm: undefined,
};

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mnist-cli-"));
  data = join(folder, "data");
  await mkdir(data);
  await writeDigits(data, 200);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("mnist train", () => {
  test("reports each epoch and ends with the test accuracy, one JSON object a line", async () => {
    const { code, out, err } = await mnist(
      "train",
      "--data-dir",
      data,
      "--epochs",
      "30",
      "--learning-rate",
      "0.01",
      "--json",
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = events(out);
    expect(lines.map(({ event }) => event)).toEqual(["start", ...new Array(30).fill("epoch"), "done"]);
    expect(lines[0]).toMatchObject({
      layers: [16, 25, 15, 10],
      parameters: 16 * 25 + 25 + 25 * 15 + 15 + 15 * 10 + 10,
    });
    expect(lines[1].loss).toBeGreaterThan(1.5); // ten classes: near log 10 at first
    expect(lines.at(-1)).toMatchObject({ event: "done", testAccuracy: 1 });
  });

  test("one seed gives one result, another seed another", async () => {
    const losses = async (seed: string): Promise<unknown[]> =>
      events((await mnist("train", "--data-dir", data, "--epochs", "2", "--seed", seed, "--json")).out).map(
        ({ loss }) => loss,
      );
    const first = await losses("3");
    expect(await losses("3")).toEqual(first);
    expect(await losses("4")).not.toEqual(first);
  });

  test("prints a line for each epoch for people", async () => {
    const { out } = await mnist("train", "--data-dir", data, "--epochs", "2");
    expect(out).toMatch(/^16-25-15-10 net, 975 parameters, 200 digits to train on\n/);
    expect(
      out.match(/^epoch \d\/2: loss \d\.\d{4}, accuracy \d+\.\d\d %, [\d,]+ samples\/s, \d+\.\d s$/gm),
    ).toHaveLength(2);
    expect(out).toMatch(/test accuracy \d+\.\d\d % on 200 digits, after \d+\.\d s/);
  });

  test("tells one digit from the rest with --binary", async () => {
    const { out } = await mnist(
      "train",
      "--data-dir",
      data,
      "--binary",
      "3",
      "--hidden",
      "8",
      "--epochs",
      "40",
      "--learning-rate",
      "0.05",
      "--json",
    );
    expect(events(out)[0]).toMatchObject({ layers: [16, 8, 1] });
    expect(events(out).at(-1)).toMatchObject({ testAccuracy: 1 });
  });

  test.for([
    "sgd --momentum 0.9 --schedule cosine",
    "adamw --weight-decay 0.01 --schedule step",
    "rmsprop --warmup-steps 3",
    "adagrad --clip-norm 1 --schedule exponential --dropout 0.1",
  ])("trains with --optimizer %s", async (options) => {
    const { code, err, out } = await mnist(
      "train",
      "--data-dir",
      data,
      "--epochs",
      "2",
      "--json",
      "--optimizer",
      ...options.split(" "),
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(Number.isFinite(events(out).at(-1)?.testLoss)).toBe(true);
  });

  test("stops early and keeps the best weights", async () => {
    const { out } = await mnist(
      "train",
      "--data-dir",
      data,
      "--epochs",
      "60",
      "--learning-rate",
      "3",
      "--optimizer",
      "sgd",
      "--validation-split",
      "0.25",
      "--patience",
      "1",
      "--json",
    );
    const epochs = events(out).filter(({ event }) => event === "epoch");
    expect(epochs.length).toBeLessThan(60);
    const last = epochs.at(-1) as { validationLoss: number };
    expect(last.validationLoss).toBeGreaterThanOrEqual(
      Math.min(...epochs.slice(0, -1).map(({ validationLoss }) => Number(validationLoss))),
    );
  });
});

describe("saved weights", () => {
  test("are read back by evaluate, predict and train --load", async () => {
    const file = join(folder, "net.safetensors");
    const trained = await mnist(
      "train",
      "--data-dir",
      data,
      "--epochs",
      "30",
      "--learning-rate",
      "0.01",
      "--save",
      file,
      "--json",
    );
    const { testAccuracy, testLoss } = events(trained.out).at(-1) as Record<string, number>;
    const { tensors } = decodeSafetensors(await readFile(file));
    expect(Object.keys(tensors).sort()).toEqual([
      "0.bias",
      "0.weight",
      "1.bias",
      "1.weight",
      "2.bias",
      "2.weight",
    ]);
    const evaluated = await mnist("evaluate", "--load", file, "--data-dir", data, "--json");
    expect(events(evaluated.out)).toEqual([{ event: "done", testAccuracy, testLoss }]);
    const predicted = await mnist("predict", "--load", file, "--data-dir", data, "--index", "1", "--json");
    expect(events(predicted.out)[0]).toMatchObject({ digit: 7, label: 7 });
    const { probabilities } = events(predicted.out)[0] as { probabilities: number[] };
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    const again = await mnist("train", "--data-dir", data, "--epochs", "1", "--load", file, "--json");
    expect(events(again.out)[1].loss).toBeLessThan(0.5);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining(".tmp"));
  });

  test("that cannot be written are told before anything is read or trained", async () => {
    const occupied = join(folder, "occupied");
    await mkdir(occupied);
    const wayOut = "give the name of a file";
    for (const [file, reason] of [
      [join(folder, "nowhere", "net.safetensors"), "no such file or folder"],
      [occupied, `it is a folder, not a file; ${wayOut}`],
      ["/dev/null", `it is a device, not a file; ${wayOut}`],
    ]) {
      expect(await mnist("train", "--data-dir", join(folder, "no-data"), "--save", file)).toEqual({
        code: 1,
        out: "",
        err: `mnist: ${file}: the file cannot be written: ${reason}\n`,
      });
    }
  });

  test("are there when the last epoch is over, whatever ends the run after it", async () => {
    const file = join(folder, "interrupted.safetensors");
    const reporter: Reporter = { ...jsonReporter(() => {}), epoch: () => process.emit("SIGINT") };
    const interrupt = new Interrupt();
    onTestFinished(() => interrupt.stop());
    const options = { ...defaults, dataDir: data, epochs: 1, save: file };
    await expect(train(options, reporter, interrupt)).rejects.toThrow(
      new CommandError(`interrupted while it was evaluated; saved to ${file}`, 130),
    );
    expect((await mnist("evaluate", "--load", file, "--data-dir", data)).code).toBe(0);
  });

  test("for digits of another size are refused by every command", async () => {
    const file = join(folder, "small.safetensors");
    await mnist("train", "--data-dir", data, "--epochs", "1", "--save", file, "--json");
    const refused = (digits: string) => ({
      code: 1,
      out: "",
      err: `mnist: ${file}: the net takes 16 pixels, and ${digits} 784\n`,
    });
    expect(await mnist("evaluate", "--load", file)).toEqual(refused("the digits have"));
    expect(await mnist("train", "--load", file)).toEqual(refused("the digits have"));
    expect(await mnist("predict", "--load", file, "--index", "0")).toEqual(refused("the digit has"));
  });

  test.for([
    ["--hidden 25", "--hidden 25 contradicts the net of FILE, which has 8,6"],
    ["--hidden=", "--hidden '' contradicts the net of FILE, which has 8,6"],
    ["--activation relu", "--activation relu contradicts the net of FILE, which has tanh"],
    ["--binary 3", "--binary 3 contradicts the net of FILE, which has none"],
    ["--dropout 0.5", "--dropout 0.5 contradicts the net of FILE, which has 0.25"],
  ])("are not loaded with %s, which says something else", async ([option, sentence]) => {
    const file = join(folder, "of-its-own.safetensors");
    const net = "--hidden 8,6 --activation tanh --dropout 0.25".split(" ");
    const train = ["train", "--data-dir", data, "--epochs", "1"];
    await mnist(...train, ...net, "--save", file);
    expect(await mnist(...train, "--load", file, ...option.split(" "))).toEqual({
      code: 2,
      out: "",
      err: `mnist: ${sentence.replace("FILE", file)}; leave it out to train that net, or leave out --load to train another\n`,
    });
    for (const agreeing of [[], net]) {
      const { code, out } = await mnist(...train, "--load", file, "--json", ...agreeing);
      expect(code).toBe(0);
      expect(events(out)[0]).toMatchObject({ layers: [16, 8, 6, 10] });
    }
  });

  test.for([
    ["ten outputs", []],
    ["one output", ["--binary", "3"]],
  ] as const)("that give no numbers are told by every command, with %s", async ([, binary]) => {
    const file = join(folder, "no-numbers.safetensors");
    await mnist("train", "--data-dir", data, "--epochs", "1", "--save", file, ...binary);
    const { tensors, metadata } = decodeSafetensors(await readFile(file));
    tensors["0.bias"].values[0] = Number.NaN;
    await writeFile(file, encodeSafetensors(tensors, metadata));
    const told = {
      code: 1,
      out: "",
      err:
        `mnist: ${file}: the net with these weights answers NaN, which is no number; ` +
        "train again with a smaller --learning-rate, or give other weights\n",
    };
    expect(await mnist("predict", "--load", file, "--data-dir", data, "--index", "0")).toEqual(told);
    expect(await mnist("evaluate", "--load", file, "--data-dir", data, "--json")).toEqual(told);
    const trained = await mnist("train", "--load", file, "--data-dir", data, ...binary);
    expect(trained).toEqual({ ...told, out: expect.stringContaining("digits to train on") });
  });

  test("that the last step spoiled are not saved", async () => {
    const file = join(folder, "spoiled.safetensors");
    await writeFile(file, "of an earlier run");
    const { code, err } = await mnist(
      ..."train --epochs 1 --batch-size 200 --optimizer sgd --learning-rate 1e300".split(" "),
      ...["--data-dir", data, "--save", file],
    );
    expect(code).toBe(1);
    expect(err).toMatch(
      /^mnist: the weights became (NaN|-?Infinity) in the last step; try a smaller --learning-rate; nothing was saved\n$/,
    );
    expect(await readFile(file, "utf8")).toBe("of an earlier run");
  });

  test("whose loss on the test digits is no number fail", async () => {
    const file = join(folder, "large.safetensors");
    expect(
      await mnist(
        ..."train --epochs 1 --batch-size 200 --optimizer sgd --learning-rate 1e30 --json".split(" "),
        ...["--data-dir", data, "--save", file],
      ),
    ).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^mnist: the loss is (NaN|Infinity) on the test digits; try a smaller --learning-rate; saved to .*\n$/,
      ),
    });
  });

  test("of something else are refused with a sentence", async () => {
    const file = join(folder, "other.safetensors");
    await writeFile(file, "not weights");
    const { code, err } = await mnist("evaluate", "--load", file, "--data-dir", data);
    expect(code).toBe(1);
    expect(err).toMatch(/^mnist: .*other\.safetensors.*\n$/);
  });
});

describe("mistakes get one sentence and their exit code", () => {
  test.for([
    ["--epochs 0", "error: option '--epochs <n>' argument '0' is invalid. Expected a whole number from 1."],
    [
      "--batch-size 1.5",
      "error: option '--batch-size <n>' argument '1.5' is invalid. Expected a whole number from 1.",
    ],
    [
      "--learning-rate -1",
      "error: option '--learning-rate <x>' argument '-1' is invalid. Expected a number above 0.",
    ],
    [
      "--binary 10",
      "error: option '--binary <digit>' argument '10' is invalid. Expected a whole number from 0 to 9.",
    ],
    [
      "--dropout 1",
      "error: option '--dropout <rate>' argument '1' is invalid. Expected a number from 0 and below 1.",
    ],
    [
      "--hidden 25,x",
      "error: option '--hidden <sizes>' argument '25,x' is invalid. Expected whole numbers from 1 to 65536, separated by commas, such as 25,15.",
    ],
    ["--optimiser adam", "error: unknown option '--optimiser'\n(Did you mean --optimizer?)"],
    [
      "--patience 2",
      "mnist: --patience needs digits to watch; give --validation-split a share too, such as 0.1",
    ],
    ["--momentum 0.9", "mnist: --momentum goes with --optimizer sgd or rmsprop, not adam"],
    [
      "--validation-split 0.999",
      "mnist: --validation-split 0.999 of 200 training digits leaves none to train on; give a smaller share",
    ],
    [
      "--validation-split 0.001",
      "mnist: --validation-split 0.001 of 200 training digits leaves none to watch; give a larger share, or 0",
    ],
    ["--save=", "error: option '--save <file>' argument '' is invalid. Expected a name."],
    ["--load=", "error: option '--load <file>' argument '' is invalid. Expected a name."],
  ])("train %s", async ([options, sentence]) => {
    expect(await mnist("train", "--data-dir", data, ...options.split(" "))).toEqual({
      code: 2,
      out: "",
      err: `${sentence}\n`,
    });
  });

  test("a missing folder, and a truncated file", async () => {
    const missing = await mnist("train", "--data-dir", join(folder, "nowhere"));
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^mnist: .*nowhere.*\n$/);
    const cut = join(folder, "cut");
    await mkdir(cut);
    await writeDigits(cut, 20);
    await truncate(join(cut, "train-images-idx3-ubyte"), 100);
    const truncated = await mnist("train", "--data-dir", cut);
    expect(truncated.code).toBe(1);
    expect(truncated.err).toMatch(/^mnist: .*train-images-idx3-ubyte.*\n$/);
  });

  test("a loss that blows up ends the run", async () => {
    const { code, err } = await mnist(
      "train",
      "--data-dir",
      data,
      "--epochs",
      "50",
      "--optimizer",
      "sgd",
      "--learning-rate",
      "1e30",
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^mnist: the loss became .* in epoch \d+; try a smaller --learning-rate\n$/);
  });

  test("Ctrl-C ends the run between two steps with 130", async () => {
    const running = mnist("train", "--data-dir", data, "--epochs", "100000", "--json");
    setTimeout(() => process.emit("SIGINT"), 300);
    const { code, err } = await running;
    expect(code).toBe(130);
    expect(err).toMatch(/^mnist: interrupted .*\n$/);
  });

  test("no command prints what there is", async () => {
    const { code, err } = await mnist();
    expect(code).toBe(2);
    expect(err).toContain("Usage: mnist");
    expect((await mnist("train", "--help")).code).toBe(0);
  });
});
