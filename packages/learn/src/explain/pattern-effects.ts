import { GROUP_COLUMNS, GROUP_TABLE, GROUP_WIDTH, GROUP_WORDS, type PatternProgram, STEP_WORDS } from "./pattern-program.js";

/** Buffers for a block of rows. */
export class PatternScratch {
  readonly masks: Uint8Array;
  readonly patterns: Uint8Array;

  constructor(
    { maskCount }: PatternProgram,
    readonly stride: number,
  ) {
    this.masks = new Uint8Array(maskCount * stride);
    this.patterns = new Uint8Array(stride);
  }
}

/**
 * Adds the looked-up effects on a block of rows: `effects[column · stride + row]`. The plain twin of the kernel.
 *
 * Cost: O(rows · (splits + Σ features of a group)).
 *
 * @param codes  of the block, with the same stride
 */
export function addPatternEffects(
  program: PatternProgram,
  codes: Int8Array,
  count: number,
  effects: Float64Array,
  scratch: PatternScratch,
): void {
  const { stepStart, groupStart } = program;
  scratch.masks.fill(255, 0, count);
  for (let tree = 0; tree + 1 < stepStart.length; tree++) {
    for (let step = stepStart[tree]; step < stepStart[tree + 1]; step++) followStep(program, step, codes, count, scratch);
    for (let group = groupStart[tree]; group < groupStart[tree + 1]; group++) {
      makePatterns(program, group, codes, count, scratch);
      addGroup(program, group, count, effects, scratch);
    }
  }
}

function followStep(
  { steps }: PatternProgram,
  step: number,
  codes: Int8Array,
  count: number,
  { masks, stride }: PatternScratch,
): void {
  const [slot, code, bit, mask, left, right] = steps.subarray(step * STEP_WORDS, (step + 1) * STEP_WORDS);
  const asked = slot * stride;
  for (let row = 0; row < count; row++) {
    const above = masks[mask * stride + row];
    const without = above & ~bit;
    const isRight = codes[asked + row] > code;
    masks[left * stride + row] = isRight ? without : above;
    masks[right * stride + row] = isRight ? above : without;
  }
}

function makePatterns(
  { groups }: PatternProgram,
  group: number,
  codes: Int8Array,
  count: number,
  { masks, patterns, stride }: PatternScratch,
): void {
  const [mask, above, splits, ...asked] = groups.subarray(group * GROUP_WORDS, group * GROUP_WORDS + GROUP_WIDTH);
  const kept = (1 << above) - 1;
  const own = mask * stride;
  for (let row = 0; row < count; row++) patterns[row] = masks[own + row] & kept;
  for (let split = 0; split < splits; split++) {
    const slot = asked[split * 2] * stride;
    const code = asked[split * 2 + 1];
    const bit = 1 << (above + split);
    for (let row = 0; row < count; row++) if (codes[slot + row] <= code) patterns[row] |= bit;
  }
}

function addGroup(
  { groups, tables }: PatternProgram,
  group: number,
  count: number,
  effects: Float64Array,
  { patterns, stride }: PatternScratch,
): void {
  const at = group * GROUP_WORDS;
  const width = groups[at + GROUP_WIDTH];
  const start = groups[at + GROUP_TABLE];
  for (let feature = 0; feature < width; feature++) {
    const column = groups[at + GROUP_COLUMNS + feature] * stride;
    for (let row = 0; row < count; row++) effects[column + row] += tables[start + patterns[row] * width + feature];
  }
}
