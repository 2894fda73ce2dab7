import { errors } from "../errors.js";
import { ARENA_START, SLACK_BYTES } from "./layout.js";
import type { Engine } from "./load-kernels.js";

const PAGE = 65_536;
/** What 32 bits can address. */
const LARGEST = 65_536 * PAGE;
const ALIGNMENT = 64;

/** Hands out pieces of an engine's memory, one behind the other; all that lie behind a mark are given back at once. */
export class Arena {
  /** @param end  first byte that is free: behind what another thread allocated */
  constructor(
    readonly engine: Engine,
    private end = ARENA_START,
  ) {}

  get mark(): number {
    return this.end;
  }

  /** Gives back what was allocated since `mark`. Its content is left. */
  release(mark: number): void {
    this.end = mark;
  }

  /**
   * A piece of memory, its content undefined; views that were made before are void.
   *
   * @throws LEARN_TRAINING_MEMORY
   */
  allocate(bytes: number): number {
    const address = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    const end = address + bytes;
    const { memory } = this.engine;
    const missing = end + SLACK_BYTES - memory.buffer.byteLength;
    if (missing > 0) {
      if (end + SLACK_BYTES > LARGEST) throw memoryError(end, LARGEST);
      try {
        memory.grow(Math.ceil(missing / PAGE));
      } catch {
        throw memoryError(end, memory.buffer.byteLength);
      }
    }
    this.end = end;
    return address;
  }

  bytes(address: number, count: number): Uint8Array<ArrayBufferLike> {
    return new Uint8Array(this.engine.memory.buffer, address, count);
  }

  ints(address: number, count: number): Int32Array<ArrayBufferLike> {
    return new Int32Array(this.engine.memory.buffer, address, count);
  }

  doubles(address: number, count: number): Float64Array<ArrayBufferLike> {
    return new Float64Array(this.engine.memory.buffer, address, count);
  }
}

interface NodeMemory {
  availableMemory?(): number;
}

/**
 * Throws where a fit cannot have the memory that it is going to need, before hours are spent on it.
 *
 * @param needed  bytes
 * @throws LEARN_TRAINING_MEMORY
 */
export function checkMemory(needed: number): void {
  const { process } = globalThis as { process?: NodeMemory };
  const available = Math.min(LARGEST, process?.availableMemory?.() ?? LARGEST);
  if (needed > available) throw memoryError(needed, available);
}

function memoryError(needed: number, available: number): Error {
  return errors.TRAINING_MEMORY({ neededBytes: Math.ceil(needed), availableBytes: available });
}
