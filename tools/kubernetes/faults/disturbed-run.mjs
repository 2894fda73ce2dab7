import { setTimeout as wait } from "node:timers/promises";
import { expect } from "../checks.mjs";
import { eventually } from "../rig.mjs";

/** Longest that a run may take with its fault. */
const MOST_SECONDS = 180;

/**
 * @typedef {object} JobObject
 * @property {{ name: string, labels: Record<string, string> }} metadata
 * @property {{ conditions?: { type: string, status: string }[] }} status
 */
/** @typedef {{ name: string, state?: { running?: object, terminated?: { exitCode: number, reason?: string } } }} Container */
/** @typedef {{ metadata: { name: string, uid: string, labels: Record<string, string> }, status: { phase: string, containerStatuses?: Container[] } }} PodObject */
/** @typedef {{ model: string, version: number, verdict: string, rows: { read: number, accepted: number, quarantined: number } }} Result */

/** One pipeline of the project, its run, and what stands about it in the database and on the API server. */
export class DisturbedRun {
  /**
   * @param {import("../installation.mjs").Installation} installation
   * @param {import("../../../packages/store/dist/index.js").Store} store
   * @param {string} pipeline
   */
  constructor(installation, store, pipeline) {
    this.installation = installation;
    this.store = store;
    this.pipeline = pipeline;
  }

  /** @returns {Promise<import("../../../packages/store/dist/index.js").Run[]>} */
  runs() {
    return this.store.runs.list({ pipeline: this.pipeline });
  }

  /** The pod of a step, as soon as its container runs. @param {string} step  as in the label */
  async podOf(step) {
    return eventually(`${this.pipeline}: a pod of ${step}`, MOST_SECONDS, async () => {
      const failed = (await this.runs()).find(({ state }) => state === "failed");
      if (failed !== undefined) throw new Error(`${failed.errorCode}: ${failed.errorMessage}`);
      const pods = /** @type {PodObject[]} */ (await this.list("pods", step));
      return pods.find(({ status }) => status.containerStatuses?.some(({ state }) => state?.running !== undefined));
    });
  }

  /** Resolves when so many batches of the source are kept: the run is in the middle of its ingest. @param {number} count */
  async batches(count) {
    await eventually(`${this.pipeline}: ${count} batches`, MOST_SECONDS, async () => {
      return (await this.store.batches.list(this.pipeline)).length >= count;
    });
  }

  /** @param {"jobs" | "pods"} kind @param {string} [step] @returns {Promise<unknown[]>} */
  async list(kind, step) {
    const words = [`atalaya.dev/pipeline=${this.pipeline}`, ...(step === undefined ? [] : [`atalaya.dev/step=${step}`])];
    return JSON.parse(await this.installation.kubectl(["get", kind, "-l", words.join(","), "-o", "json"])).items;
  }

  /** Resolves when its run is over. @returns {Promise<Result>} */
  async ended() {
    return eventually(`${this.pipeline}: the end of its run`, MOST_SECONDS, async () => {
      const [run] = await this.runs();
      if (run?.state === "failed" || run?.state === "cancelled") throw new Error(`${run.errorCode}: ${run.errorMessage}`);
      return run?.state === "done" ? /** @type {Result} */ (run.result) : null;
    });
  }

  /** Attempts at each step, in the order in which they were made: `{ ingest: ["done"] }`. */
  async attempts() {
    const [run] = await this.runs();
    /** @type {Record<string, string[]>} */
    const attempts = {};
    for (const { step, state, error } of await this.store.tasks.list(run?.id ?? "")) {
      const code = /** @type {{ code?: string } | null} */ (error)?.code;
      attempts[step] = [...(attempts[step] ?? []), state === "failed" ? (code ?? "failed") : state];
    }
    return attempts;
  }

  /**
   * Counts everything that a fault could have doubled, lost or left.
   *
   * @param {Result | undefined} undisturbed  of the same pipeline
   * @returns {Promise<string>} in a few words
   */
  async expectUndisturbed(undisturbed) {
    if (undisturbed === undefined) throw new Error(`${this.pipeline} was not carried out undisturbed`);
    const result = await this.ended();
    const facts = (/** @type {Result} */ { model, version, verdict, rows }) => JSON.stringify({ model, version, verdict, rows });
    expect(facts(result) === facts(undisturbed), `${facts(result)} and not ${facts(undisturbed)}`);
    const counted = JSON.stringify(await this.#count());
    const { read, accepted, quarantined } = undisturbed.rows;
    const expected = JSON.stringify({
      batches: 5,
      contents: 5,
      raw: read,
      lines: read,
      clean: accepted,
      refused: quarantined,
      versions: 1,
      moves: 1,
      runs: 1,
    });
    expect(counted === expected, `${counted} and not ${expected}`);
    const jobs = await this.#expectNoOrphan();
    return `${jobs} Jobs, model ${result.model.slice(0, 12)}`;
  }

  async #count() {
    const { sql } = await import("../../../packages/store/dist/index.js");
    const { pipeline } = this;
    const { rows } = await sql`select
      (select count(*)::int from atalaya.batches where pipeline = ${pipeline}) as batches,
      (select count(distinct sha256)::int from atalaya.batches where pipeline = ${pipeline}) as contents,
      (select count(*)::int from atalaya.raw_data where pipeline = ${pipeline}) as raw,
      (select count(distinct (batch, line))::int from atalaya.raw_data where pipeline = ${pipeline}) as lines,
      (select count(*)::int from atalaya.clean_data where pipeline = ${pipeline}) as clean,
      (select count(distinct (q.batch, q.line))::int from atalaya.quarantine q join atalaya.batches b on b.id = q.batch
        where b.pipeline = ${pipeline}) as refused,
      (select count(*)::int from atalaya.model_versions where pipeline = ${pipeline}) as versions,
      (select count(*)::int from atalaya.alias_history where pipeline = ${pipeline}) as moves,
      (select count(*)::int from atalaya.runs where pipeline = ${pipeline}) as runs`.execute(this.store.database);
    return rows[0];
  }

  /** Every Job is over and is an attempt that the run knows, and none of its pods goes on. @returns {Promise<number>} Jobs */
  async #expectNoOrphan() {
    const [run] = await this.runs();
    const places = new Set((await this.store.tasks.list(run?.id ?? "")).map(({ place }) => place?.split("/").at(-1)));
    return eventually(`${this.pipeline}: no Job goes on`, 30, async () => {
      const jobs = /** @type {JobObject[]} */ (await this.list("jobs"));
      const isOver = (/** @type {JobObject} */ { status }) =>
        (status.conditions ?? []).some((one) => one.status === "True" && (one.type === "Complete" || one.type === "Failed"));
      const orphans = jobs.filter((job) => !isOver(job) || !places.has(job.metadata.name)).map(({ metadata }) => metadata.name);
      const pods = /** @type {PodObject[]} */ (await this.list("pods"));
      const alive = pods.filter(({ status }) => status.phase === "Running" || status.phase === "Pending");
      const left = [...orphans, ...alive.map(({ metadata }) => metadata.name)];
      if (left.length > 0) throw new Error(left.join(", "));
      return jobs.length;
    });
  }
}

/** @param {number} seconds */
export const pause = (seconds) => wait(seconds * 1_000);
