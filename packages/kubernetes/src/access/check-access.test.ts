import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApi, forbidden } from "../test/fake-api.js";
import { settings } from "../test/launches.js";
import { checkAccess } from "./check-access.js";

let api: FakeApi;
let denied: (verb: string, resource: string) => boolean;

beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  denied = () => false;
  api.refuse = ({ path, body }) => {
    if (!path.endsWith("/selfsubjectaccessreviews")) return null;
    const { spec } = body as { spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } } };
    const { verb, resource, subresource } = spec.resourceAttributes;
    const allowed = !denied(verb, subresource === undefined ? resource : `${resource}/${subresource}`);
    return { status: 201, body: { status: { allowed } } };
  };
});
afterEach(() => api.stop());

test("with every right and a Job that the server would take, all is well, and nothing was made", async () => {
  expect(await checkAccess(settings, api.connection)).toMatchObject({ namespace: "models", lacksOptional: [] });
  expect(api.jobs()).toHaveLength(0);
});

test("rights that are missing are named; without Events a run goes on", async () => {
  denied = (_verb, resource) => resource === "events";
  expect((await checkAccess(settings, api.connection)).lacksOptional).toEqual(["create events", "list events"]);
  denied = (verb, resource) => resource === "pods/log" || (verb === "delete" && resource === "jobs");
  await expect(checkAccess(settings, api.connection)).rejects.toThrow("it may not: delete jobs, get pods/log");
});

test("a Job that would be refused, and an image that is not named, are told", async () => {
  const reviews = api.refuse;
  api.refuse = (asked) => (asked.query.has("dryRun") ? forbidden("violates PodSecurity") : reviews(asked));
  await expect(checkAccess(settings, api.connection)).rejects.toMatchObject({ code: "KUBERNETES_FORBIDDEN" });
  await expect(checkAccess({ ...settings, image: null }, api.connection)).rejects.toMatchObject({ code: "KUBERNETES_NO_IMAGE" });
});
