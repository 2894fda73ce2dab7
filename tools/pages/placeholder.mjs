/**
 * A stand-in for the details of an error: whatever a message reads from it is shown as its name in angle brackets, so
 * that the page of errors is made by the very functions that make the messages.
 *
 * @returns {any}
 */
export function placeholderDetails() {
  return new Proxy({}, { get: (_target, key) => (typeof key === "symbol" ? undefined : placeholder(key)) });
}

/**
 * Reading a property or calling a method of a placeholder (`list.join(", ")`, `seconds.toFixed(1)`) gives one again.
 *
 * @param {string} label
 * @param {string} [called]  label of what a call returns
 * @returns {any}
 */
function placeholder(label, called = label) {
  const text = `<${label}>`;
  return new Proxy(() => undefined, {
    apply: () => placeholder(called),
    get(_target, key) {
      if (key === Symbol.toPrimitive || key === "toString" || key === "valueOf" || key === "toJSON") return () => text;
      if (key === Symbol.iterator) return [placeholder(label)][Symbol.iterator].bind([placeholder(label)]);
      if (typeof key === "symbol") return undefined;
      return placeholder(/^\d+$/.test(key) ? label : `${label}.${key}`, label);
    },
  });
}
