// What runs inside the page: each function is sent to the browser as text, so it uses nothing from outside itself.

/**
 * Notes as `window.interactiveAt` when the first screen shows a text and no long task holds the page any more.
 *
 * @param {string} text
 */
export function watchFirstView(text) {
  let lastTask = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) lastTask = Math.max(lastTask, startTime + duration);
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    const isThere = document.body?.innerText.includes(text) === true && document.querySelector("main a") !== null;
    if (!isThere) return requestAnimationFrame(look);
    const seenAt = performance.now();
    // A task that goes on is known only when it is over.
    setTimeout(() => {
      /** @type {any} */ (window).interactiveAt = Math.max(seenAt, lastTask);
    }, 100);
  };
  requestAnimationFrame(look);
}

/**
 * Moves a slider step by step; each time in milliseconds until the answer and the waterfall have changed and are laid out.
 *
 * @param {{ field: string, steps: number }} request
 * @returns {Promise<number[]>}
 */
export async function measureSlider({ field, steps }) {
  const input = /** @type {HTMLInputElement | null} */ (document.querySelector(`input[type="range"][aria-label^="${field}"]`));
  const result = document.querySelector(".result");
  if (input === null || result === null) throw new Error(`There is no slider of ${field}.`);
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
  const step = Number(input.step) || 1;
  const taken = [];
  for (let turn = 0; turn < steps + 10; turn++) {
    const from = Number(input.value);
    const next = from + 7 * step * (turn % 2 === 0 ? 1 : -1) + (turn % 11) * step;
    const started = performance.now();
    const changed = new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        watch.disconnect();
        resolve(undefined);
      });
      watch.observe(result, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    set?.call(input, String(Math.min(Number(input.max), Math.max(Number(input.min), next))));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, 300))]);
    result.getBoundingClientRect();
    taken.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  // The first ones warm the page up.
  return taken.slice(10).filter((milliseconds) => milliseconds < 300);
}
