import {
  atomics,
  block,
  FunctionBuilder,
  giveBack,
  i32,
  i64,
  leaveIf,
  loopWhile,
  when,
} from "../ir/index.ts";
import { signals } from "./signals.ts";

/** How often a thread looks before it sleeps: some thirty microseconds. Waking one takes fifty, longer than most kernels of a small net. */
const spins = 100_000;
/** Nanoseconds of a nap, and how many of them before the others are given up: half a minute. */
const nap = 500_000_000n;
const mostNaps = 60;

/**
 * A function of the number of threads that returns 0 when all of them have called it, or 1 when one will not: because it failed, or has
 * not come for half a minute.
 */
export function barrierFunction(): FunctionBuilder {
  const f = new FunctionBuilder(["i32"], ["i32"]);
  const threads = f.parameter<"i32">(0);
  const zero = i32.const(0);
  const generation = f.keep(atomics.load(zero, signals.generation));
  const now = (): ReturnType<typeof atomics.load> => atomics.load(zero, signals.generation);
  const failed = (): ReturnType<typeof atomics.load> => atomics.load(zero, signals.failed);
  const isLast = i32.eq(i32.add(atomics.add(zero, i32.const(1), signals.arrived), i32.const(1)), threads);
  f.emit(
    when(isLast, [
      atomics.store(zero, i32.const(0), signals.arrived),
      atomics.store(zero, i32.add(generation, i32.const(1)), signals.generation),
      atomics.notify(zero, i32.const(-1), signals.generation).code,
      0x1a,
      giveBack(zero),
    ]),
  );
  const count = f.keep(i32.const(spins));
  // V8 11 (Node 20) loses what is below the operands of a wait on the stack, so its result goes to a local at once.
  const woken = f.local("i32");
  f.emit(
    loopWhile([when(i32.ne(now(), generation), giveBack(zero)), count.increase(-1)], i32.gt(count, zero)),
    count.set(i32.const(mostNaps)),
    block(
      loopWhile(
        [
          when(i32.ne(now(), generation), giveBack(zero)),
          leaveIf(failed(), 1),
          woken.set(atomics.wait(zero, generation, i64.const(nap), signals.generation)),
          // 2 says that the nap is over and nothing has happened.
          count.set(i32.sub(count, i32.eq(woken, i32.const(2)))),
        ],
        i32.gt(count, zero),
      ),
    ),
    i32.const(1).code,
  );
  return f;
}
