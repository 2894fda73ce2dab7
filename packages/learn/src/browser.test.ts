/// <reference types="node" />
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";

const MOST_BYTES = 40_000;

describe("the entry for browsers", () => {
  it("is at most 40 kB with everything that it needs, compressed, and asks for nothing else", async () => {
    const bundle = await rolldown({
      input: fileURLToPath(new URL("./browser.ts", import.meta.url)),
      platform: "browser",
      resolve: { alias: { "@atalaya/errors": fileURLToPath(new URL("../../errors/src/index.ts", import.meta.url)) } },
    });
    const { output } = await bundle.generate({ format: "es", minify: true });
    await bundle.close();
    const [chunk, ...others] = output;
    expect(others).toEqual([]);
    expect(chunk.imports).toEqual([]);
    expect([...chunk.exports].sort()).toEqual(["createScorer", "decodeBundle"]);
    expect(gzipSync(chunk.code).length).toBeLessThan(MOST_BYTES);
  });
});
