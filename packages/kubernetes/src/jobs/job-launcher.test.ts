import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApi, forbidden } from "../test/fake-api.js";
import { INSTALLATION, launchOf, listening, settings } from "../test/launches.js";
import { type JobLauncher, openJobLauncher } from "./job-launcher.js";
import { jobName } from "./job-name.js";

let api: FakeApi;
let launcher: JobLauncher;

function open(): JobLauncher {
  return openJobLauncher(settings, { installation: INSTALLATION, connection: api.connection });
}

beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  launcher = open();
});
afterEach(async () => {
  await launcher.close();
  await api.stop();
});

const name = jobName(INSTALLATION, launchOf("train"));
const running = { phase: "Running", containerStatuses: [{ name: "task", state: { running: {} } }] };
const over = (exitCode: number, reason = "Completed") => ({
  phase: exitCode === 0 ? "Succeeded" : "Failed",
  containerStatuses: [{ name: "task", state: { terminated: { exitCode, reason } } }],
});
const complete = { conditions: [{ type: "Complete", status: "True" }] };
const failed = (reason: string) => ({ conditions: [{ type: "Failed", status: "True", reason }] });
const made = (job = name) => expect.poll(() => api.job(job) !== null).toBe(true);

test("a step is one request to launch and none to wait for; its log is told line by line with its times", async () => {
  const heard = listening();
  const end = launcher.launch(launchOf("train"), heard);
  await made();
  api.log("p", "2026-11-21T12:00:00.1Z one", "2026-11-21T12:00:00.2Z two");
  api.pod(name, "p", running);
  api.pod(name, "p", over(0));
  api.jobStatus(name, complete);
  expect(await end).toEqual({ failure: null });
  await heard.whole;
  expect(heard.lines).toEqual(["2026-11-21T12:00:00.1Z one", "2026-11-21T12:00:00.2Z two"]);
  expect(heard.places).toEqual([`Job models/${name}`]);
  expect(api.count("POST", /jobs$/)).toBe(1);
  expect(api.asked.filter(({ path }) => !path.endsWith("/log"))).toHaveLength(5);
});

test("a log is read also where the end of the Job is heard of before its pod", async () => {
  const heard = listening();
  const end = launcher.launch(launchOf("train"), heard);
  await made();
  api.log("p", "2026-11-21T12:00:00.1Z one");
  api.jobStatus(name, complete);
  expect(await end).toEqual({ failure: null });
  api.pod(name, "p", over(0));
  await heard.whole;
  expect(heard.lines).toEqual(["2026-11-21T12:00:00.1Z one"]);
});

test("a worker that takes a run over finds its Job and goes on with its log", async () => {
  await launcher.close();
  const first = open();
  const lost = listening();
  void first.launch(launchOf("train"), lost).catch(() => {});
  await made();
  await first.close();
  launcher = open();
  const heard = listening();
  api.log("p", "2026-11-21T12:00:00.1Z known", "2026-11-21T12:00:00.3Z new");
  api.pod(name, "p", running);
  const end = launcher.launch(launchOf("train", { logAfter: "2026-11-21T12:00:00.1Z" }), heard);
  api.pod(name, "p", over(0));
  api.jobStatus(name, complete);
  expect(await end).toEqual({ failure: null });
  await heard.whole;
  expect(heard.lines).toEqual(["2026-11-21T12:00:00.3Z new"]);
  expect(api.count("POST", /jobs$/)).toBe(1);
});

test("a Job that is there already is adopted; one of another installation is not", async () => {
  const heard = listening();
  api.refuse = ({ method, path }) =>
    method === "POST" && path.endsWith("/jobs") ? { status: 409, body: { reason: "AlreadyExists", message: "exists" } } : null;
  await expect(launcher.launch(launchOf("train"), heard)).rejects.toMatchObject({ code: "KUBERNETES_JOB_GONE", retryable: true });
  api.refuse = ({ method, path }) => {
    if (method === "POST" && path.endsWith("/jobs")) return { status: 409, body: { reason: "AlreadyExists" } };
    return path.endsWith(name)
      ? { status: 200, body: { metadata: { name, labels: { "atalaya.dev/installation": "x" } } } }
      : null;
  };
  await expect(launcher.launch(launchOf("train"), heard)).rejects.toMatchObject({ code: "KUBERNETES_JOB_OF_OTHERS" });
});

