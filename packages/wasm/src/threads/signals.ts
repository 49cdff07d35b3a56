/**
 * Addresses that threads meet at, below everything else in memory, each in a cache line of its own. All hold an int32.
 */
export const signals = {
  /** Number of the present job, with the threads that take part in the low bits, the main one included; workers wait for it to change. */
  job: 64,
  /** Which entry function the job calls. */
  entry: 128,
  /** The argument of that function. */
  frame: 132,
  /** Threads that have come to the barrier. */
  arrived: 192,
  /** Number of barriers that have been passed. */
  generation: 256,
  /** Not 0 when a worker has failed: nobody waits any longer. */
  failed: 320,
  /** What a check has found: 0, or one more than the step's number. */
  status: 384,
} as const;

/** What an entry function gives when a thread did not come to a barrier. */
export const lostThread = -1;
