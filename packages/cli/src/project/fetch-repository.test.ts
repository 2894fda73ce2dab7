import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchRepository } from "./fetch-repository.js";

/** Git's own server program: without Git there is nothing to fetch from. */
const backend = gitBackend();
let folder: string;
let repository: string;
let server: Server;
let first: string;

function gitBackend(): string | null {
  try {
    const path = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-http-backend");
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function git(...words: string[]): string {
  const identity = ["-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...identity, ...words], { cwd: join(folder, "repository"), encoding: "utf8" }).trim();
}

function commit(text: string): string {
  writeFileSync(join(folder, "repository", "homes.pipeline.ts"), text);
  git("add", ".");
  git("commit", "-qm", text);
  return git("rev-parse", "HEAD");
}

/** CGI: head of the answer, an empty line, its body. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith("/private") && request.headers.authorization !== `Basic ${btoa("token:right")}`) {
    response.writeHead(401, { "www-authenticate": "Basic" }).end();
    return;
  }
  const [path = "", query = ""] = (request.url ?? "").replace("/private", "").split("?");
  const child = spawn(backend ?? "", [], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.on("close", () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf("\r\n\r\n");
    const fields = all
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(": "));
    const status = Number(fields.find(([name]) => name === "Status")?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== "Status")) as Record<string, string>);
    response.end(all.subarray(end + 4));
  });
}

describe.skipIf(backend === null)("fetchRepository", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "atalaya-fetch-"));
    execFileSync("git", ["init", "-q", "-b", "main", join(folder, "repository")]);
    first = commit("first");
    git("tag", "-am", "a tag", "v1");
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    repository = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/repository/.git`;
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const options = (name: string, more: object = {}) => ({
    repository,
    folder: join(folder, name),
    revision: "main",
    credentials: null,
    fill: [],
    ...more,
  });
  const read = (name: string) => readFileSync(join(folder, name, "current", "homes.pipeline.ts"), "utf8");

  test("a branch is followed, the link moves, and the folder before stays for who still reads it", async () => {
    const template = join(folder, "pod.json");
    writeFileSync(template, '{"revision": "@REVISION@"}');
    expect(await fetchRepository(options("branch", { fill: [template] }))).toEqual({ commit: first, isNew: true });
    expect(await fetchRepository(options("branch"))).toEqual({ commit: first, isNew: false });
    expect(readlinkSync(join(folder, "branch", "current"))).toBe(first);
    expect(readFileSync(join(folder, "branch", "pod.json"), "utf8")).toBe(`{"revision": "${first}"}`);
    const second = commit("second");
    const third = [second, commit("third")][1] ?? "";
    expect(await fetchRepository(options("branch"))).toEqual({ commit: third, isNew: true });
    expect(read("branch")).toBe("third");
    expect(
      readdirSync(join(folder, "branch"))
        .filter((name) => name.length === 40)
        .sort(),
    ).toEqual([first, third].sort());
  });

  test("a tag and a commit that no branch names any more are found", async () => {
    await fetchRepository(options("tag", { revision: "v1" }));
    expect(read("tag")).toBe("first");
    await fetchRepository(options("commit", { revision: first }));
    expect(read("commit")).toBe("first");
  });

  test("what is not there is refused by name, and leaves nothing", async () => {
    await expect(fetchRepository(options("none", { revision: "mian" }))).rejects.toMatchObject({ code: "CLI_UNKNOWN_REVISION" });
    const unknown = { revision: "0".repeat(40) };
    await expect(fetchRepository(options("none", unknown))).rejects.toMatchObject({ code: "CLI_UNKNOWN_REVISION" });
    expect(readdirSync(join(folder, "none"))).toEqual([]);
  });

  test("a private repository needs its password, which no message repeats", async () => {
    const hidden = {
      repository: repository.replace("/repository", "/private/repository").replace("http://", "http://ana:hunter2@"),
    };
    const refused = fetchRepository(options("private", hidden));
    await expect(refused).rejects.toMatchObject({
      code: "CLI_REPOSITORY_FAILED",
      hint: expect.stringContaining("ATALAYA_GIT_PASSWORD") as string,
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") as string });
    const open = {
      repository: repository.replace("/repository", "/private/repository"),
      credentials: { username: "token", password: "right" },
    };
    expect((await fetchRepository(options("private", open))).isNew).toBe(true);
  });
});
