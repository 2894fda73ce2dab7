import { abortFit, recallHelper, welcomeHelper } from "../trees/team.js";

interface Gang<Thread> {
  readonly memory: WebAssembly.Memory;
  readonly epoch: number;
  readonly words: Int32Array<ArrayBufferLike>;
  /** Helpers by their number from 1. */
  readonly helpers: Map<number, Thread>;
  readonly most: number;
}

/** A place at a fit that a thread may take. */
export interface Vacancy {
  readonly memory: WebAssembly.Memory;
  readonly epoch: number;
  readonly thread: number;
}

/** Which threads help which fit. A fit goes on whether helpers come or not; only one that dies in it ends it. */
export class Gangs<Thread> {
  private readonly gangs = new Map<Thread, Gang<Thread>>();

  /** @param threads  most of one fit, its leader included */
  open(leader: Thread, memory: WebAssembly.Memory, epoch: number, threads: number): void {
    this.gangs.set(leader, { memory, epoch, words: new Int32Array(memory.buffer), helpers: new Map(), most: threads - 1 });
  }

  /** The fit with the fewest helpers that may have one more. */
  join(helper: () => Thread | undefined): { thread: Thread; vacancy: Vacancy } | undefined {
    const [gang] = [...this.gangs.values()]
      .filter(({ helpers, most }) => helpers.size < most)
      .sort((one, other) => one.helpers.size - other.helpers.size);
    if (gang === undefined) return undefined;
    const thread = helper();
    if (thread === undefined) return undefined;
    let number = 1;
    while (gang.helpers.has(number)) number++;
    gang.helpers.set(number, thread);
    welcomeHelper(gang.words, number);
    return { thread, vacancy: { memory: gang.memory, epoch: gang.epoch, thread: number } };
  }

  /** Sends for one helper, that of the fit with the most; false where nobody helps. */
  recall(): boolean {
    const [gang] = [...this.gangs.values()].sort((one, other) => other.helpers.size - one.helpers.size);
    const [number] = gang?.helpers.keys() ?? [];
    if (gang === undefined || number === undefined) return false;
    recallHelper(gang.words, number);
    return true;
  }

  /** A helper left. */
  leave(helper: Thread): void {
    for (const { helpers } of this.gangs.values()) {
      for (const [number, thread] of helpers) if (thread === helper) helpers.delete(number);
    }
  }

  /** A fit ended by itself; its helpers leave when they notice. */
  close(leader: Thread): void {
    this.gangs.delete(leader);
  }

  /** A thread died: the fit that it led or helped ends. */
  bury(dead: Thread): void {
    for (const [leader, gang] of this.gangs) {
      if (leader !== dead && ![...gang.helpers.values()].includes(dead)) continue;
      abortFit(gang.words);
      this.gangs.delete(leader);
    }
  }
}
