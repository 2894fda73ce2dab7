import { existsSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { errors } from "../errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { formatCount } from "../terminal/format.js";
import { type CommandModule, withExamples } from "./command.js";

interface InitOptions {
  readonly from: string;
  readonly target?: string;
  readonly anomalies?: boolean;
}

export const initCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("init")
      .summary("start a project from a file of data")
      .description(
        "Looks at a file (CSV, TSV, JSON lines, Parquet, Zeek), and writes a new folder with a pipeline that runs on it: package.json, tsconfig.json, <name>.pipeline.ts, README.md and the data as sample. An existing folder is never touched.",
      )
      .argument("<name>", "name of the model and of the folder")
      .requiredOption("--from <file>", "the data")
      .option("--target <column>", "what to predict (default: guessed from the file, and said)")
      .option("--anomalies", "predict nothing: find unusual rows")
      .action((name: string, options: InitOptions) => carryOut((session) => init(session, name, options)));
    withExamples(command, [
      { line: "atalaya init my-model --from data.csv", does: "guesses what is to be predicted" },
      { line: "atalaya init churn --from customers.csv --target churned", does: "says it" },
      { line: "atalaya init intrusions --from conn.log --anomalies", does: "unusual rows" },
    ]);
  },
};

async function init(session: Session, name: string, options: InitOptions): Promise<ExitCode> {
  const { workingDirectory, terminal } = session;
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw errors.BAD_PROJECT_NAME({ name });
  if (options.target !== undefined && options.anomalies === true) {
    throw errors.BAD_ARGUMENTS({ command: "atalaya init", why: "--target and --anomalies exclude each other" });
  }
  const directory = resolve(workingDirectory, name);
  const dataPath = resolve(workingDirectory, options.from);
  if (existsSync(directory)) throw errors.EXISTS({ path: directory });
  if (!existsSync(dataPath)) throw errors.NO_FILE({ path: dataPath });

  const { inspectFile } = await import("@atalaya/ingest");
  const { planStarter } = await import("../starter/starter-plan.js");
  const { writeProject } = await import("../starter/write-project.js");
  const { columns, target: guessed, rowCount, notes } = await inspectFile(dataPath);
  for (const { message } of notes) terminal.note(message);
  const dataFile = basename(dataPath);
  const target = options.anomalies === true ? null : (options.target ?? guessed);
  if (target === null && options.anomalies !== true) {
    throw errors.NO_TARGET({ file: dataFile, known: columns.map(({ header }) => header) });
  }
  const plan = planStarter({ project: name, dataFile, found: columns, target });
  const files = await writeProject(directory, plan, dataPath);
  const guess = options.target === undefined ? " (a guess; --target names another column)" : "";
  const purpose = target === null ? "finds unusual rows" : `predicts ${target}${guess}`;
  const folder = relative(workingDirectory, directory);
  terminal.answer({ project: directory, pipeline: name, task: plan.task, target, files }, [
    `${folder}/${name}.pipeline.ts ${purpose}, from ${formatCount(rowCount)} rows and ${columns.length} columns.`,
    "",
    ...files.map((file) => `  ${folder}/${file}`),
    "",
    `Next: atalaya run ${name} --project ${folder}`,
  ]);
  return exitCodes.done;
}
