import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeSafetensors } from "adjoint";
import { describe, expect, test } from "vitest";
import { mnist, mnistFailing, writeDigits } from "./commands.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function digits(): Promise<{ folder: string; data: string }> {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  await mkdir(data);
  await writeDigits(data, 200);
  return { folder, data };
}

const gone = { room: 1, code: "EPIPE" };
const full = { room: 1, code: "ENOSPC" };
const noSpace = "mnist: standard output: it cannot be written: no space is left on the disk";

describe("a standard output that takes no more", () => {
  test("ends a run that only prints: quietly without a reader, else with a sentence", async () => {
    const { data } = await digits();
    const train = ["train", "--data-dir", data, "--epochs", "100000", "--json"];
    const start = expect.stringMatching(/^{"event":"start".*}\n$/);
    expect(await mnistFailing(gone, ...train)).toEqual({ code: 141, out: start, err: "" });
    expect(await mnistFailing(full, ...train)).toEqual({ code: 1, out: start, err: `${noSpace}\n` });
  });

  test("does not keep a run from what it saves", async () => {
    const { folder, data } = await digits();
    const file = join(folder, "net.safetensors");
    const train = ["train", "--data-dir", data, "--epochs", "2", "--save", file];
    const { out } = await mnist(...train);
    const whole = await readFile(file);
    const first = expect.stringContaining(out.split("\n")[0]);
    await rm(file);
    expect(await mnistFailing(gone, ...train)).toEqual({ code: 0, out: first, err: "" });
    expect(await readFile(file)).toEqual(whole);
    expect(Object.keys(decodeSafetensors(whole).tensors)).toHaveLength(6);
    await rm(file);
    expect(await mnistFailing(full, ...train)).toEqual({
      code: 1,
      out: first,
      err: `${noSpace}; ${file} is complete\n`,
    });
    expect(await readFile(file)).toEqual(whole);
  });

  test("does not keep numerics from its page", async () => {
    const { folder, data } = await digits();
    const page = join(folder, "page.html");
    const numerics = ["numerics", "--data-dir", data, "--limit", "32", "--epochs", "1", "--pixels", "scaled"];
    expect(await mnistFailing(gone, ...numerics, "--html", page)).toMatchObject({ code: 0, err: "" });
    expect(await readFile(page, "utf8")).toMatch(/<\/html>\n$/);
  });

  test.for([["predict", "--index", "0"], ["evaluate"]])(
    "is told by mnist %s too, whose only text fails",
    async (command) => {
      const { folder, data } = await digits();
      const file = join(folder, "net.safetensors");
      await mnist("train", "--data-dir", data, "--epochs", "1", "--save", file);
      const args = [...command, "--data-dir", data, "--load", file];
      expect(await mnistFailing({ ...gone, room: 0 }, ...args)).toEqual({ code: 141, out: "", err: "" });
      expect(await mnistFailing({ ...full, room: 0 }, ...args)).toEqual({
        code: 1,
        out: "",
        err: `${noSpace}\n`,
      });
    },
  );

  test("leaves the exit code where standard error takes no more either", async () => {
    const args = ["train", "--data-dir", "/nowhere"];
    expect(await mnistFailing({ ...gone, room: 0, both: true }, ...args)).toMatchObject({ code: 1 });
    expect(await mnistFailing({ ...full, room: 0, both: true }, "--help")).toMatchObject({ code: 1 });
  });

  test("is told by --help", async () => {
    expect(await mnistFailing({ ...gone, room: 0 }, "--help")).toEqual({ code: 141, out: "", err: "" });
    expect(await mnistFailing({ ...full, room: 0 }, "train", "--help")).toMatchObject({ code: 1 });
  });
});
