import { InvalidArgumentError, Option } from "commander";

/** Where to listen; what is left out comes from the settings. */
export interface ListenOptions {
  readonly port?: number;
  readonly host?: string;
}

export function portOption(fallback = "ATALAYA_PORT, or 4600"): Option {
  return new Option("--port <number>", `port to listen on; 0 takes a free one (default: ${fallback})`).argParser(parsePort);
}

export function hostOption(fallback = "ATALAYA_HOST, or 127.0.0.1"): Option {
  return new Option("--host <address>", `address to listen on; 0.0.0.0 opens it to the network (default: ${fallback})`);
}

/** A project that another process fetches is loaded by a new start. */
export function untilChangedOption(): Option {
  return new Option("--until-changed <link>", "end when this link leads elsewhere, to be started again (atalaya fetch moves it)");
}

export function parsePort(text: string): number {
  return wholeNumber(text, 0, 65_535);
}

/** An argument parser for whole numbers of a range. */
export function wholeNumberFrom(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => wholeNumber(text, low, high);
}

/** An argument parser for shares. */
export function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) throw new InvalidArgumentError("It is a share from 0 to 1.");
  return value;
}

function wholeNumber(text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  const range = high === Number.MAX_SAFE_INTEGER ? `from ${low}` : `from ${low} to ${high}`;
  throw new InvalidArgumentError(`It is a whole number ${range}.`);
}
