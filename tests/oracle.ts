import { main } from "./oracle/main.ts";

// npm runs scripts in the package's folder; paths are meant from where the user is.
const from = process.env.INIT_CWD ?? process.cwd();
process.exitCode = main(process.argv.slice(2), from, (line) => {
  process.stdout.write(`${line}\n`);
});
