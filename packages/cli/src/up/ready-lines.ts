import type { StartedPredictionServer } from "@atalaya/serve";

/** How to ask a pipeline's model for a prediction: a command that can be pasted into a shell. */
export function firstRequest(url: string, pipeline: string, row: Readonly<Record<string, unknown>>): string {
  const known = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return `curl -s ${url}/v1/pipelines/${pipeline}/predict -H 'content-type: application/json' -d ${quoted(JSON.stringify(known))}`;
}

/** In single quotes nothing has a meaning for a shell but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What is served, and a first request: of each pipeline that has a model. */
export function readyLines(server: Pick<StartedPredictionServer, "url" | "service">): string[] {
  const pipelines = server.service.pipelines.map(({ name, model }) => ({ name, model }));
  const width = Math.max(...pipelines.map(({ name }) => name.length), 0);
  const served = pipelines.map(({ name, model }) => {
    const version = model === null ? "no model yet" : `v${model.version}  ${server.url}/v1/pipelines/${name}/predict`;
    return `  ${name.padEnd(width)}  ${version}`;
  });
  const first = pipelines.flatMap(({ name, model }) => {
    const row = model?.scoring.example ?? null;
    return row === null ? [] : [firstRequest(server.url, name, row)];
  })[0];
  return [
    `Serving on ${server.url}`,
    ...served,
    ...(first === undefined ? [] : ["", "Ask for a first prediction:", `  ${first}`]),
    "",
    "Ctrl-C stops everything.",
  ];
}
