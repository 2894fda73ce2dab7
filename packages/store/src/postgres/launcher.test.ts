import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bundleProgram, type Program, runProgram } from "../test/child-process.js";
import { isRoot, ownerOf } from "./account.js";
import { prepareBinaries } from "./binaries.js";
import { type EmbeddedDatabase, launchPostgres } from "./launcher.js";
import { readPidFile } from "./pid-file.js";
import { placeState } from "./placement.js";
import { findProcess } from "./running-process.js";
import { startServer } from "./server.js";

let program: string;
/** Home with data, for the tests that need no new one: initdb is what takes the time here. */
let home: string;
const programs: Program[] = [];
const databases: EmbeddedDatabase[] = [];
const directories: string[] = [];

beforeAll(async () => {
  program = await bundleProgram(new URL("../test/hold-postgres.ts", import.meta.url));
  home = newHome();
});

afterEach(async () => {
  for (const child of programs.splice(0)) await child.kill("SIGKILL");
  for (const database of databases.splice(0)) await database.release();
});

afterAll(async () => {
  rmSync(program, { force: true });
  // The note in a home names its state: it is read before anything is removed.
  for (const { directory, state } of directories.map((one) => ({ directory: one, state: location(one) }))) {
    const running = await readPidFile(join(state, "data"));
    if (running?.isAlive) process.kill(running.pid, "SIGQUIT");
    rmSync(directory, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }
});

function newHome(): string {
  const directory = mkdtempSync(join(tmpdir(), "atalaya-launcher-"));
  chmodSync(directory, 0o755);
  directories.push(directory);
  return directory;
}

function location(home: string): string {
  const note = join(home, "postgres", "location.json");
  return existsSync(note) ? JSON.parse(readFileSync(note, "utf8")).directory : join(home, "postgres");
}

async function launch(home: string): Promise<EmbeddedDatabase> {
  const database = await launchPostgres(home, { sessionName: `atalaya test ${databases.length}` });
  databases.push(database);
  return database;
}

function start(home: string, as?: { uid: number; gid: number; HOME: string }): Program {
  const child = runProgram(program, [home], as);
  programs.push(child);
  return child;
}

async function ask(url: string, query: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query(query)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function pidOf(database: { stateDirectory: string }): Promise<number | undefined> {
  const file = await readPidFile(join(database.stateDirectory, "data"));
  return file?.isAlive ? file.pid : undefined;
}

test("the first launch makes a database with a password, for this machine only, and the last release stops it", async () => {
  const database = await launch(home);
  expect(await ask(database.url, "show server_version")).toMatch(/^18\./);
  expect(await ask(database.url, "show listen_addresses")).toBe("127.0.0.1");
  expect(await ask(database.url, "select pg_encoding_to_char(encoding) from pg_database where datname = 'atalaya'")).toBe("UTF8");
  await expect(ask(database.url.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toThrow(/password/);
  expect(statSync(join(database.stateDirectory, "password")).mode & 0o777).toBe(0o600);
  const pid = await pidOf(database);
  await database.release();
  await database.release();
  // It removes its pid file just before it ends.
  await expect.poll(() => findProcess(pid ?? 0)).toBeNull();
});

test("later launches keep the data", async () => {
  const first = await launch(home);
  await ask(first.url, "create table kept as select 42 as answer");
  await first.release();
  for (let attempt = 0; attempt < 2; attempt++) {
    const again = await launch(home);
    expect(await ask(again.url, "select answer from kept")).toBe(42);
    await again.release();
  }
});

test("the server of a process that was killed is adopted", async () => {
  const child = start(home);
  const { url, adopted } = await child.answer();
  expect(adopted).toBe(false);
  await child.kill("SIGKILL");
  const database = await launch(home);
  expect(database).toMatchObject({ adopted: true, url });
  const pid = await pidOf(database);
  await database.release();
  await expect.poll(() => findProcess(pid ?? 0)).toBeNull();
});

test("two processes open a new home at once; the first to leave does not stop the server", async () => {
  const home = newHome();
  const [one, two] = [start(home), start(home)];
  const answers = await Promise.all([one.answer(), two.answer()]);
  expect(answers.map((answer) => answer.adopted).sort()).toEqual([false, true]);
  expect(answers[0]?.url).toBe(answers[1]?.url);
  await one.ask("release");
  const url = String(answers[1]?.url);
  expect(await ask(url, "select 1")).toBe(1);
  await two.ask("release");
  await expect(ask(url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
});

test("sessions of others that are closing do not keep the server, those that stay do", async () => {
  const first = await launch(home);
  const other = new Client({ connectionString: first.url, application_name: "atalaya elsewhere" });
  await other.connect();
  const ending = sleep(500).then(() => other.end());
  await first.release();
  await ending;
  await expect(ask(first.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  const second = await launch(home);
  const staying = new Client({ connectionString: second.url, application_name: "atalaya elsewhere" });
  await staying.connect();
  await second.release();
  expect((await staying.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await staying.end();
});

test("after the server itself was killed, the next launch recovers what was committed", async () => {
  const first = await launch(home);
  await ask(first.url, "create table committed as select 42 as answer");
  process.kill((await pidOf(first)) ?? 0, "SIGKILL");
  const second = await launch(home);
  expect(second.adopted).toBe(false);
  expect(await ask(second.url, "select answer from committed")).toBe(42);
});

test("a launch waits for a server that is just shutting down", async () => {
  const first = await launch(home);
  process.kill((await pidOf(first)) ?? 0, "SIGINT");
  const second = await launch(home);
  expect(await ask(second.url, "select 1")).toBe(1);
});

test("a pid file whose number belongs to another program is cleared", async () => {
  const first = await launch(home);
  const file = join(first.stateDirectory, "data", "postmaster.pid");
  const text = readFileSync(file, "utf8");
  await first.release();
  writeFileSync(file, text.replace(/^\d+/, String(process.pid)));
  const second = await launch(home);
  expect(await ask(second.url, "select 1")).toBe(1);
});

test("an initdb that was interrupted is thrown away", async () => {
  const home = newHome();
  const half = join(home, "postgres", "data.making-0000");
  mkdirSync(join(half, "base"), { recursive: true });
  const database = await launch(home);
  expect(await ask(database.url, "select 1")).toBe(1);
  expect(readdirSync(join(home, "postgres")).filter((name) => name.startsWith("data"))).toEqual(["data"]);
});

test("data of another PostgreSQL, a lost password and a configuration that cannot work are named", async () => {
  const database = await launch(home);
  await database.release();
  const state = database.stateDirectory;
  const configuration = join(state, "data", "postgresql.conf");
  const before = readFileSync(configuration, "utf8");
  writeFileSync(configuration, `${before}\nshared_buffers = nonsense\n`);
  await expect(launchPostgres(home)).rejects.toMatchObject({
    code: "STORE_START_FAILED",
    message: expect.stringContaining("shared_buffers"),
  });
  writeFileSync(configuration, before);
  const password = readFileSync(join(state, "password"), "utf8");
  writeFileSync(join(state, "password"), "another");
  await expect(launchPostgres(home)).rejects.toMatchObject({ code: "STORE_PASSWORD_LOST" });
  writeFileSync(join(state, "password"), password);
  writeFileSync(join(state, "data", "PG_VERSION"), "17\n");
  await expect(launchPostgres(home)).rejects.toMatchObject({ code: "STORE_DATA_OF_ANOTHER_VERSION" });
  writeFileSync(join(state, "data", "PG_VERSION"), "18\n");
});

test("a port that somebody took meanwhile is told apart from a failure", async () => {
  const database = await launch(home);
  await database.release();
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve((other.address() as AddressInfo).port));
  });
  const account = await ownerOf(join(database.stateDirectory, "data"));
  const place = {
    dataDirectory: join(database.stateDirectory, "data"),
    logFile: join(database.stateDirectory, "server.log"),
    account: isRoot() ? account : null,
    binaries: await prepareBinaries(join(database.stateDirectory, "binaries"), account),
  };
  expect(await startServer(place, port)).toMatchObject({ refused: "port-taken" });
  await new Promise((resolve) => other.close(resolve));
});

test("a home that cannot be made is named", async () => {
  const file = join(newHome(), "file");
  writeFileSync(file, "");
  await expect(launchPostgres(join(file, "home"))).rejects.toMatchObject({ code: "STORE_HOME_NOT_WRITABLE" });
});

test.skipIf(!isRoot())("root runs it as another account, and out of a home which that account cannot enter", async () => {
  const closed = newHome();
  chmodSync(closed, 0o700);
  const database = await launch(join(closed, "home"));
  directories.push(join(closed, "home"));
  expect(database.stateDirectory).toBe(location(join(closed, "home")));
  expect(database.stateDirectory).toMatch(/^\/var\/lib\/atalaya\//);
  expect(await ask(database.url, "select 1")).toBe(1);
  const pid = (await pidOf(database)) ?? 0;
  expect(Number(execFileSync("ps", ["-o", "uid=", "-p", String(pid)], { encoding: "utf8" }))).toBeGreaterThan(0);
  await database.release();
  expect((await launch(join(closed, "home"))).stateDirectory).toBe(database.stateDirectory);
});

test.skipIf(!isRoot())("the state of a temporary home that was removed goes with the next such home", async () => {
  const shared = newHome();
  const [lost, kept] = [newHome(), newHome()];
  const states = [];
  for (const home of [lost, kept]) {
    chmodSync(home, 0o700);
    states.push((await placeState(home, shared)).directory);
  }
  rmSync(lost, { recursive: true });
  const another = newHome();
  chmodSync(another, 0o700);
  states.push((await placeState(another, shared)).directory);
  expect(states.map((directory) => existsSync(directory))).toEqual([false, true, true]);
});

test.skipIf(!isRoot())("a user other than root runs it alone, and is kept out of a home of root", async () => {
  const user = { uid: 65534, gid: 65534 };
  const homeOfUser = newHome();
  chownSync(homeOfUser, user.uid, user.gid);
  const child = start(homeOfUser, { ...user, HOME: homeOfUser });
  const answer = await child.answer();
  expect(answer).toMatchObject({ adopted: false });
  expect(statSync(join(homeOfUser, "postgres", "data")).uid).toBe(user.uid);
  // Root finds the server of that user and its owner.
  expect(await launch(homeOfUser)).toMatchObject({ adopted: true, url: answer.url });
  await launch(home);
  expect(await start(home, { ...user, HOME: homeOfUser }).answer()).toMatchObject({ code: "STORE_HOME_OF_ANOTHER_USER" });
});
