/** Carries out one check after another, tells each in one line, and counts. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /**
   * @template Result
   * @param {string} name
   * @param {() => Promise<Result>} work  its result, when it is a text, is told beside the name
   * @returns {Promise<Result | null>} null when it failed
   */
  async check(name, work) {
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    try {
      const result = await work();
      this.#passed++;
      process.stdout.write(`ok   ${name} (${seconds()})${typeof result === "string" && result !== "" ? `: ${result}` : ""}\n`);
      return result;
    } catch (error) {
      this.#failed++;
      const text = error instanceof Error ? error.message : String(error);
      process.stdout.write(`FAIL ${name} (${seconds()})\n${text.replace(/^/gm, "     ")}\n`);
      return null;
    }
  }

  /** The closing line of a part; false when something failed. */
  finish() {
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`);
    return this.#failed === 0 && this.#passed > 0;
  }
}

/** @param {unknown} condition @param {string} otherwise */
export function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}
