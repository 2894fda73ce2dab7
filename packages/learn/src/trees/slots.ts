import type { Leaf } from "./leaf.js";

/** Histograms of a fixed number of leaves. When none is free, the least promising leaf gives up its own. */
export class Slots {
  private readonly free: number[] = [];
  private readonly owners = new Map<number, Leaf>();

  constructor(
    private readonly address: number,
    private readonly bytes: number,
    count: number,
  ) {
    for (let slot = count - 1; slot >= 0; slot--) this.free.push(slot);
  }

  addressOf(slot: number): number {
    return this.address + slot * this.bytes;
  }

  take(): number {
    const slot = this.free.pop();
    if (slot !== undefined) return slot;
    let worst: Leaf | null = null;
    for (const leaf of this.owners.values()) {
      if (worst === null || (leaf.split?.gain ?? 0) < (worst.split?.gain ?? 0)) worst = leaf;
    }
    if (worst === null) throw new RangeError("all histograms are in use");
    const given = worst.slot;
    this.owners.delete(given);
    worst.slot = -1;
    return given;
  }

  /** A slot may be taken away from its owner when another leaf needs it. */
  keep(slot: number, owner: Leaf): void {
    owner.slot = slot;
    this.owners.set(slot, owner);
  }

  /** Takes a leaf's slot away from it without freeing it; -1 where it has none. */
  takeFrom(leaf: Leaf): number {
    const { slot } = leaf;
    if (slot >= 0) this.owners.delete(slot);
    leaf.slot = -1;
    return slot;
  }

  give(slot: number): void {
    if (slot >= 0) this.free.push(slot);
  }
}
