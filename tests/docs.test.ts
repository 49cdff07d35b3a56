import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { setSeed } from "adjoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Every block of TypeScript in the documentation is type-checked under the workspace's options, and run:
//   console.log(x); // text          prints the text, or the comment lines that follow
//   statement;                       throws the error that prints as the text of the comment line after it,
//   // throws text
//   statement; // Tensor<[2]>        has this type; an explanation may follow after a colon
//   // @ts-expect-error text         the compiler refuses the next line, and says the text
// A block whose first line names a file quotes it: its lines stand there, in this order, and // … is for what is left out.
// If there is no such file, the reader is about to make it, and the block is checked as if it stood there.

const root = fileURLToPath(new URL("..", import.meta.url));

function pagesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return names.flatMap((name) => [name, `${name}/README.md`]).filter((name) => name.endsWith(".md"));
}

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...["docs", "docs/adr", "packages", "apps", "."].flatMap(pagesIn),
]
  .map((page) => page.replace(/^\.\//, ""))
  .filter((page, i, all) => all.indexOf(page) === i && existsSync(join(root, page)));

/** A block of code in a page. */
class Block {
  readonly page: string;
  /** The line of the page that the code begins on. */
  readonly start: number;
  readonly lines: readonly string[];

  constructor(page: string, start: number, lines: readonly string[]) {
    this.page = page;
    this.start = start;
    this.lines = lines;
  }

  /** Where a line of the block is, or its beginning: `README.md:6`. */
  place(line = 0): string {
    return `${this.page}:${this.start + line}`;
  }

  toString(): string {
    return this.place();
  }

  /** The file that the block quotes, or that the reader is about to make. */
  get file(): string | undefined {
    return this.lines[0].match(/^\/\/ (\S+\/\S+\.ts)$/)?.[1];
  }

  /** Is it to be a file of tests? */
  get isTest(): boolean {
    return this.file?.endsWith(".test.ts") ?? false;
  }

  get isQuote(): boolean {
    return this.file !== undefined && existsSync(join(root, this.file));
  }
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return Array.from(text.matchAll(/^( *)```ts\n([\s\S]*?)\n *```$/gm), ({ 1: indent, 2: code, index }) => {
    const start = text.slice(0, index).split("\n").length + 1;
    const lines = code
      .split("\n")
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    return new Block(page, start, lines);
  });
}

const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ isQuote }) => !isQuote);

// A folder from which imports find the workspace's packages, as those of a user would.
const cache = join(root, "tests/node_modules/.cache");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "docs-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Use = "checked" | "run";

function pathOf(block: Block, use: Use): string {
  return join(folder, use, `${block.place().replaceAll(/\W/g, "-")}.ts`);
}

/** Writes the block, with imports of the files beside the one that it makes, which may be those of other blocks. */
function write(block: Block, use: Use, lines: readonly string[]): void {
  const path = pathOf(block, use);
  const neighbour = (file: string): string => {
    const target = join(dirname(block.file ?? "tests/docs.test.ts"), file);
    const made = programs.find((other) => other.file === target);
    return relative(dirname(path), made === undefined ? join(root, target) : pathOf(made, use)).replace(
      /^(?!\.)/,
      "./",
    );
  };
  const source = lines.map((line) => line.replace(/(?<= from ")\.[^"]*/, neighbour));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, [...source, "export {};\n"].join("\n"));
}

// ---- What the compiler says ----

const typeComment = /^(.*); \/\/ (Tensor(?:<.*>)?)(?:: .*)?$/;

/** The type itself if it is just the one stated; if not, one that nothing has, so that the compiler prints both. */
const claimed =
  "type Claimed<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? A : { stated: B };";

/** The constant that is declared on the line, or on the lines before that end here. */
function constantAt(lines: readonly string[], end: number): string | undefined {
  const start = /^[\])}]/.test(lines[end])
    ? lines.slice(0, end).findLastIndex((line) => /^\w/.test(line))
    : end;
  return lines[start].match(/^const (\w+) = /)?.[1];
}

/** The block with the types that its comments state as code, and without leave for the errors that it expects. */
function writeForCompiler(block: Block): void {
  const claims: string[] = [];
  const lines = block.lines.map((line, i) => {
    const [, code, type] = line.match(typeComment) ?? [];
    if (type === undefined) return line.replace("@ts-expect-error", "");
    const constant = constantAt(block.lines, i);
    if (constant === undefined && !/^\w/.test(line))
      throw new Error(`${block.place(i)} states the type of what is no constant; give it a name`);
    const name = constant ?? `expression${i}`;
    const stated = type.replace("Tensor", 'import("@adjoint/tensor").Tensor');
    claims.push(`const is${i}: Claimed<typeof ${name}, ${stated}> = ${name}; void is${i}; // line ${i}`);
    return constant === undefined ? `const ${name} = ${code};` : line;
  });
  write(block, "checked", claims.length > 0 ? [...lines, claimed, ...claims] : lines);
}

const complaints = new Map<Block, Map<number, string>>();

/** Runs the compiler over all blocks, and notes what it says of each line. */
async function compileAll(): Promise<void> {
  programs.forEach(writeForCompiler);
  const byPath = new Map(programs.map((block) => [pathOf(block, "checked"), block]));
  const options = { incremental: false, tsBuildInfoFile: null };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: options,
      include: ["checked"],
      exclude: [],
    }),
  );
  const args = [join(root, "node_modules/typescript/bin/tsc"), "--project", folder, "--pretty", "false"];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout));
  });
  if (/^error/m.test(output)) throw new Error(output);
  for (const [, path, number, text] of output.matchAll(/^(\S+)\((\d+),\d+\): (.*(?:\n .*)*)/gm)) {
    const block = byPath.get(join(folder, path));
    if (block === undefined) continue; // an error in a package: what tsc says of the whole workspace, it says elsewhere
    const source = readFileSync(join(folder, path), "utf8").split("\n")[Number(number) - 1];
    // A program may declare what it does not use, to show its type; it must use what it imports.
    if (text.startsWith("error TS6133") && /^\s*(const|function|class|type) /.test(source)) continue;
    const [, claim] = source.match(/\/\/ line (\d+)$/) ?? [];
    const line = Number(claim ?? Number(number) - 1);
    const found = complaints.get(block) ?? new Map<number, string>();
    complaints.set(block, found.set(line, `${found.get(line) ?? ""}${text}\n`));
  }
}

