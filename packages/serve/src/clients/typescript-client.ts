import { type ClientSubject, describeColumn, typeNameOf } from "./client-names.js";

/**
 * A client for one pipeline as a TypeScript module without dependencies: `fetch` is all that it needs, so it runs in Node, in
 * a browser and at the edge. Its types are those of the model's columns and answers.
 */
export function typescriptClient(subject: ClientSubject): string {
  const name = typeNameOf(subject.pipeline);
  return `${head(subject)}
${inputType(subject, name)}

${predictionType(subject, name)}

export interface ${name}Answer {
  /** Names the answer: send it back with \`feedback\`. */
  readonly id: string;
  readonly pipeline: string;
  readonly version: number;
  readonly alias: string | null;
  readonly model: string;
  readonly prediction: ${name}Prediction;
}

export interface ${name}Answers extends Omit<${name}Answer, "prediction"> {
  readonly predictions: readonly ${name}Prediction[];
}

${SHARED.replaceAll("NAME", name).replaceAll("PIPELINE", subject.pipeline)}`;
}

function head({ pipeline, version }: ClientSubject): string {
  return `// Written by \`atalaya client ${pipeline}\` from version ${version}. Write it again after the columns have changed.
`;
}

function inputType({ inputs }: ClientSubject, name: string): string {
  const fields = inputs.map((column) => {
    const about = describeColumn(column);
    const comment = about === "" ? "" : `  /** ${about} */\n`;
    const orNull = column.optional ? " | null" : "";
    return `${comment}  readonly ${JSON.stringify(column.name)}${column.optional ? "?" : ""}: ${typeOf(column)}${orNull};`;
  });
  return `/** One row. */\nexport interface ${name}Input {\n${fields.join("\n")}\n}`;
}

function typeOf({ type, levels }: ClientSubject["inputs"][number]): string {
  switch (type) {
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "time":
      return "string | number";
    default:
      return levels === undefined || levels.length === 0 ? "string" : levels.map((level) => JSON.stringify(level)).join(" | ");
  }
}

function predictionType({ task, target, classes }: ClientSubject, name: string): string {
  switch (task) {
    case "regression":
      return `export interface ${name}Prediction {
  readonly value: number;
  readonly unit: ${JSON.stringify(target?.unit ?? null)};
  readonly interval?: { readonly low: number; readonly high: number; readonly coverage: number };
}`;
    case "classification": {
      const labels = (classes ?? []).map((label) => JSON.stringify(label)).join(" | ") || "string";
      return `export type ${name}Label = ${labels};

export interface ${name}Prediction {
  readonly label: ${name}Label;
  readonly probability: Readonly<Record<${name}Label, number>>;
}`;
    }
    case "anomaly":
      return `export interface ${name}Prediction {
  readonly score: number;
  readonly threshold: number;
  readonly alert: boolean;
}`;
  }
}

const SHARED = `export interface NAMEEffect {
  readonly feature: string;
  readonly value: number | string | boolean | null;
  readonly effect: number;
}

export interface NAMEExplanation {
  readonly space: string;
  readonly meaning: string;
  readonly label: string | null;
  readonly base: number;
  readonly output: number;
  readonly effects: readonly NAMEEffect[];
  readonly onAnswerScale: { readonly base: number; readonly output: number; readonly effects: readonly NAMEEffect[] } | null;
}

/** What the service refused, and why: problem details of RFC 9457. */
export class NAMEError extends Error {
  override readonly name = "NAMEError";
  readonly status: number;
  readonly code: string;
  /** The fields of the rows that cannot be scored. */
  readonly errors: readonly { readonly row: number | null; readonly field: string | null; readonly expected: string; readonly received: string }[];

  constructor(status: number, problem: { detail?: string; code?: string; errors?: NAMEError["errors"] }) {
    super(problem.detail ?? \`The service answered \${status}\`);
    this.status = status;
    this.code = problem.code ?? "UNKNOWN";
    this.errors = problem.errors ?? [];
  }
}

export interface NAMEClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries after an answer of 429 or 503: 2 unless said otherwise. */
  readonly retries?: number;
  readonly timeoutMs?: number;
}

export class NAMEClient {
  readonly #url: string;
  readonly #options: NAMEClientOptions;

  /** @param url  where the service listens: \`http://localhost:4600\` */
  constructor(url: string, options: NAMEClientOptions = {}) {
    this.#url = \`\${url.replace(/\\/+$/, "")}/v1/pipelines/PIPELINE\`;
    this.#options = options;
  }

  predict(row: NAMEInput): Promise<NAMEAnswer> {
    return this.#post("predict", row);
  }

  predictAll(rows: readonly NAMEInput[]): Promise<NAMEAnswers> {
    return this.#post("predict", { rows });
  }

  /** @param top  only so many of the strongest effects */
  explain(row: NAMEInput, top?: number): Promise<NAMEAnswer & { readonly explanation: NAMEExplanation }> {
    return this.#post(top === undefined ? "explain" : \`explain?top=\${top}\`, row);
  }

  /** Says what was true of an answer; row \`n\` of several is \`id:n\`. */
  feedback(id: string, label: number | string | boolean): Promise<{ readonly taken: number }> {
    return this.#post("feedback", { id, label });
  }

  async #post<Answer>(action: string, body: unknown): Promise<Answer> {
    const { headers = {}, retries = 2, timeoutMs = 30_000 } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(\`\${this.#url}/\${action}\`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok) return (await response.json()) as Answer;
      const problem = (await response.json().catch(() => ({}))) as { detail?: string };
      const isForLater = response.status === 429 || response.status === 503;
      if (!isForLater || attempt >= retries) throw new NAMEError(response.status, problem);
      const seconds = Number(response.headers.get("retry-after") ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
`;
