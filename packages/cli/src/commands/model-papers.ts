import type { Command } from "commander";
import { Option } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Stores } from "../platform/workshop.js";
import type { Session } from "../session.js";
import { type CarryOut, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

type Format = "markdown" | "json" | "cyclonedx";

/** `models card` and `models evidence`: what speaks for a version. */
export function declarePapers(models: Command, carryOut: CarryOut): void {
  const card = withVersion(models.command("card"))
    .summary("show the card of a version")
    .description("Shows the card of a version: data, metrics, groups, gates, decisions and limits; or its bill of materials.")
    .addOption(new Option("--format <format>", "what to write").choices(["markdown", "json", "cyclonedx"]).default("markdown"))
    .action((pipeline: string, version: number, { format }: { format: Format }) =>
      carryOut((session) => withStores(session, (stores) => writeCard(session, stores, pipeline, version, format))),
    );
  withExamples(card, [
    { line: "atalaya models card house-prices 3", does: "as Markdown" },
    { line: "atalaya models card house-prices 3 --format cyclonedx", does: "as a bill of materials" },
  ]);
  const evidence = withVersion(models.command("evidence"))
    .summary("write everything that speaks for a version into one file")
    .description(
      "Writes card, bill of materials, report, history, comments and the model itself with their hashes into one archive (tar).",
    )
    .requiredOption("--out <file>", "where to write it")
    .action((pipeline: string, version: number, { out }: { out: string }) =>
      carryOut((session) => withStores(session, (stores) => writeEvidence(session, stores, pipeline, version, out))),
    );
  withExamples(evidence, [{ line: "atalaya models evidence house-prices 3 --out evidence.tar", does: "for an auditor" }]);
}

function withVersion(command: Command): Command {
  return command
    .argument("<pipeline>", "name of the pipeline")
    .argument("<version>", "number of the version", wholeNumberFrom(1));
}

async function writeCard({ terminal }: Session, { store, registry }: Stores, pipeline: string, version: number, format: Format) {
  const { billOfMaterials, cardMarkdown, modelCard } = await import("@atalaya/registry");
  const card = await modelCard(store, registry, pipeline, version);
  const json = (value: unknown): string[] => JSON.stringify(value, null, 2).split("\n");
  if (format === "cyclonedx") terminal.answer(billOfMaterials(card), json(billOfMaterials(card)));
  else terminal.answer(card, format === "json" ? json(card) : cardMarkdown(card).split("\n"));
}

async function writeEvidence(session: Session, { store, registry }: Stores, pipeline: string, version: number, out: string) {
  const { writeFile } = await import("node:fs/promises");
  const { resolve } = await import("node:path");
  const { evidenceBundle } = await import("@atalaya/registry");
  const file = resolve(session.workingDirectory, out);
  const bytes = await evidenceBundle(store, registry, pipeline, version);
  await writeFile(file, bytes);
  session.terminal.answer({ file, bytes: bytes.byteLength }, [`wrote ${file}`]);
}

async function withStores(session: Session, work: (stores: Stores) => Promise<void>): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  await withClosing(async (closing) => work(closing.add(await openStores(locateState(session).settings, session.terminal.note))));
  return exitCodes.done;
}
