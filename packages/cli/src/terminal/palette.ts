import picocolors from "picocolors";

/** The few styles that the commands use. Each gives the text back unchanged when colours are off. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly accent: (text: string) => string;
}

export function createPalette(color: boolean): Palette {
  const colors = picocolors.createColors(color);
  return { bold: colors.bold, dim: colors.dim, good: colors.green, bad: colors.red, accent: colors.cyan };
}
