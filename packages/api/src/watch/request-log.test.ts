import { createServer } from "node:http";
import { expect, test } from "vitest";
import { countRequests, createRequestLog } from "./request-log.js";

const HOUR = 3_600_000;

test("requests are summed by how they ended, in equal stretches, and those of unknown pipelines are left out", () => {
  const log = createRequestLog(["homes"], 0);
  log.count("homes", 200, 10 * HOUR);
  log.count("homes", 422, 10 * HOUR + 1_000);
  log.count("homes", 503, 11 * HOUR);
  log.count("<script>", 200, 11 * HOUR);
  expect(log.buckets("homes", 10 * HOUR, HOUR, 2)).toEqual([
    { answered: 1, refused: 1, failed: 0 },
    { answered: 0, refused: 0, failed: 1 },
  ]);
  expect(log.buckets("<script>", 10 * HOUR, HOUR, 1)).toEqual([{ answered: 0, refused: 0, failed: 0 }]);
});

test("a server's predictions are counted, whoever answers them, and nothing else is", async () => {
  const log = createRequestLog(["homes"]);
  const server = createServer((request, response) => {
    response.statusCode = request.url?.includes("explain") === true ? 500 : 200;
    response.end();
  });
  countRequests(server, log);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const home = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  for (const path of ["predict", "predict?threads=1", "explain", "quality", ""]) {
    await (await fetch(`${home}/v1/pipelines/homes/${path}`)).text();
  }
  await (await fetch(`${home}/v1/pipelines`)).text();
  await new Promise((resolve) => server.close(resolve));
  const [all] = log.buckets("homes", Date.now() - HOUR, 2 * HOUR, 1);
  expect(all).toEqual({ answered: 2, refused: 0, failed: 1 });
});
