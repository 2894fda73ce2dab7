/** @type {Set<() => void>} */
const left = new Set();
process.on("exit", () => {
  for (const undo of [...left].reverse()) undo();
});

/**
 * Work that must be undone also when a signal ends this process: it then has to be done at once, not in turn.
 *
 * @param {() => void} undo
 * @returns {() => void} called when it was undone in the ordinary way
 */
export function whenLeaving(undo) {
  left.add(undo);
  return () => left.delete(undo);
}
