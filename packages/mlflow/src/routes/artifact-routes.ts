import type { Readable } from "node:stream";
import { deleteArtifacts, findArtifact, findLoggedModel, findRegistered, findRun, listArtifacts } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { invalid } from "../errors.js";
import { ownPathOf, safePath } from "../protocol/artifact-path.js";
import { Fields } from "../protocol/fields.js";
import { checkModelName, versionNumber } from "../protocol/validate.js";
import { listingJson, receiveArtifact, sendArtifact } from "./artifacts.js";
import { MultipartUploads } from "./multipart-uploads.js";

export interface ArtifactRoutesOptions {
  readonly store: Store;
  /** Writes the files of a model that Atalaya trained, when they are first asked for. */
  readonly provide: (path: string) => Promise<void>;
}

type WildcardRequest = FastifyRequest<{ Params: { "*": string } }>;

const apis = ["/api/2.0", "/ajax-api/2.0"];
const mostParts = 10_000;

/** The proxy of artifacts: bodies stream past every parser, so that a file of JSON is a file like any other. */
export async function artifactRoutes(app: FastifyInstance, options: ArtifactRoutesOptions): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, body, next) => next(null, body));
  const uploads = new MultipartUploads(options.store);
  for (const api of apis) {
    addFileRoutes(app, `${api}/mlflow-artifacts/artifacts`, options);
    addUploadRoutes(app, `${api}/mlflow-artifacts/mpu`, uploads);
    addListingRoutes(app, `${api}/mlflow`, options);
  }
  addDownloadRoutes(app, options);
}

function addFileRoutes(app: FastifyInstance, base: string, { store, provide }: ArtifactRoutesOptions): void {
  app.get(base, async (request) => {
    const path = safePath(queryOf(request).optionalText("path") ?? "");
    await provide(path);
    return listingJson(await listArtifacts(store, path));
  });
  app.get(`${base}/*`, async (request: WildcardRequest, reply) => {
    const path = safePath(request.params["*"]);
    await provide(path);
    return sendArtifact(store, await findArtifact(store, path), { range: request.headers.range, download: true }, reply);
  });
  app.put(`${base}/*`, { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request: WildcardRequest) => {
    const path = safePath(request.params["*"]);
    if (path === "") throw invalid("Invalid path");
    await receiveArtifact(store, path, bodyOf(request), lengthOf(request));
    return {};
  });
  app.delete(`${base}/*`, async (request: WildcardRequest) => {
    await deleteArtifacts(store, safePath(request.params["*"]));
    return {};
  });
}

function addUploadRoutes(app: FastifyInstance, base: string, uploads: MultipartUploads): void {
  app.post(`${base}/create/*`, async (request: WildcardRequest) => {
    const folder = safePath(request.params["*"]);
    const fields = await jsonOf(request);
    const path = safePath(fields.text("path"));
    const count = fields.integer("num_parts");
    if (count < 1 || count > mostParts) throw invalid(`Invalid value ${count} for parameter 'num_parts' supplied.`);
    const id = await uploads.begin(pathOfUpload(folder, path));
    const address = `${request.protocol}://${request.host}${base}/part/${id}`;
    const credentials = Array.from({ length: count }, (_, index) => ({
      url: `${address}/${index + 1}`,
      part_number: index + 1,
      headers: {},
    }));
    return { upload_id: id, credentials };
  });
  app.put(`${base}/part/:id/:part`, { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
    const { id, part } = request.params as { id: string; part: string };
    return reply.header("etag", await uploads.receive(id, versionNumber(part), bodyOf(request))).send();
  });
  app.post(`${base}/complete/*`, async (request) => {
    const fields = await jsonOf(request);
    const parts = fields
      .objects("parts")
      .map((part) => ({ number: part.integer("part_number"), etag: part.optionalText("etag") ?? "" }));
    await uploads.complete(fields.text("upload_id"), parts);
    return {};
  });
  app.post(`${base}/abort/*`, async (request) => {
    await uploads.abort((await jsonOf(request)).text("upload_id"));
    return {};
  });
}

/** The folder of the address and the path of the body may both name the file. */
function pathOfUpload(folder: string, path: string): string {
  if (folder === path || folder.endsWith(`/${path}`)) return folder;
  return folder === "" ? path : `${folder}/${path}`;
}

function addListingRoutes(app: FastifyInstance, base: string, { store, provide }: ArtifactRoutesOptions): void {
  app.get(`${base}/artifacts/list`, async (request) => {
    const query = queryOf(request);
    const run = await findRun(store.database, query.run());
    return { ...(await listing(run.artifactUri, query.optionalText("path"))), root_uri: run.artifactUri };
  });
  app.get(`${base}/logged-models/:model_id/artifacts/directories`, async (request) => {
    const { model_id: id } = request.params as { model_id: string };
    const model = await findLoggedModel(store.database, id);
    const below = queryOf(request).optionalText("artifact_directory_path");
    return { ...(await listing(model.artifactUri, below)), root_uri: model.artifactUri };
  });
  const listing = async (uri: string, below: string | null) => {
    const folder = safePath(below ?? "");
    const path = join(ownPathOf(uri), folder);
    await provide(path);
    return listingJson(await listArtifacts(store, path), folder);
  };
}

/** What MLflow's pages ask for. */
function addDownloadRoutes(app: FastifyInstance, { store, provide }: ArtifactRoutesOptions): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, uri: string, below: string) => {
    const path = join(ownPathOf(uri), safePath(below));
    await provide(path);
    return sendArtifact(store, await findArtifact(store, path), { range: request.headers.range, download: true }, reply);
  };
  app.get("/get-artifact", async (request, reply) => {
    const query = queryOf(request);
    const run = await findRun(store.database, query.run());
    return send(request, reply, run.artifactUri, query.text("path"));
  });
  app.get("/model-versions/get-artifact", async (request, reply) => {
    const query = queryOf(request);
    const name = query.text("name");
    checkModelName(name);
    const version = await findRegistered(store.database, name, versionNumber(query.text("version")));
    return send(request, reply, version.storageLocation, query.text("path"));
  });
}

function join(folder: string, path: string): string {
  return path === "" ? folder : `${folder}/${path}`;
}

function queryOf(request: FastifyRequest): Fields {
  return new Fields(request.query as Record<string, unknown>);
}

function bodyOf(request: FastifyRequest): Readable {
  return (request.body as Readable | undefined) ?? request.raw;
}

function lengthOf(request: FastifyRequest): number | null {
  const length = Number(request.headers["content-length"] ?? Number.NaN);
  return Number.isNaN(length) ? null : length;
}

const mostJson = 4 * 1024 * 1024;

async function jsonOf(request: FastifyRequest): Promise<Fields> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(request)) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostJson) throw invalid("The body is too large");
    chunks.push(chunk as Buffer);
  }
  try {
    return new Fields(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
  } catch {
    throw invalid("The body is not JSON");
  }
}
