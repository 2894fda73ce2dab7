import type { TaskKind } from "@atalaya/learn";
import type { StarterColumn, StarterPlan } from "./starter-plan.js";

/** What each kind of model trains and is measured by. */
interface TaskText {
  readonly imports: readonly string[];
  readonly train: string;
  readonly metrics: string;
  readonly gates: string;
}

const boosting = (options: string): string => `  // A value is fixed, a range is tuned: each trial draws from the ranges.
  .train(
    { ${options}, trials: 8, seed: 42 },
    gradientBoosting({ trees: 300, learningRate: logBetween(0.03, 0.3), leaves: between(8, 64), minLeafRows: between(5, 50) }),
  )`;

const boostingImports = ["between", "gradientBoosting", "logBetween", "noWorseThanChampion"] as const;

const taskTexts: Readonly<Record<TaskKind, TaskText>> = {
  regression: {
    imports: [...boostingImports, "atLeast"],
    train: boosting('optimise: "rmse"'),
    metrics: '["rmse", "mae", "r2"], explain: { rows: 500 }',
    gates: 'atLeast("r2", 0.1), noWorseThanChampion("rmse", { tolerance: 0.01 })',
  },
  classification: {
    imports: [...boostingImports, "atLeast"],
    train: boosting('optimise: "logLoss"'),
    metrics: '["auroc", "accuracy", "logLoss", "macroF1"], explain: { rows: 500 }',
    gates: 'atLeast("auroc", 0.6), noWorseThanChampion("logLoss", { tolerance: 0.01 })',
  },
  anomaly: {
    imports: ["isolationForest", "atMost"],
    train:
      "  // alertBudget: the share of rows that may raise an alert.\n  .train({ seed: 42 }, isolationForest({ trees: 200, alertBudget: 0.01 }))",
    metrics: '["alertRate", "scoreStability"]',
    gates: 'atMost("alertRate", 0.05)',
  },
};

/** Text of the pipeline file of a new project: it compiles under strict settings and runs on the file it was made from. */
export function pipelineText(plan: StarterPlan): string {
  const text = taskTexts[plan.task];
  const imports = ["column", "dataset", "files", "pipeline", "setting", "shuffled", ...text.imports].sort();
  return `import {
${imports.map((name) => `  ${name},`).join("\n")}
} from "@atalaya/define";

/** The contract, a line a column of ${plan.dataFile}. A row that breaks it goes to quarantine with the reason. */
export const rows = dataset("${plan.project}", {
  // Say more where you know more: column.number({ unit: "USD", min: 0 }), column.category(["new", "used"]).
${plan.columns.map((column) => `  ${column.name}: ${columnText(column)},`).join("\n")}
});

/** What the model sees: one value for training, serving and drift. */
const features = rows.features({
${featureLines(plan).join("\n")}
});

export const ${plan.variable} = pipeline("${plan.project}")
  .ingest(rows, files(setting.url("${plan.setting}")))
  // More rejected rows than this share (0 to 1), and the whole batch is refused.
  .validate({ maxRejected: ${maxRejected(plan)} })
  .features(features)
  // The test part decides about the model and is used for nothing else.
  .split(${splitText(plan)})
${text.train}
  .evaluate({ metrics: ${text.metrics} })
  // A model that fails a gate is kept, with the reason, and does not serve.
  .gate(${text.gates})
  .promote("production");
`;
}

function columnText({ type, name, header, role, optional, levels }: StarterColumn): string {
  const from = name === header ? [] : [`{ from: ${JSON.stringify(header)} }`];
  // Of a feature a new level may come with the next batch; a new class would be another question.
  const listed = role === "target" && type === "category" && levels !== null ? [`[${levels.map(quoted).join(", ")}]`] : [];
  return `column.${type}(${[...listed, ...from].join(", ")})${optional && role !== "target" ? ".optional()" : ""}`;
}

const quoted = (text: string): string => JSON.stringify(text);

/** A row without its target is rejected, so where some have none, more must be allowed. */
function maxRejected(plan: StarterPlan): number {
  const missing = plan.columns.find(({ role }) => role === "target")?.missingShare ?? 0;
  return Math.min(1, Math.ceil((missing + 0.05) * 100) / 100);
}

function featureLines(plan: StarterPlan): string[] {
  const names = (role: StarterColumn["role"]): string[] =>
    plan.columns.filter((column) => column.role === role).map(({ name }) => name);
  const list = (role: StarterColumn["role"]): string =>
    names(role)
      .map((name) => JSON.stringify(name))
      .join(", ");
  const lines: string[] = [];
  if (names("target").length > 0) lines.push(`  target: ${list("target")},`);
  if (names("key").length > 0)
    lines.push(
      "  // Identity or free text: not a feature, and callers of the model need not send it.",
      `  keys: [${list("key")}],`,
    );
  if (names("ignored").length > 0)
    lines.push("  // Readable in derive, but no feature as it is.", `  ignore: [${list("ignored")}],`);
  return [...lines, ...deriveLines(plan)];
}

/** Parts of times are derived for real; a ratio of two numbers is only shown, as nobody knows whether it means anything. */
function deriveLines(plan: StarterPlan): string[] {
  const taken = new Set(plan.columns.map(({ name }) => name));
  const times = plan.columns.filter(({ role }) => role === "ignored");
  const parts = times.flatMap(({ name }) => [
    `${freeName(`${name}Year`, taken)}: row.${name}.year()`,
    `${freeName(`${name}Month`, taken)}: row.${name}.month()`,
  ]);
  if (parts.length > 0) return ["  derive: (row) => ({", ...parts.map((part) => `    ${part},`), "  }),"];
  const [first, second] = plan.columns.filter(
    ({ role, type }) => role === "feature" && (type === "number" || type === "integer"),
  );
  if (first === undefined || second === undefined) return [];
  return [
    "  // Expressions become part of the model, so a request is treated as a training row was:",
    `  // derive: (row) => ({ ratio: row.${first.name}.div(row.${second.name}) }),`,
  ];
}

/** A derived value may not be called like a column. */
function freeName(wanted: string, taken: Set<string>): string {
  const name = taken.has(wanted) ? freeName(`${wanted}Part`, taken) : wanted;
  taken.add(name);
  return name;
}

function splitText(plan: StarterPlan): string {
  const target = plan.columns.find(({ role }) => role === "target");
  const stratify = plan.task === "classification" && target !== undefined ? `, stratify: ${JSON.stringify(target.name)}` : "";
  return `shuffled({ test: 0.2, seed: 42${stratify} })`;
}