test.each<[string, { status: number; body: unknown }, string, RegExp]>([
  [
    "a right that is missing",
    forbidden('jobs.batch is forbidden: User "w" cannot create resource "jobs"'),
    "FORBIDDEN",
    /doctor/,
  ],
  [
    "quota",
    forbidden('jobs.batch "x" is forbidden: exceeded quota: jobs, requested: 1, used: 5, limited: 5'),
    "QUOTA_EXCEEDED",
    /ResourceQuota/,
  ],
  [
    "a namespace",
    { status: 404, body: { reason: "NotFound", message: "no", details: { kind: "namespaces" } } },
    "NAMESPACE_MISSING",
    /ATALAYA_KUBERNETES_NAMESPACE/,
  ],
  [
    "a manifest",
    { status: 422, body: { reason: "Invalid", message: "spec.template: Invalid value" } },
    "JOB_REFUSED",
    /ATALAYA_KUBERNETES_/,
  ],
  ["a webhook", { status: 500, body: { message: 'admission webhook "policy" denied the request: no' } }, "JOB_REFUSED", /doctor/],
])("refused for %s: told at once, with the setting to change", async (_what, answer, code, hint) => {
  api.refuse = ({ method, path }) => (method === "POST" && path.endsWith("/jobs") ? answer : null);
  await expect(launcher.launch(launchOf("train"), listening())).rejects.toMatchObject({
    code: `KUBERNETES_${code}`,
    retryable: false,
    hint: expect.stringMatching(hint),
  });
});

test("Jobs that may not be listed are told before one is made; credentials that are refused, too", async () => {
  api.refuse = ({ path, method }) => (method === "GET" && path.endsWith("/pods") ? forbidden("pods is forbidden") : null);
  await expect(launcher.launch(launchOf("train"), listening())).rejects.toMatchObject({ code: "KUBERNETES_FORBIDDEN" });
  expect(api.jobs()).toHaveLength(0);
  api.refuse = ({ method }) => (method === "POST" ? { status: 401, body: { reason: "Unauthorized" } } : null);
  await expect(launcher.launch(launchOf("train"), listening())).rejects.toMatchObject({ code: "KUBERNETES_UNAUTHORISED" });
});

test("an API server that is away, overloaded or forgetful is waited for", async () => {
  let refusals = 0;
  api.refuse = () => (refusals++ < 3 ? { status: 503, body: {} } : null);
  const end = launcher.launch(launchOf("train"), listening());
  await made();
  await api.stop();
  await api.start();
  api.forgetHistory();
  api.jobStatus(name, complete);
  expect(await end).toEqual({ failure: null });
  expect(api.count("POST", /jobs$/)).toBe(1);
});

test("a suspended Job is queued however long; it is told once", async () => {
  const heard = listening();
  const end = launcher.launch(launchOf("train"), heard);
  await made();
  api.jobStatus(name, { conditions: [{ type: "Suspended", status: "True" }] }, true);
  await expect.poll(() => heard.notes).toEqual([expect.stringContaining("is queued")]);
  api.jobStatus(name, { conditions: [{ type: "Suspended", status: "False" }] }, false);
  api.jobStatus(name, complete);
  expect(await end).toEqual({ failure: null });
  expect(heard.notes).toHaveLength(1);
});

test("what keeps a pod from starting is told at once, also as an Event, and ends the attempt in the end", async () => {
  const heard = listening();
  const end = launcher.launch(launchOf("train"), heard);
  const refused = expect(end).rejects.toMatchObject({ code: "KUBERNETES_CONFIGURATION_MISSING", retryable: false });
  await made();
  const waiting = { reason: "CreateContainerConfigError", message: 'secret "atalaya-database" not found' };
  api.pod(name, "p", { phase: "Pending", containerStatuses: [{ name: "task", state: { waiting } }] });
  await expect.poll(() => heard.notes.join()).toMatch(/"atalaya-database" not found.*ATALAYA_KUBERNETES_SECRETS/);
  await refused;
  expect(api.asked.find(({ method, path }) => method === "POST" && path.endsWith("/events"))?.body).toMatchObject({
    involvedObject: { kind: "Job", name },
    message: expect.stringContaining("ATALAYA_KUBERNETES_SECRETS"),
  });
  expect(api.job(name)).toBeNull();
}, 15_000);

test("pods that quota or Pod Security forbid are told from the Job's Events, with one request for all Jobs", async () => {
  const generous = openJobLauncher(
    { ...settings, startWithinSeconds: 7 },
    { installation: INSTALLATION, connection: api.connection },
  );
  const all = [launchOf("train"), launchOf("split")].map((launch) => {
    api.events.push({
      message: 'pods "x" is forbidden: exceeded quota: memory',
      involvedObject: { name: jobName(INSTALLATION, launch) },
    });
    return generous.launch(launch, listening());
  });
  for (const end of all) {
    await expect(end).rejects.toMatchObject({
      code: "KUBERNETES_PODS_REFUSED",
      hint: expect.stringContaining("ATALAYA_KUBERNETES_MEMORY"),
    });
  }
  expect(api.count("GET", /events$/)).toBe(1);
  await generous.close();
}, 15_000);

