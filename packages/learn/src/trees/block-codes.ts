import { type AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import { ZERO_WITHIN } from "./route.js";
import type { CodeSlot, SplitCodes } from "./split-codes.js";

type ThresholdSlot = Extract<CodeSlot, { kind: "thresholds" }>;
type CategorySlot = Extract<CodeSlot, { kind: "categories" }>;

/** Codes of one block of rows in a memory of kernels: one run of codes per slot. */
export class BlockCodes {
  private readonly codes: Int8Array | Int16Array;
  private readonly values: Float64Array;
  /** Address of each slot's thresholds. */
  private readonly thresholds: readonly number[];

  /** Bytes that the constructor takes. */
  static bytes({ slots, codeBytes }: SplitCodes, stride: number): number {
    const thresholds = slots.map((slot) => (slot.kind === "thresholds" ? paddedBytes(slot.thresholds.byteLength) : 0));
    return (
      paddedBytes(slots.length * stride * codeBytes) + paddedBytes(stride * 8) + thresholds.reduce((sum, size) => sum + size, 0)
    );
  }

  /** @param stride  most rows of a block, a multiple of 16 */
  constructor(
    private readonly memory: AnsweringMemory,
    private readonly plan: SplitCodes,
    private readonly stride: number,
  ) {
    const { slots, codeBytes } = plan;
    const view = codeBytes === 1 ? Int8Array : Int16Array;
    this.codes = new view(memory.buffer, memory.take(slots.length * stride * codeBytes), slots.length * stride);
    this.values = new Float64Array(memory.buffer, memory.take(stride * 8), stride);
    this.thresholds = slots.map((slot) => {
      if (slot.kind !== "thresholds") return 0;
      const address = memory.take(slot.thresholds.byteLength);
      new Float64Array(memory.buffer, address, slot.thresholds.length).set(slot.thresholds);
      return address;
    });
  }

  /** Address of the codes of a slot's first row. */
  addressOf(slot: number): number {
    return this.codes.byteOffset + slot * this.stride * this.codes.BYTES_PER_ELEMENT;
  }

  /**
   * Codes of the rows `begin` … `begin + count - 1`.
   *
   * @param columns  the matrix, [column][row], NaN = missing
   */
  fill(columns: readonly Float64Array[], begin: number, count: number): void {
    const { slots, zeroIsMissingByFeature } = this.plan;
    let loaded = -1;
    for (let slot = 0; slot < slots.length; slot++) {
      const { feature } = slots[slot];
      if (feature !== loaded) {
        this.values.set(columns[feature].subarray(begin, begin + count));
        if (zeroIsMissingByFeature[feature] === 1) this.forgetZeros(count);
        loaded = feature;
      }
      const own = slots[slot];
      if (own.kind === "thresholds") this.codeThresholds(slot, own, count);
      else if (own.kind === "categories") this.codeCategories(slot, own, count);
    }
  }

  private forgetZeros(count: number): void {
    const { values } = this;
    for (let row = 0; row < count; row++) {
      const value = this.plan.isFloat32 ? Math.fround(values[row]) : values[row];
      if (value >= -ZERO_WITHIN && value <= ZERO_WITHIN) values[row] = Number.NaN;
    }
  }

  private codeThresholds(slot: number, { steps, missing, hasTwin }: ThresholdSlot, count: number): void {
    const { kernels } = this.memory;
    const { codeBytes, isFloat32, highest } = this.plan;
    const code = codeBytes === 1 ? kernels.codeNumbers : kernels.codeNumbersWide;
    const other = hasTwin ? this.addressOf(slot + 1) : 0;
    const into = this.addressOf(slot);
    code(this.values.byteOffset, count, this.thresholds[slot], steps, missing, isFloat32 ? 1 : 0, into, -highest - 1, other);
  }

  /** As `goesLeft` of route.ts has it: a value is cut to a whole number, and missing below 0 or past the last bit. */
  private codeCategories(slot: number, { words, missing, left, right }: CategorySlot, count: number): void {
    const { codes, values } = this;
    const first = slot * this.stride;
    const end = words.length * 32;
    for (let row = 0; row < count; row++) {
      const code = Math.trunc(values[row]);
      if (!(code >= 0 && code < end)) codes[first + row] = missing;
      else codes[first + row] = ((words[code >> 5] >>> (code & 31)) & 1) === 1 ? left : right;
    }
  }
}
