import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { carryOutCheck } from "./check.js";
import { tracesCheck } from "./traces-check.js";

async function collector(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port that nobody listens on any more. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}

const finding = async (endpoint: string) => (await carryOutCheck(tracesCheck({ endpoint, headers: { key: "k" } }))).finding;

test("a collector that takes traces is seen with its headers", async () => {
  const endpoint = await collector((request, response) => response.writeHead(request.headers.key === "k" ? 200 : 401).end("{}"));
  expect(await finding(endpoint)).toMatchObject({ ok: true, found: `${endpoint} takes them` });
});

test("one that refuses, is not there, or hangs, is told with the setting to change", async () => {
  const refusing = await collector((_request, response) => response.writeHead(401).end());
  const hanging = await collector(() => {});
  const missing = await nowhere();
  const [refused, absent, hung] = await Promise.all([refusing, missing, hanging].map(finding));
  expect(refused).toMatchObject({ ok: false, found: `${refusing} answers 401` });
  expect(absent).toMatchObject({ ok: false, found: `${missing} cannot be reached: ECONNREFUSED` });
  expect(hung).toMatchObject({ ok: false, found: `${hanging} does not answer within 3 s` });
  expect(refused?.cure).toContain("OTEL_EXPORTER_OTLP_ENDPOINT");
});
