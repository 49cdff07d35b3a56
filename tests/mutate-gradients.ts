import { mutateGradients, mutationTable } from "./mutation/mutate.ts";
import { cases } from "./registry/cases.ts";

const mutants = [...mutateGradients(cases)];
for (const line of mutationTable(mutants)) process.stdout.write(`${line}\n`);
process.exitCode = mutants.some(({ caughtBy }) => caughtBy === undefined) ? 1 : 0;
