// A report of a run as one page of HTML that needs nothing else.

/** @param data what k6 gives to handleSummary */
export function reportPage(data) {
  const rows = Object.entries(data.metrics)
    .filter(([name]) => !name.startsWith("data_") && name !== "vus_max")
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const limits = rows.flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([rule, { ok }]) => ({ name, rule, ok })),
  );
  const isGood = limits.every(({ ok }) => ok);
  const seconds = Math.round(data.state.testRunDurationMs / 1000);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Load on Atalaya</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2430; background: #fff }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }
  th, td { border-bottom: 1px solid #c9d1db; padding: .3rem .6rem; text-align: right } th:first-child, td:first-child { text-align: left }
  .good { color: #0b6b3a } .bad { color: #a31515; font-weight: bold }
</style>
<h1>Load on Atalaya</h1>
<p>${seconds} seconds, <span class="${isGood ? "good" : "bad"}">${isGood ? "every budget was kept" : "a budget was exceeded"}</span>.</p>
<h2>Budgets</h2>
<table><tr><th>of</th><th>budget</th><th>kept</th></tr>${limits.map(limitRow).join("")}</table>
<h2>Measured</h2>
<table><tr><th>what</th><th>mean</th><th>median</th><th>p(95)</th><th>largest</th><th>count or rate</th></tr>${rows.map(metricRow).join("")}</table>
</html>
`;
}

function limitRow({ name, rule, ok }) {
  return `<tr><td>${text(name)}</td><td>${text(rule)}</td><td class="${ok ? "good" : "bad"}">${ok ? "yes" : "no"}</td></tr>`;
}

function metricRow([name, { values }]) {
  const { avg, med, max, rate, count } = values;
  const cells = [avg, med, values["p(95)"], max, count === undefined ? rate : count];
  return `<tr><td>${text(name)}</td>${cells.map((value) => `<td>${number(value)}</td>`).join("")}</tr>`;
}

function number(value) {
  return value === undefined ? "" : String(Math.round(value * 1000) / 1000);
}

function text(value) {
  return value.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
