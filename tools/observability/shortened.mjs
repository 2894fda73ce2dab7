/** Durations of rules and of Alertmanager are divided by this in tests: a minute becomes three seconds. */
export const FACTOR = 20;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A duration such as `5m`, divided; a second at least unless it is none.
 *
 * @param {string} duration
 */
function shortened(duration) {
  const [, count = "0", unit = "s"] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const seconds = (Number(count) * SECONDS[/** @type {keyof typeof SECONDS} */ (unit)]) / FACTOR;
  return `${seconds === 0 ? 0 : Math.max(1, Math.round(seconds))}s`;
}

/**
 * A copy of the rules with shorter waits (`for: 1m`) and windows (`[5m]`). Limits stay as they are.
 *
 * @param {string} rules
 */
export function shortenedRules(rules) {
  return rules
    .replace(/^( +for: )(\d+[smhd])$/gm, (_, before, duration) => `${before}${shortened(duration)}`)
    .replace(/\[(\d+[smhd])\]/g, (_, duration) => `[${shortened(duration)}]`);
}

/**
 * A copy of the example of Alertmanager with shorter waits, which sends to an address of ours.
 *
 * @param {string} configuration
 * @param {string} url
 */
export function shortenedAlertmanager(configuration, url) {
  return configuration
    .replace(/((?:group_wait|group_interval): )(\d+[smhd])/g, (_, before, duration) => `${before}${shortened(duration)}`)
    .replace("http://alerts.example/atalaya", url);
}

/**
 * Seconds until an alert has to be there at the latest: its wait, its longest window of minutes, and some for scrapes,
 * evaluation and delivery on a busy machine.
 *
 * @param {string} rules  as they are written
 * @param {string} alert
 */
export function secondsAllowed(rules, alert) {
  const wait = new RegExp(`alert: ${alert}\\n(?:.*\\n)*? +for: (\\d+)m`).exec(rules)?.[1] ?? "0";
  return (Number(wait) * 60 + 300) / FACTOR + 20;
}
