import { atLeast, atMost, type Gate } from "@atalaya/define";
import { type Command, InvalidArgumentError } from "commander";
import type { ExitCode } from "../exit-codes.js";
import type { ImportRequest } from "../models/import/import-version.js";
import type { Session } from "../session.js";
import { type CarryOut, withExamples } from "./command.js";

interface ImportOptions {
  readonly pipeline?: string;
  readonly signature?: string;
  readonly target?: string;
  readonly unit?: string;
  readonly rows?: string;
  readonly atLeast: readonly Limit[];
  readonly atMost: readonly Limit[];
  readonly alias?: string;
  readonly because?: string;
}

interface Limit {
  readonly metric: string;
  readonly limit: number;
}

/** `models import`: a model of somebody else's becomes a version. */
export function declareImport(models: Command, carryOut: CarryOut): void {
  const command = models
    .command("import")
    .summary("make a version of a model that was trained elsewhere")
    .description(
      "Makes a servable version of a model from an MLflow server or a file: XGBoost (JSON, UBJSON), LightGBM (text), or ONNX where onnxruntime-node is installed. Rows with the target measure it, and gates judge it: those of the project's pipeline of this name, and those given here.",
    )
    .argument("<source>", "mlflow:/name@alias, mlflow:/name/3, runs:/id/path, a file, or a folder with an MLmodel")
    .option("--pipeline <name>", "name to register it under (default: its own)")
    .option("--signature <file>", "inputs, target and classes as JSON, where the model does not tell them")
    .option("--target <name>", "name of what it predicts")
    .option("--unit <unit>", "unit of the target")
    .option("--rows <rows>", "rows as its users have them (JSON, CSV, Parquet), with the target to measure it by")
    .option("--at-least <metric=limit>", "a gate; may be repeated", limitOf, [])
    .option("--at-most <metric=limit>", "a gate; may be repeated", limitOf, [])
    .option("--alias <name>", "give it this alias, unless a gate refuses it")
    .option("--because <reason>", "why it gets the alias; it stays in the history")
    .action((source: string, options: ImportOptions) =>
      carryOut((session) => carryOutImport(session, requestOf(source, options))),
    );
  withExamples(command, [
    {
      line: "atalaya models import mlflow:/churn@production --alias production",
      does: "what MLflow serves, from MLFLOW_TRACKING_URI",
    },
    { line: "atalaya models import model.json --pipeline prices --target price --unit USD", does: "a file of XGBoost" },
    { line: "atalaya models import model.txt --rows test.csv --target price --at-least r2=0.4", does: "judged by rows" },
  ]);
}

function limitOf(text: string, before: readonly Limit[]): Limit[] {
  const [, metric, number] = /^([A-Za-z0-9]+)=(.+)$/.exec(text) ?? [];
  const limit = Number(number);
  if (metric === undefined || !Number.isFinite(limit))
    throw new InvalidArgumentError("it is written metric=limit, such as r2=0.4");
  return [...before, { metric, limit }];
}

function requestOf(source: string, options: ImportOptions): ImportRequest {
  const { pipeline, signature, target, unit, rows, alias, because } = options;
  const gates: Gate<string>[] = [
    ...options.atLeast.map(({ metric, limit }) => atLeast(metric, limit)),
    ...options.atMost.map(({ metric, limit }) => atMost(metric, limit)),
  ];
  return {
    source,
    pipeline: pipeline ?? null,
    signatureFile: signature ?? null,
    target: target === undefined ? null : { name: target, unit: unit ?? null },
    rows: rows ?? null,
    gates,
    alias: alias ?? null,
    because: because ?? null,
  };
}

async function carryOutImport(session: Session, request: ImportRequest): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { createClosing } = await import("../platform/closing.js");
  const { importVersion } = await import("../models/import/import-version.js");
  const location = locateState(session);
  const closing = createClosing();
  try {
    const { store, registry, settings } = closing.add(await openStores(location.settings, session.terminal.note));
    const gatesOf = async (pipeline: string): Promise<readonly Gate<string>[]> => {
      if (location.project === null) return [];
      const { isPipeline } = await import("@atalaya/define");
      const { loadProject } = await import("../project/load-project.js");
      const found = (await loadProject(location.project)).pipelines.get(pipeline);
      return isPipeline(found) ? found.definition.gates : [];
    };
    return await importVersion(session, { store, registry, settings, gatesOf }, request);
  } finally {
    await closing.close();
  }
}
