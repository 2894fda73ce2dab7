import { type Command, Option } from "commander";
import type { ExitCode } from "../exit-codes.js";
import type { ExportFormat } from "../models/export-version.js";
import type { Stores } from "../platform/workshop.js";
import type { Session } from "../session.js";
import type { Terminal } from "../terminal/terminal.js";
import { type CarryOut, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

interface ExportOptions {
  readonly format: ExportFormat;
  readonly out: string;
  readonly alias: string;
}

type WithStores = (
  session: Session,
  pipeline: string | null,
  work: (stores: Stores, terminal: Terminal) => Promise<void>,
) => Promise<ExitCode>;

/** `models export`: a version as a file for other programs. */
export function declareExport(models: Command, carryOut: CarryOut, withStores: WithStores): void {
  const formats: readonly ExportFormat[] = ["onnx", "xgboost", "mlflow", "bundle"];
  const command = models
    .command("export")
    .summary("write a version into a file for other programs")
    .description(
      "Writes one version: as ONNX with its derived values and encoders, its trees alone as XGBoost JSON, as a folder for MLflow (MLmodel with a loader that needs numpy alone), or as the bundle that it is stored as.",
    )
    .argument("<pipeline>", "name of the pipeline")
    .argument("[version]", "number of the version (default: the one that carries the alias)", wholeNumberFrom(1))
    .addOption(new Option("--format <format>", "what to write").choices(formats).default("onnx"))
    .option("--alias <name>", "which version, where no number is given", "production")
    .requiredOption("--out <file>", "where to write it")
    .action((pipeline: string, version: number | undefined, options: ExportOptions) =>
      carryOut((session) =>
        withStores(session, pipeline, async ({ registry }, terminal) => {
          const { exportVersion } = await import("../models/export-version.js");
          const { workingDirectory } = session;
          await exportVersion(registry, terminal, { pipeline, version: version ?? null, ...options, workingDirectory });
        }),
      ),
    );
  withExamples(command, [
    { line: "atalaya models export house-prices --out house-prices.onnx", does: "what serves now, for onnxruntime" },
    { line: "atalaya models export house-prices 3 --format xgboost --out trees.json", does: "the trees of version 3" },
  ]);
}
