import type { ModelCard } from "./model-card.js";

const mostSlices = 30;
const mostFeatures = 15;

/** The card for people. */
export function cardMarkdown(card: ModelCard): string {
  const { data, evaluation, target } = card;
  const predicts = target === null ? "how unusual a row is" : `${target.name}${target.unit === null ? "" : ` in ${target.unit}`}`;
  return [
    `# ${card.model}, version ${card.version}`,
    "",
    `Predicts ${predicts} (${card.task ?? "unknown task"}) with ${card.learner ?? "an unknown learner"}.`,
    card.aliases.length === 0 ? "It carries no alias." : `It carries ${card.aliases.join(", ")}.`,
    "",
    "| | |",
    "| --- | --- |",
    row("trained", card.trainedAt),
    row("run", card.run ?? "unknown"),
    row("model (SHA-256)", card.hash),
    row("data (SHA-256)", data?.sha256 ?? "unknown"),
    row("rows, batches", `${data?.rows ?? "unknown"}, ${data?.batches ?? "unknown"}`),
    "",
    ...section("Metrics", metricLines(card)),
    ...section("Gates", [`Verdict: ${card.verdict}.`, "", ...card.reasons.map((reason) => `- ${plain(reason)}`)]),
    ...section("Groups", evaluation === null ? [] : sliceLines(evaluation.slices)),
    ...section(
      "What moves its answers",
      (evaluation?.importance ?? [])
        .slice(0, mostFeatures)
        .map(({ feature, meanAbsoluteEffect }) => `- ${plain(feature)}: ${figure(meanAbsoluteEffect)}`),
    ),
    ...section(
      "Inputs",
      card.inputs.length === 0
        ? []
        : [
            "| input | type | unit | needed |",
            "| --- | --- | --- | --- |",
            ...card.inputs.map(({ name, type, unit, optional }) => row(name, type, unit ?? "", optional ? "no" : "yes")),
          ],
    ),
    ...section(
      "Parameters",
      Object.entries(card.parameters).map(
        ([name, value]) => `- ${name}: ${typeof value === "number" ? figure(value) : JSON.stringify(value)}`,
      ),
    ),
    ...section(
      "Decisions",
      card.decisions.map(({ at, what, who, why }) => `- ${at}: ${what}, by ${plain(who)}: ${plain(why)}`),
    ),
    ...section(
      "Limits",
      [...card.limits, ...(evaluation?.notes ?? [])].map((limit) => `- ${plain(limit)}`),
    ),
  ].join("\n");
}

function metricLines({ metrics, evaluation }: ModelCard): string[] {
  const names = Object.keys(metrics);
  if (names.length === 0) return ["None was measured."];
  const on = evaluation === null ? [] : [`On ${evaluation.rows.toLocaleString("en-US")} rows (${evaluation.on}).`, ""];
  return [...on, "| metric | value |", "| --- | --- |", ...names.map((name) => row(name, figure(metrics[name] ?? Number.NaN)))];
}

function sliceLines(slices: NonNullable<ModelCard["evaluation"]>["slices"]): string[] {
  const names = [...new Set(slices.flatMap(({ metrics }) => Object.keys(metrics)))];
  if (slices.length === 0) return [];
  const shown = slices.slice(0, mostSlices);
  return [
    `| group | rows | ${names.join(" | ")} |`,
    `| --- | --- |${" --- |".repeat(names.length)}`,
    ...shown.map(({ column, slice, rows, metrics }) =>
      row(
        `${column} = ${slice}`,
        String(rows),
        ...names.map((name) => (metrics[name] === undefined ? "" : figure(metrics[name]))),
      ),
    ),
    ...(shown.length < slices.length
      ? ["", `${slices.length - shown.length} more groups are in the JSON form of this card.`]
      : []),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(plain).join(" | ")} |`;
}

/** Names come from data: none of them may end a cell or begin a heading. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}
