import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { safePath } from "./protocol/artifact-path.js";
import { rangeOf } from "./routes/artifacts.js";
import { MultipartUploads } from "./routes/multipart-uploads.js";
import { type ProtocolServer, startProtocolServer } from "./test/protocol-server.js";

let server: ProtocolServer;
const root = "/api/2.0/mlflow-artifacts/artifacts";

beforeAll(async () => {
  server = await startProtocolServer();
});
afterAll(() => server.close());

test("a path never leaves the root, however it was written", () => {
  for (const path of [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "%2e%2e/x",
    "%252e%252e%252fx",
    "a\\..\\x",
    "C:/x",
    "file:///etc/passwd",
    "a#b",
    "a\u0000b",
  ])
    expect(() => safePath(path), path).toThrow("Invalid path");
  expect(safePath("a/./b//c ü%20d")).toBe("a/b/c ü d");
  expect(safePath("100%")).toBe("100%");
});

test("ranges are those of HTTP", () => {
  expect(rangeOf(undefined, 10)).toBeNull();
  expect(rangeOf("bytes=2-4", 10)).toEqual({ from: 2, to: 4 });
  expect(rangeOf("bytes=5-", 10)).toEqual({ from: 5, to: 9 });
  expect(rangeOf("bytes=-3", 10)).toEqual({ from: 7, to: 9 });
  expect(rangeOf("bytes=8-99", 10)).toEqual({ from: 8, to: 9 });
  expect(rangeOf("bytes=10-", 10)).toBe("unsatisfiable");
  expect(rangeOf("bytes=4-2", 10)).toBe("unsatisfiable");
  expect(rangeOf("lines=1-2", 10)).toBeNull();
});

test("files stream in and out, whole and in ranges, and JSON is a file like any other", async () => {
  const big = Buffer.alloc(9 * 1024 * 1024, "atalaya ");
  for (const [name, content] of [
    ["big.bin", big],
    ["d.json", "{ not json"],
    ["empty", ""],
  ] as const) {
    const sent = await fetch(`${server.url}${root}/1/x/${name}`, {
      method: "PUT",
      body: content,
      headers: { "content-type": "application/json" },
    });
    expect(sent.status, name).toBe(200);
  }
  expect((await server.get(root, { path: "1/x" })).body.files).toEqual([
    { path: "big.bin", is_dir: false, file_size: big.length },
    { path: "d.json", is_dir: false, file_size: 10 },
    { path: "empty", is_dir: false },
  ]);
  const got = await fetch(`${server.url}${root}/1/x/big.bin`);
  expect(
    createHash("sha256")
      .update(Buffer.from(await got.arrayBuffer()))
      .digest("hex"),
  ).toBe(createHash("sha256").update(big).digest("hex"));
  const part = await fetch(`${server.url}${root}/1/x/big.bin`, { headers: { range: "bytes=8388600-8388615" } });
  expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([
    206,
    big.toString("latin1", 8_388_600, 8_388_616),
    `bytes 8388600-8388615/${big.length}`,
  ]);
  expect((await fetch(`${server.url}${root}/1/x/d.json`, { headers: { range: "bytes=99-" } })).status).toBe(416);
  expect((await server.send("DELETE", `${root}/1/x`)).status).toBe(200);
  expect((await server.get(root, { path: "1" })).body).toEqual({});
});

test("an upload in parts becomes one file when it is completed, and nothing when it is aborted", async () => {
  const path = "2/run/artifacts/model.bin";
  const { body } = await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/create/${path}`, { path: "model.bin", num_parts: 3 });
  expect(body.credentials).toHaveLength(3);
  const parts = [];
  for (const [index, text] of ["one ", "two ", "three"].entries()) {
    const { url, part_number } = body.credentials[index];
    const sent = await fetch(url, { method: "PUT", body: text });
    parts.push({ part_number, etag: sent.headers.get("etag"), url });
  }
  expect((await server.get(root, { path: "2/run" })).body).toEqual({});
  const done = { path: "model.bin", upload_id: body.upload_id, parts: parts.reverse() };
  expect((await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/complete/${path}`, done)).status).toBe(200);
  expect((await server.get(`${root}/${path}`)).body).toBe("one two three");
  expect((await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/complete/${path}`, done)).status).toBe(404);
  const second = await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/create/${path}x`, { path: "model.binx", num_parts: 1 });
  expect(
    (await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/abort/${path}x`, { upload_id: second.body.upload_id })).status,
  ).toBe(200);
  expect((await server.get(`${root}/${path}x`)).status).toBe(404);
});

test("parts are taken and put together by any process, also after a restart", async () => {
  const path = "3/run/artifacts/model.bin";
  const { body } = await server.send("POST", `/api/2.0/mlflow-artifacts/mpu/create/${path}`, { path: "model.bin", num_parts: 2 });
  const [first, second] = [new MultipartUploads(server.store), new MultipartUploads(server.store)];
  const [one, other] = [Readable.from([Buffer.from("first ")]), Readable.from([Buffer.from("second")])];
  const etags = [await first.receive(body.upload_id, 1, one), await second.receive(body.upload_id, 2, other)];
  const parts = etags.map((etag, index) => ({ number: index + 1, etag }));
  const wrong = [parts[0], { number: 2, etag: "x" }] as typeof parts;
  await expect(first.complete(body.upload_id, wrong)).rejects.toMatchObject({ code: "MLFLOW_UPLOAD_INCOMPLETE" });
  await first.complete(body.upload_id, parts);
  expect((await server.get(`${root}/${path}`)).body).toBe("first second");
  await expect(second.receive(body.upload_id, 1, Readable.from([]))).rejects.toMatchObject({ code: "MLFLOW_UPLOAD_UNKNOWN" });
});

test("what is not supported says so, and an unknown address is no such endpoint", async () => {
  const traces = await server.send("POST", "/api/3.0/mlflow/traces/search", {});
  expect([traces.status, traces.body.error_code]).toEqual([501, "NOT_IMPLEMENTED"]);
  expect(traces.body.message).toContain("does not support traces");
  const unknown = await server.get("/api/2.0/mlflow/nothing/like-it");
  expect([unknown.status, unknown.body.error_code]).toEqual([404, "ENDPOINT_NOT_FOUND"]);
  expect(server.failures).toEqual([]);
});
