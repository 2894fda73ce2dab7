import { createRun, findRun, logBatch, logInputs, logOutputs, searchRunsFor, updateRun, withContent } from "@atalaya/registry";
import { sql, toText } from "@atalaya/store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runJson } from "./protocol/entities.js";
import { runText } from "./protocol/run-text.js";
import { type ProtocolServer, startProtocolServer } from "./test/protocol-server.js";

let server: ProtocolServer;
beforeAll(async () => {
  server = await startProtocolServer();
});
afterAll(() => server.close());

const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);

/** The one run of an experiment by PostgreSQL's hand and by ours, with lists in one order. */
async function bothOf(experiment: number, id: string): Promise<[unknown, unknown]> {
  const { database } = server.store;
  const search = {
    experiments: [experiment],
    clauses: [],
    order: [],
    stages: ["active", "deleted"],
    limit: 1,
    offset: 0,
  } as const;
  const { items } = await searchRunsFor<{ text: string }>(database, search, runText);
  const [run] = await withContent(database, [await findRun(database, id)]);
  if (run === undefined) throw new Error("There is no run.");
  const sorted = (text: string) => {
    const made = JSON.parse(text);
    for (const name of ["metrics", "params", "tags"]) made.data[name]?.sort(byKey);
    return made;
  };
  return [sorted(items[0]?.text ?? "{}"), sorted(JSON.stringify(runJson(run)))];
}

const experiments = async (): Promise<number> =>
  Number((await server.send("POST", "experiments/create", { name: `e ${Math.random()}` })).body.experiment_id);

/** PostgreSQL keeps neither zero characters nor halves of letters. */
const text = fc.string({ unit: "binary", maxLength: 20 }).map(toText);
const pairs = fc.uniqueArray(fc.record({ key: text, value: text }), { maxLength: 4, selector: ({ key }) => key });

test("a run is the same JSON from PostgreSQL as from its rows, whatever was logged to it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...{ name: text, userId: text, startedAt: fc.option(fc.integer({ min: 0, max: 2 ** 45 })), params: pairs, tags: pairs },
        metrics: fc.array(
          fc.record({ key: text, value: fc.double(), at: fc.integer({ min: 0, max: 2 ** 45 }), step: fc.integer() }),
          { maxLength: 4 },
        ),
      }),
      async ({ metrics, params, ...run }) => {
        const { database } = server.store;
        const experiment = await experiments();
        const { id } = await createRun(database, { ...run, experiment });
        await logBatch(database, id, { metrics, params, tags: [] });
        const [theirs, ours] = await bothOf(experiment, id);
        expect(theirs).toEqual(ours);
      },
    ),
    { numRuns: 60 },
  );
});

test("with datasets, models, an end, and numbers that JSON has no word for", async () => {
  const { database } = server.store;
  const experiment = await experiments();
  const { id, number } = await createRun(database, { experiment, name: 'a "b"\n', userId: "", startedAt: null, tags: [] });
  const dataset = { name: 'd"1', digest: "x", sourceType: "local", source: "{}", schema: null, profile: '{"rows":1}', tags: {} };
  await logInputs(database, id, {
    datasets: [
      { ...dataset, tags: { "mlflow.data.context": "train\\ing", b: "" } },
      { ...dataset, name: "second", schema: "{}", profile: null },
    ],
    models: ["m-in"],
  });
  await logOutputs(database, id, [
    { model: "m-2", step: 7 },
    { model: "m-1", step: 0 },
  ]);
  await logBatch(database, id, {
    metrics: [Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, 1e21, 0.1 + 0.2].map((value, at) => ({
      ...{ key: `m${at}`, value, at, step: -at },
    })),
    params: [],
    tags: [],
  });
  await updateRun(database, id, { status: "FINISHED", endedAt: 5, name: null });
  const [theirs, ours] = await bothOf(experiment, id);
  expect(theirs).toEqual(ours);
  expect(theirs).toMatchObject({
    info: { status: "FINISHED", end_time: 5, run_name: 'a "b"\n' },
    data: {
      metrics: [{ value: "NaN" }, { value: Number.MAX_VALUE }, {}, { value: 5e-324 }, { value: 1e21 }, { value: 0.1 + 0.2 }],
    },
    inputs: { dataset_inputs: [{ dataset: { name: 'd"1' } }, { dataset: { name: "second" } }] },
    outputs: {
      model_outputs: [
        { model_id: "m-2", step: 7 },
        { model_id: "m-1", step: 0 },
      ],
    },
  });
  // Nothing of ours writes one, but one that is there must not break a page.
  await sql`update atalaya.latest_metrics set value = 'Infinity' where run = ${number} and key = 'm0'`.execute(database);
  expect((await bothOf(experiment, id))[0]).toMatchObject({ data: { metrics: [{ value: "Infinity" }, {}, {}, {}, {}, {}] } });
});

test("a page is JSON with the token of the next, and an empty one has neither", async () => {
  const experiment = await experiments();
  const search = (more: object) => server.send("POST", "runs/search", { experiment_ids: [`${experiment}`], ...more });
  expect((await search({})).body).toEqual({});
  for (const at of [1, 2, 3]) await server.send("POST", "runs/create", { experiment_id: `${experiment}`, start_time: at });
  const first = await search({ max_results: 2 });
  expect(first.body.runs.map((run: { info: { start_time: number } }) => run.info.start_time)).toEqual([3, 2]);
  const second = await search({ max_results: 2, page_token: first.body.next_page_token });
  expect(second.body.runs.map((run: { info: { start_time: number } }) => run.info.start_time)).toEqual([1]);
  expect(second.body.next_page_token).toBeUndefined();
  const answer = await fetch(`${server.url}/api/2.0/mlflow/runs/search`, {
    method: "POST",
    body: JSON.stringify({ experiment_ids: [`${experiment}`] }),
  });
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(server.failures).toEqual([]);
});
