// One seed for every property when `ADJOINT_SEED` gives one, to repeat a failure, and where CI is set, so that a run goes
// red for a change and not for its luck. Elsewhere each run tries other cases; a failure's message names its seed.
import { configureGlobal } from "fast-check";

const { ADJOINT_SEED, CI } = process.env;
if (ADJOINT_SEED !== undefined) configureGlobal({ seed: Number(ADJOINT_SEED) });
else if (CI !== undefined && CI !== "") configureGlobal({ seed: 1 });
