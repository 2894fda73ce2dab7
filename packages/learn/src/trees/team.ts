import { errors } from "../errors.js";
import { controlAt, MOST_THREADS } from "../kernels/layout.js";
import type { Engine } from "../kernels/load-kernels.js";
import { type Crew, runChunk } from "./operations.js";

// One thread leads: it alone decides, and hands chunks of the heavy operations to whoever claims them, itself included.
// Helpers hold no state, may come late, leave, or sleep: a chunk that nobody else claimed is the leader's. So there is no
// barrier at which all have to meet, and nothing that a slow helper could read too late: what an operation needs does not
// change before all its chunks are done.

/** A ticket is one word: 10 bits of number, 11 bits of chunks, 11 bits of the next one to be claimed. */
const CHUNK_BITS = 11;
const CHUNK_MASK = 2 ** CHUNK_BITS - 1;
export const MOST_CHUNKS = CHUNK_MASK;
/** Polls before a thread sleeps: about 50 µs, longer than the leader's own work between two operations. */
const SPINS = 20_000;
const NAP_MS = 1;

/** The chunk that a thread may do next, -1: none is left. */
function claim(ints: Int32Array<ArrayBufferLike>): number {
  for (;;) {
    const ticket = Atomics.load(ints, controlAt.ticket);
    const next = ticket & CHUNK_MASK;
    if (next >= ((ticket >>> CHUNK_BITS) & CHUNK_MASK)) return -1;
    // The word holds number, total and next: where it has not changed, the claim is right whatever went on meanwhile.
    if (Atomics.compareExchange(ints, controlAt.ticket, ticket, ticket + 1) === ticket) return next;
  }
}

/** The threads that work on one fit, as its leader sees them. */
export class Team {
  readonly ints: Int32Array<ArrayBufferLike>;
  readonly doubles: Float64Array<ArrayBufferLike>;
  private readonly crew: Crew;
  private number = 0;

  /**
   * @param threads  that may help, the leader included; 1: nobody else
   */
  constructor(
    engine: Engine,
    readonly threads: number,
  ) {
    this.ints = new Int32Array(engine.memory.buffer);
    this.doubles = new Float64Array(engine.memory.buffer);
    this.crew = { kernels: engine.kernels, ints: this.ints, doubles: this.doubles, thread: 0 };
    if (threads > MOST_THREADS) throw new RangeError(`at most ${MOST_THREADS} threads, not ${threads}`);
  }

  /**
   * Has all chunks of an operation done; its arguments lie in the memory.
   *
   * @param isLong  worth waking helpers that sleep: some ten microseconds for each of them
   * @throws LEARN_FIT_WORKER_DIED when a helper died
   */
  run(operation: number, chunks: number, isLong: boolean): void {
    const { ints } = this;
    const isAlone = this.threads === 1 || chunks === 1;
    if (isAlone || (!isLong && this.isEveryHelperAsleep())) {
      for (let chunk = 0; chunk < chunks; chunk++) runChunk(this.crew, operation, chunk);
      return;
    }
    this.checkHelpers();
    this.number = (this.number + 1) & 1023;
    ints[controlAt.operation] = operation;
    Atomics.store(ints, controlAt.done, 0);
    Atomics.store(ints, controlAt.ticket, (this.number << (2 * CHUNK_BITS)) | (chunks << CHUNK_BITS));
    if (isLong && Atomics.load(ints, controlAt.sleepers) > 0) Atomics.notify(ints, controlAt.ticket);
    for (let chunk = claim(ints); chunk >= 0; chunk = claim(ints)) {
      runChunk(this.crew, operation, chunk);
      Atomics.add(ints, controlAt.done, 1);
    }
    this.awaitHelpers(chunks);
  }

  private isEveryHelperAsleep(): boolean {
    return Atomics.load(this.ints, controlAt.sleepers) >= Atomics.load(this.ints, controlAt.active);
  }

  private checkHelpers(): void {
    if (Atomics.load(this.ints, controlAt.abort) !== 0) throw errors.FIT_WORKER_DIED({ reason: "a thread that helped it ended" });
  }

