import type { Kernels, LinearMemory } from "./kernels.js";
import { createTwin, plainMemory } from "./twin/twin-kernels.js";

/** Kernels on a memory of their own. */
export interface Engine {
  readonly kind: "wasm" | "twin";
  readonly memory: LinearMemory;
  readonly kernels: Kernels;
}

/** Pages of 64 KiB that 32 bits can address. */
const MOST_PAGES = 65_536;

const compiled = new Map<"plain" | "shared", WebAssembly.Module | null>();

/**
 * Hands over the bytes of `dist/kernels/training.wasm` where they cannot be read from a file: a browser fetches them once
 * and calls this before it trains. Without them training uses the TypeScript twin, which gives the same models, slower.
 */
export function provideKernels(bytes: BufferSource): void {
  compiled.set("plain", new WebAssembly.Module(bytes));
}

/** @param threads  "shared": other threads may work on the same memory, with `joinEngine` */
export function createEngine(threads: "plain" | "shared" = "plain"): Engine {
  const module = moduleFor(threads);
  if (module === null) return createTwinEngine();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: threads === "shared" });
  return { kind: "wasm", memory, kernels: instantiate(module, memory) };
}

/** The twin, where WebAssembly is missing. */
export function createTwinEngine(): Engine {
  const memory = plainMemory();
  return { kind: "twin", memory, kernels: createTwin(memory) };
}

/** Kernels on the memory of another thread's engine. */
export function joinEngine(memory: WebAssembly.Memory): Kernels {
  const module = moduleFor("shared");
  if (module === null) throw new TypeError("threads share a memory only where there are shared kernels");
  return instantiate(module, memory);
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  // The interface is what assembly/training.ts exports; kernels.property.test.ts calls every one of them.
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

function moduleFor(threads: "plain" | "shared"): WebAssembly.Module | null {
  const known = compiled.get(threads);
  if (known !== undefined) return known;
  // A Node without just-in-time compilation, or one told so, has no WebAssembly at all.
  const hasWebAssembly = typeof WebAssembly === "object";
  const bytes = hasWebAssembly ? readBuilt(threads === "shared" ? "training-shared.wasm" : "training.wasm") : null;
  const module = bytes !== null && WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  compiled.set(threads, module);
  return module;
}

interface NodeBuiltins {
  getBuiltinModule?(name: "node:fs"): { readFileSync(file: URL): Uint8Array<ArrayBuffer>; existsSync(file: URL): boolean };
}

/** A built file, in Node alone: asked of the process at run time, so that browsers need no shim of `node:fs`. */
function readBuilt(name: string): Uint8Array<ArrayBuffer> | null {
  const { process } = globalThis as { process?: NodeBuiltins };
  const files = process?.getBuiltinModule?.("node:fs");
  if (files === undefined) return null;
  // The sources themselves run in tests; the kernels are built.
  const folder = import.meta.url.endsWith(".ts") ? "../../dist/kernels/" : "./";
  const file = new URL(`${folder}${name}`, import.meta.url);
  return files.existsSync(file) ? files.readFileSync(file) : null;
}
