import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Option } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";

interface ClientOptions {
  readonly language: "typescript" | "python";
  readonly alias: string;
  readonly out?: string;
}

export const clientCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("client")
      .summary("write a client with the model's types")
      .description(
        "Writes a client for the pipeline's prediction service, with the exact types of its columns and answers: TypeScript or Python, without dependencies.",
      )
      .argument("<pipeline>", "name of the pipeline")
      .addOption(new Option("--language <name>", "of the client").choices(["typescript", "python"]).default("typescript"))
      .option("--alias <name>", "which version", "production")
      .option("--out <file>", "write it to a file instead of the standard output")
      .action((pipeline: string, options: ClientOptions) => carryOut((session) => client(session, pipeline, options)));
    withExamples(command, [
      { line: "atalaya client house-prices --out house-prices.ts", does: "for TypeScript" },
      { line: "atalaya client house-prices --language python --out house_prices.py", does: "for Python" },
    ]);
  },
};

async function client(session: Session, pipeline: string, { language, alias, out }: ClientOptions): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const location = locateState(session);
  const { openStores } = await import("../platform/workshop.js");
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  const { withClosing } = await import("../platform/closing.js");
  const { loadModel } = await import("../predict/load-model.js");
  const { pythonClient, typescriptClient } = await import("@atalaya/serve");
  const { terminal } = session;
  const { version, scoring } = await withClosing(async (closing) => {
    const { registry } = closing.add(await openStores(location.settings, terminal.note));
    await checkPipelineName(pipeline, location, registry);
    return loadModel(registry, pipeline, alias);
  });
  const write = language === "python" ? pythonClient : typescriptClient;
  const text = write({ ...scoring, pipeline, version });
  if (out === undefined) terminal.answer({ pipeline, version, language, client: text }, [text.trimEnd()]);
  else {
    const path = resolve(session.workingDirectory, out);
    await writeFile(path, text);
    terminal.answer({ pipeline, version, language, path }, [`Wrote ${path}`]);
  }
  return exitCodes.done;
}
