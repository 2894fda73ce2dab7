import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";

interface PredictOptions {
  readonly explain?: boolean;
  readonly alias: string;
}

export const predictCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("predict")
      .summary("ask a model, without a server")
      .description(
        "Scores rows with the version that carries the alias, here and now: no server is needed. Rows are JSON text, a file (.json, .jsonl or .csv), or - for JSON on the standard input. A row names the request's columns; the columns of a .csv may have their names in the source.",
      )
      .argument("<pipeline>", "name of the pipeline")
      .argument("<rows>", "JSON text, a file, or -")
      .option("--explain", "say what each column adds to the prediction (exact SHAP values)")
      .option("--alias <name>", "which version", "production")
      .action((pipeline: string, rows: string, options: PredictOptions) =>
        carryOut((session) => predict(session, pipeline, rows, options)),
      );
    withExamples(command, [
      { line: `atalaya predict house-prices '{"status": "sold", "bed": 3, "bath": 2}'`, does: "one row" },
      { line: "atalaya predict house-prices rows.jsonl --explain", does: "with reasons" },
      { line: "atalaya predict house-prices - --json < rows.json", does: "for a program" },
    ]);
  },
};

async function predict(session: Session, pipeline: string, given: string, options: PredictOptions): Promise<ExitCode> {
  const { readGivenRows } = await import("../predict/given-rows.js");
  const { locateState } = await import("../platform/state-location.js");
  const location = locateState(session);
  // What the user wrote is read before anything is started.
  const rows = await readGivenRows(given, session);
  const { openStores } = await import("../platform/workshop.js");
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  const { withClosing } = await import("../platform/closing.js");
  const { loadModel } = await import("../predict/load-model.js");
  const { scoreRows } = await import("../predict/score-rows.js");
  const { predictionLines } = await import("../predict/prediction-lines.js");
  const { terminal } = session;
  const model = await withClosing(async (closing) => {
    const { registry } = closing.add(await openStores(location.settings, terminal.note));
    await checkPipelineName(pipeline, location, registry);
    return loadModel(registry, pipeline, options.alias);
  });
  const predictions = await scoreRows(model.scoring, rows, options.explain === true);
  const { version, hash } = model;
  terminal.answer(
    { pipeline, version, model: hash, predictions },
    predictionLines({ pipeline, version }, predictions, terminal.palette),
  );
  return exitCodes.done;
}