  private awaitHelpers(chunks: number): void {
    const { ints } = this;
    for (let spins = 0; Atomics.load(ints, controlAt.done) < chunks; spins++) {
      this.checkHelpers();
      if (spins < SPINS) continue;
      Atomics.store(ints, controlAt.isLeadWaiting, 1);
      const done = Atomics.load(ints, controlAt.done);
      if (done < chunks) Atomics.wait(ints, controlAt.done, done, NAP_MS);
      Atomics.store(ints, controlAt.isLeadWaiting, 0);
    }
  }
}

/** Helps the fit whose number is `epoch` until it ends. Returns at once where it has ended. */
export function help(crew: Crew, epoch: number): void {
  const { ints } = crew;
  Atomics.add(ints, controlAt.active, 1);
  try {
    let spins = 0;
    const recalled = controlAt.recalled + crew.thread;
    const isWanted = (): boolean =>
      Atomics.load(ints, controlAt.epoch) === epoch &&
      Atomics.load(ints, controlAt.abort) === 0 &&
      Atomics.load(ints, recalled) === 0;
    while (isWanted()) {
      const chunk = claim(ints);
      if (chunk >= 0) {
        runChunk(crew, ints[controlAt.operation], chunk);
        Atomics.add(ints, controlAt.done, 1);
        if (Atomics.load(ints, controlAt.isLeadWaiting) === 1) Atomics.notify(ints, controlAt.done);
        spins = 0;
      } else if (++spins > SPINS) {
        nap(ints, epoch);
        spins = 0;
      }
    }
  } finally {
    Atomics.sub(ints, controlAt.active, 1);
  }
}

function nap(ints: Int32Array<ArrayBufferLike>, epoch: number): void {
  const ticket = Atomics.load(ints, controlAt.ticket);
  const isNothing = (ticket & CHUNK_MASK) >= ((ticket >>> CHUNK_BITS) & CHUNK_MASK);
  Atomics.add(ints, controlAt.sleepers, 1);
  if (isNothing && Atomics.load(ints, controlAt.epoch) === epoch) Atomics.wait(ints, controlAt.ticket, ticket, 100 * NAP_MS);
  Atomics.sub(ints, controlAt.sleepers, 1);
}

/** Begins a fit on a memory that is deserted. Returns its number. */
export function openFit(ints: Int32Array<ArrayBufferLike>): number {
  ints.fill(0, controlAt.stamps, controlAt.stamps + MOST_THREADS);
  ints.fill(0, controlAt.recalled, controlAt.recalled + MOST_THREADS);
  Atomics.store(ints, controlAt.ticket, 0);
  return Atomics.add(ints, controlAt.epoch, 1) + 1;
}

/** Ends a fit and wakes those who slept through it. */
export function closeFit(ints: Int32Array<ArrayBufferLike>): void {
  Atomics.add(ints, controlAt.epoch, 1);
  Atomics.notify(ints, controlAt.ticket);
}

/** True when nobody helps any more; waits a moment for those who are about to leave. */
export function isDeserted(ints: Int32Array<ArrayBufferLike>): boolean {
  for (let naps = 0; Atomics.load(ints, controlAt.active) > 0; naps++) {
    if (naps === 200) return false;
    Atomics.wait(ints, controlAt.active, Atomics.load(ints, controlAt.active), NAP_MS);
  }
  return true;
}

/** Asks one helper to leave; it does between two chunks. */
export function recallHelper(ints: Int32Array<ArrayBufferLike>, thread: number): void {
  Atomics.store(ints, controlAt.recalled + thread, 1);
  Atomics.notify(ints, controlAt.ticket);
}

/** Lets a thread help again. */
export function welcomeHelper(ints: Int32Array<ArrayBufferLike>, thread: number): void {
  Atomics.store(ints, controlAt.recalled + thread, 0);
}

/** Called by whoever learns that a thread died: the others stop waiting for it. */
export function abortFit(ints: Int32Array<ArrayBufferLike>): void {
  Atomics.store(ints, controlAt.abort, 1);
  Atomics.notify(ints, controlAt.done);
  Atomics.notify(ints, controlAt.ticket);
}
