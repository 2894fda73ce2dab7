import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Gate } from "@atalaya/define";
import type { Registry } from "@atalaya/registry";
import type { Settings } from "@atalaya/settings";
import type { Store } from "@atalaya/store";
import { type ExitCode, exitCodes } from "../../exit-codes.js";
import { readGivenRows } from "../../predict/given-rows.js";
import type { Session } from "../../session.js";
import { metricsText } from "../../terminal/result-lines.js";
import { currentUser } from "../move-alias.js";
import { type ForeignSource, fetchForeign } from "./foreign-source.js";
import { exampleFrame, type ImportedModel, importModel } from "./imported-model.js";
import { type ImportVerdict, judgeImport } from "./judge-import.js";
import { type LabelledRows, readLabelledRows } from "./read-labelled-rows.js";

export interface ImportRequest {
  readonly source: string;
  /** Null: the name of the model there, or of the file. */
  readonly pipeline: string | null;
  readonly signatureFile: string | null;
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  /** Null: no rows. */
  readonly rows: string | null;
  readonly gates: readonly Gate<string>[];
  /** Null: no alias is moved. */
  readonly alias: string | null;
  readonly because: string | null;
}

export interface ImportGround {
  readonly store: Store;
  readonly registry: Registry;
  readonly settings: Settings;
  /** Gates of the project's pipeline of this name; none: there is no such pipeline. */
  readonly gatesOf: (pipeline: string) => Promise<readonly Gate<string>[]>;
}

/**
 * Makes a servable version of a model that somebody else trained. It is registered whatever its gates say; only one that
 * they pass gets the alias.
 */
export async function importVersion(session: Session, ground: ImportGround, request: ImportRequest): Promise<ExitCode> {
  const { workingDirectory } = session;
  const { signatureFile, target } = request;
  const source = await fetchForeign({
    source: request.source,
    signatureFile,
    target,
    workingDirectory,
    mlflow: ground.settings.mlflow,
  });
  const pipeline = request.pipeline ?? source.name ?? basename(request.source).replace(/\.[^.]+$/, "");
  const first = importModel(pipeline, source, null);
  const given = request.rows === null ? null : await readGivenRows(request.rows, session);
  const rows = given === null ? null : await readLabelledRows(given, first);
  const known = rows?.frame ?? exampleFrame(first.inputs, source.example);
  const model = known === null ? first : importModel(pipeline, source, known);
  const hash = createHash("sha256").update(model.bytes).digest("hex");
  const gates = [...(await ground.gatesOf(pipeline)), ...request.gates];
  const alias = request.alias ?? "production";
  const verdict = await judgeImport({ pipeline, hash, model, rows, gates, alias, registry: ground.registry });
  const facts = { pipeline, source, model, hash, verdict, rows };
  const { version, created } = await register(ground, facts);
  const move =
    request.alias === null || verdict.verdict === "refused"
      ? null
      : await ground.registry.promote({
          pipeline,
          version,
          alias: request.alias,
          who: currentUser(),
          why: request.because ?? `imported from ${source.origin}`,
        });
  tell(session, facts, { version, created, alias: move === null ? null : request.alias });
  return verdict.verdict === "refused" ? exitCodes.gateRefused : exitCodes.done;
}

interface ImportFacts {
  readonly pipeline: string;
  readonly source: ForeignSource;
  readonly model: ImportedModel;
  readonly hash: string;
  readonly verdict: ImportVerdict;
  readonly rows: LabelledRows | null;
}

async function register({ store, registry }: ImportGround, { pipeline, source, model, hash, verdict }: ImportFacts) {
  const bundle = await store.objects.put("models", { pipeline, name: "bundle", extension: "bin" }, model.bytes);
  const report =
    verdict.report === null
      ? null
      : await store.objects.put(
          "eval",
          { pipeline, name: "report", extension: "json" },
          new TextEncoder().encode(JSON.stringify(verdict.report)),
        );
  const { inputs, target, task, features, parameters } = model;
  const sha256 = createHash("sha256").update(source.model.bytes).digest("hex");
  return registry.registerVersion({
    pipeline,
    hash,
    bundle,
    run: null,
    verdict: verdict.verdict,
    reasons: [`imported from ${source.origin} (${source.model.format}, SHA-256 ${sha256})`, ...verdict.reasons],
    metrics: metricsOf(verdict),
    report,
    datasetReference: null,
    parameters,
    signature: { inputs, target, task, features, imported: { from: source.origin, format: source.model.format, sha256 } },
  });
}

function metricsOf({ report }: ImportVerdict): Record<string, number> {
  return Object.fromEntries(
    Object.entries(report?.metrics ?? {}).flatMap(([name, measured]) =>
      "value" in measured ? [[name, measured.value] as const] : [],
    ),
  );
}

function tell(
  { terminal }: Session,
  { pipeline, source, model, hash, verdict }: ImportFacts,
  result: { readonly version: number; readonly created: boolean; readonly alias: string | null },
): void {
  const { version, created, alias } = result;
  const metrics = metricsOf(verdict);
  const said = Object.keys(metrics).length === 0 ? "" : `: ${metricsText(metrics)}`;
  terminal.answer(
    {
      pipeline,
      version,
      created,
      alias,
      verdict: verdict.verdict,
      reasons: verdict.reasons,
      metrics,
      hash,
      inputs: model.inputs,
    },
    [
      `${pipeline} v${version} ${created ? "is" : "was already"} ${source.model.format} from ${source.origin}${said}`,
      ...verdict.reasons.map((reason) => `  ${reason}`),
      ...(alias === null ? [] : [`${pipeline} v${version} carries ${alias}`]),
    ],
  );
}