test("an image that cannot be pulled at all ends the attempt at once; events that may not be written are left out", async () => {
  api.refuse = ({ path }) => (path.endsWith("/events") ? forbidden("events is forbidden") : null);
  const end = launcher.launch(launchOf("train"), listening());
  const refused = expect(end).rejects.toMatchObject({ code: "KUBERNETES_IMAGE_UNAVAILABLE" });
  await made();
  api.pod(name, "p", {
    phase: "Pending",
    containerStatuses: [{ name: "task", state: { waiting: { reason: "ErrImageNeverPull" } } }],
  });
  await refused;
});

test("a Job controller that is busy is waited for, and told once; a pod that does not start is not", async () => {
  const heard = listening();
  const brief = openJobLauncher(
    { ...settings, startWithinSeconds: 1 },
    { installation: INSTALLATION, connection: api.connection },
  );
  const end = brief.launch(launchOf("train"), heard);
  const late = expect(end).rejects.toMatchObject({ code: "KUBERNETES_NOT_STARTED" });
  await expect.poll(() => heard.notes, { timeout: 8_000 }).toEqual([expect.stringContaining("Job controller is busy")]);
  api.pod(name, "p", { phase: "Pending" });
  await late;
  await brief.close();
}, 15_000);

test("a Job that is removed while it goes on, and a pod that ran out of memory, may be tried again", async () => {
  const first = launcher.launch(launchOf("train"), listening());
  await made();
  api.remove("jobs", name);
  expect(await first).toMatchObject({ failure: { code: "KUBERNETES_JOB_GONE", retryable: true } });
  const again = jobName(INSTALLATION, launchOf("train", { attempt: 2 }));
  const second = launcher.launch(launchOf("train", { attempt: 2, memoryFactor: 2 }), listening());
  await made(again);
  api.pod(again, "p2", over(137, "OOMKilled"));
  api.jobStatus(again, failed("BackoffLimitExceeded"));
  expect(await second).toMatchObject({
    failure: { code: "KUBERNETES_OUT_OF_MEMORY", retryable: true, message: expect.stringContaining("4Gi") },
  });
});

test("the Job of a pod whose node is away is removed with it; the step may be tried again elsewhere", async () => {
  const end = launcher.launch(launchOf("train"), listening());
  await made();
  api.pod(name, "p", running);
  api.pod(name, "p", running, null, new Date(Date.now() - 120_000));
  expect(await end).toMatchObject({ failure: { code: "KUBERNETES_POD_GONE", retryable: true } });
  expect(api.job(name)).toBeNull();
});

test("trials that begin together are made with one request, and each is followed by itself", async () => {
  const fanOut = { first: 1, count: 3 };
  const ends = [1, 2, 3].map((number) => launcher.launch(launchOf(`trial ${number}`, { fanOut }), listening()));
  const together = jobName(INSTALLATION, launchOf("trial 1", { fanOut }));
  await made(together);
  api.pod(together, "p1", over(65, "Error"), 1);
  api.jobStatus(together, { completedIndexes: "0", failedIndexes: "1" });
  expect(await ends[0]).toEqual({ failure: null });
  expect(await ends[1]).toMatchObject({ failure: { code: "KUBERNETES_POD_FAILED" } });
  api.jobStatus(together, { completedIndexes: "0,2", failedIndexes: "1", ...failed("FailedIndexes") });
  expect(await ends[2]).toEqual({ failure: null });
  expect(api.count("POST", /jobs$/)).toBe(1);
});

test("nobody waits for a step that has told its outcome, and its Job is left to end by itself", async () => {
  const heard = listening();
  const end = launcher.launch(launchOf("train"), heard);
  await made();
  heard.release.abort();
  expect(await end).toEqual({ failure: null });
  expect(api.job(name)).not.toBeNull();
});

test("a Job whose pods are over is left, though nobody has written it down yet", async () => {
  void launcher.launch(launchOf("train"), listening()).catch(() => {});
  await made();
  api.pod(name, "p", running);
  api.pod(name, "p", over(0));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await launcher.sweep(async () => true)).toEqual([]);
  expect(api.job(name)).not.toBeNull();
});

test("what goes on for runs that are over is removed; finished Jobs and live runs are left", async () => {
  const live = listening();
  const end = launcher.launch(launchOf("train"), live);
  await made();
  const { run } = launchOf("train").key;
  const over = launchOf("train", { attempt: 3 });
  const other = jobName(INSTALLATION, { ...over, key: { ...over.key, run: "gone" } });
  void launcher.launch({ ...over, key: { ...over.key, run: "gone" } }, listening()).catch(() => {});
  await made(other);
  expect(await launcher.sweep(async (of) => of !== run)).toEqual([`Job models/${other}`]);
  expect(api.jobs().map(({ metadata }) => metadata.name)).toEqual([name]);
  api.jobStatus(name, complete);
  await end;
  expect(await launcher.sweep(async () => true)).toEqual([]);
  await launcher.removeRun(run);
  expect(api.jobs()).toHaveLength(0);
});