/** The sentences that the block expects the compiler to say, by the lines that it refuses. */
function expectedComplaints({ lines }: Block): Map<number, string> {
  const expected = new Map<number, string>();
  lines.forEach((line, i) => {
    const [, sentence] = line.match(/\/\/ @ts-expect-error (.*)/) ?? [];
    if (sentence !== undefined) expected.set(i + 1, sentence);
  });
  return expected;
}

// ---- What a block prints ----

const throws = "// throws ";

/** The block with each statement that throws in a block of its own. */
function writeToRun(block: Block): void {
  const lines = block.lines.map((line, i, all) =>
    all[i + 1]?.startsWith(throws)
      ? `try { ${line} console.log("throws nothing"); } catch (error) { console.log("throws " + error); }`
      : line,
  );
  write(block, "run", lines);
}

/** Repeated lines once: what a loop prints is told once. */
function once(lines: readonly string[]): string[] {
  return lines.filter((line, i) => line !== lines[i - 1]);
}

function expectedOutput({ lines }: Block): string[] {
  return lines.flatMap((line, i) => {
    if (line.startsWith(throws)) return [line.slice("// ".length)];
    if (!/\bconsole\.log\(|\.summary\(/.test(line)) return [];
    const [, beside] = line.match(/; \/\/ (.*)$/) ?? [];
    if (beside !== undefined) return [beside];
    const below = lines.slice(i + 1);
    const end = below.findIndex((next) => !next.startsWith("// "));
    const text = below.slice(0, end === -1 ? below.length : end).map((next) => next.slice(3));
    return text.length > 0 ? text : [`${line.trim()} says what it prints`];
  });
}

async function printedBy(block: Block): Promise<string[]> {
  const printed: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]): void => {
    printed.push(...format(...values).split("\n"));
  };
  setSeed(0); // where the weights of layers begin in a new process
  try {
    await import(/* @vite-ignore */ pathOf(block, "run"));
  } finally {
    console.log = log;
  }
  return printed;
}

programs.forEach(writeToRun);

describe("documentation", () => {
  // The compiler goes through all packages, which takes long on a busy machine.
  beforeAll(compileAll, 120_000);

  test.for(programs)("%s type-checks", (block) => {
    const found = complaints.get(block) ?? new Map<number, string>();
    const expected = expectedComplaints(block);
    for (const [line, text] of found) {
      if (!expected.has(line)) expect.fail(`${block.place(line)} does not type-check: ${text}`);
    }
    for (const [line, sentence] of expected) {
      expect(found.get(line) ?? "nothing", block.place(line)).toContain(sentence);
    }
  });

  test.for(programs.filter(({ isTest }) => !isTest))("%s prints what its comments say", async (block) => {
    expect(once(await printedBy(block))).toEqual(once(expectedOutput(block)));
  });

  for (const block of programs.filter(({ isTest }) => isTest)) {
    describe(`${block} passes`, async () => {
      await import(/* @vite-ignore */ pathOf(block, "run"));
    });
  }

  test.for(blocks.filter(({ isQuote }) => isQuote))("%s quotes its file", (block) => {
    const source = readFileSync(join(root, block.file as string), "utf8").split("\n");
    let from = 0;
    block.lines.slice(1).forEach((line, i) => {
      if (line.trim() === "// …") return;
      const at = source.findIndex((one, j) => j >= from && one.trim() === line.trim());
      if (at === -1)
        expect.fail(`${block.place(i + 1)} is not in ${block.file}, or not in this order: ${line}`);
      from = at + 1;
    });
  });

  test("links lead to what is there", () => {
    const broken = pages.flatMap((page) => {
      const links = readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)#\s]+)/g);
      const missing = Array.from(links, ([, link]) => link).filter(
        (link) => !existsSync(join(root, dirname(page), link)),
      );
      return missing.map((link) => `${page}: ${link}`);
    });
    expect(broken).toEqual([]);
  });

  test("no code hides from these tests behind another name of its language", () => {
    const fences = pages.flatMap((page) => {
      const found = readFileSync(join(root, page), "utf8").matchAll(/^ *```(\S*)\n[\s\S]*?^ *```$/gm);
      return Array.from(found, ([, language]) => `${page}: ${language}`);
    });
    expect(fences.filter((fence) => !/: (ts|sh|json|text|)$/.test(fence))).toEqual([]);
  });

  test("commands and their options exist", () => {
    const text = pages.map((page) => readFileSync(join(root, page), "utf8")).join("\n");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const commands = Array.from(text.matchAll(/npm run (\S*\w)/g), ([, name]) => name);
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    const options = [...text.matchAll(/(?:npm start --|mnist-cli\/dist\/main\.js) ([^\n`]*)/g)].flatMap(
      ([, line]) => line.match(/--[a-z-]+/g) ?? [],
    );
    const known = readFileSync(join(root, "apps/mnist-cli/src/cli.ts"), "utf8");
    expect(
      options.filter((option) => !known.includes(`"${option} `) && !known.includes(`"${option}"`)),
    ).toEqual([]);
  });
});
