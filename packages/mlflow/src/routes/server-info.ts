import type { FastifyInstance } from "fastify";
import { errors } from "../errors.js";
import { instanceHeader } from "../remote/mlflow-server.js";

/** Version of MLflow whose protocol this is; its clients ask for it before they send what older servers lack. */
export const protocolVersion = "3.17.2";

/** @param instance  the name of the database that answers here */
export function addServerInfo(app: FastifyInstance, instance: () => Promise<string>): void {
  app.get("/version", async (_request, reply) =>
    reply
      .header(instanceHeader, await instance())
      .type("text/html; charset=utf-8")
      .send(protocolVersion),
  );
  for (const api of ["/api/3.0", "/ajax-api/3.0"])
    app.get(`${api}/mlflow/server-info`, () => ({
      store_type: "SqlStore",
      workspaces_enabled: false,
      trace_archival_enabled: false,
      multipart_uploads_enabled: true,
      multipart_downloads_enabled: false,
      presigned_upload_run_id_supported: false,
      presigned_upload_model_id_supported: false,
      features_enabled: { gateway: false },
    }));
}

/** What MLflow has and Atalaya does not, by the words that follow `/api/2.0/mlflow/` or `/api/3.0/mlflow/`. */
export const notSupported: Readonly<Record<string, string>> = {
  traces: "traces",
  assessments: "assessments of traces",
  "prompt-optimization": "prompts",
  prompts: "prompts",
  scorers: "scorers",
  datasets: "evaluation datasets",
  gateway: "the gateway to language models",
  webhooks: "webhooks through the protocol of MLflow",
  artifacts: "presigned addresses",
  "label-schemas": "labelling",
  "review-queues": "labelling",
  issues: "issues",
  mcp: "servers of tools",
  users: "users through the protocol of MLflow",
};

/** Every route that is not ours says so: what MLflow has with its name, anything else as unknown. */
export function refuseTheRest(app: FastifyInstance): void {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
  for (const api of ["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"])
    app.route({
      method: [...methods],
      url: `${api}/mlflow/*`,
      handler: async (request) => {
        const [first = ""] = ((request.params as { "*": string })["*"] ?? "").split("/");
        const what = notSupported[first];
        if (what !== undefined) throw errors.NOT_SUPPORTED({ what });
        throw errors.ENDPOINT_UNKNOWN({ method: request.method, path: request.url.split("?", 1)[0] ?? "" });
      },
    });
  app.post("/v1/traces", async () => {
    throw errors.NOT_SUPPORTED({ what: "traces" });
  });
}
