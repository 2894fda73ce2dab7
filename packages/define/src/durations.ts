import { errors } from "./errors.js";

const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `15m`, `2h` or `7d`. @throws DEFINE_BAD_DURATION */
export function parseDuration(text: string): number {
  const match = /^([1-9][0-9]{0,8})([smhd])$/.exec(text);
  if (match === null) throw errors.BAD_DURATION({ text });
  return Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS];
}
