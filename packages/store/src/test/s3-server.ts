import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface StoredObject {
  bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A peer that speaks the part of S3 that we use, in memory. */
export interface S3Server {
  readonly url: string;
  readonly buckets: Map<string, Map<string, StoredObject>>;
  /** Each request takes one of these first: a status to answer with, or "cut" to send half a body. */
  readonly faults: (number | "cut")[];
  /** Method and path of every request. */
  readonly requests: string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string | number>;
  readonly body?: Buffer | string;
}

const pageSize = 2;

export async function startS3Server(): Promise<S3Server> {
  const buckets: S3Server["buckets"] = new Map();
  const faults: S3Server["faults"] = [];
  const requests: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(`${request.method} ${request.url}`);
    const fault = faults.shift();
    const answer = typeof fault === "number" ? refuse(fault, "InternalError") : answerTo(buckets, request, Buffer.concat(chunks));
    send(response, answer, request.method === "HEAD", fault === "cut");
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, buckets, faults, requests, close };
}

function send(response: ServerResponse, { status, headers, body = "" }: Answer, isHead: boolean, isCut: boolean): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-length": bytes.length, ...headers });
  if (isCut) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else response.end(isHead ? undefined : bytes);
}

function answerTo(buckets: S3Server["buckets"], request: IncomingMessage, body: Buffer): Answer {
  const url = new URL(request.url ?? "/", "http://server");
  const [bucketName = "", ...rest] = decodeURIComponent(url.pathname).slice(1).split("/");
  const key = rest.join("/");
  if (!request.headers.authorization?.includes("Credential=key/")) return refuse(403, "AccessDenied");
  const bucket = buckets.get(bucketName);
  if (request.method === "PUT" && key === "") {
    if (bucket !== undefined) return refuse(409, "BucketAlreadyOwnedByYou");
    buckets.set(bucketName, new Map());
    return { status: 200 };
  }
  if (bucket === undefined) return refuse(404, "NoSuchBucket");
  if (request.method === "PUT") return putObject(bucket, key, request, body);
  if (key === "") return listObjects(bucket, url.searchParams);
  if (request.method === "DELETE") {
    bucket.delete(key);
    return { status: 204 };
  }
  const object = bucket.get(key);
  if (object === undefined) return refuse(404, "NoSuchKey");
  const etag = etagOf(object.bytes);
  const wanted = request.headers["if-match"];
  if (wanted !== undefined && wanted !== etag) return refuse(412, "PreconditionFailed");
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
  const written = ["last-modified", new Date().toUTCString()] as const;
  return { status: 200, headers: { ...Object.fromEntries([...metadata, written]), etag }, body: object.bytes };
}

function putObject(bucket: Map<string, StoredObject>, key: string, request: IncomingMessage, body: Buffer): Answer {
  const declared = request.headers["x-amz-content-sha256"];
  if (declared !== createHash("sha256").update(body).digest("hex")) return refuse(400, "XAmzContentSHA256Mismatch");
  if (request.headers["if-none-match"] === "*" && bucket.has(key)) return refuse(412, "PreconditionFailed");
  const metadata = Object.entries(request.headers).flatMap(([name, value]) =>
    name.startsWith("x-amz-meta-") ? [[name.slice(11), String(value)] as const] : [],
  );
  bucket.set(key, { bytes: body, metadata: Object.fromEntries(metadata) });
  return { status: 200 };
}

function listObjects(bucket: Map<string, StoredObject>, query: URLSearchParams): Answer {
  const after = query.get("continuation-token") ?? "";
  const keys = [...bucket.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after).sort();
  const page = keys.slice(0, pageSize);
  const contents = page
    .map((key) => {
      const { bytes } = bucket.get(key) ?? { bytes: Buffer.alloc(0) };
      const facts = `<ETag>${etagOf(bytes)}</ETag><LastModified>2026-11-21T09:30:00.000Z</LastModified>`;
      return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size>${facts}</Contents>`;
    })
    .join("");
  const next = keys.length > pageSize ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  const body = `<ListBucketResult><IsTruncated>${next !== ""}</IsTruncated>${contents}${next}</ListBucketResult>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

function refuse(status: number, code: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}
