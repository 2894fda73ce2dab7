// What is done to an installation that answers: an upgrade under traffic, and the way back.
import { expect } from "./checks.mjs";
import { eventually } from "./rig.mjs";

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./installation.mjs").Installation} installation
 * @param {Record<string, unknown>} values
 */
export async function checkChanges(checks, installation, values) {
  const before = await installation.predict("house-prices");
  /** @param {string} what */
  const same = async (what) => {
    const after = await eventually(what, 60, async () => {
      const told = await installation.predict("house-prices");
      return told.status === 200 ? told : null;
    });
    expect(
      JSON.stringify(answerOf(after)) === JSON.stringify(answerOf(before)),
      `${JSON.stringify(after)} after ${JSON.stringify(before)}`,
    );
    return "the same answer";
  };
  await checks.check("helm upgrade: another serve pod, no request lost meanwhile", async () => {
    const traffic = keepAsking(installation);
    const serve = { ...Object(values.serve), defaults: { podAnnotations: { "example.com/change": "1" } } };
    const changed = { ...values, serve };
    await installation.helm("upgrade", changed, ["--wait", "--timeout", "120s"]);
    const { asked, failed } = await traffic.stop();
    expect(failed === 0 && asked > 0, `${failed} of ${asked} requests failed`);
    return `${asked} requests answered, ${await same("the answer after the upgrade")}`;
  });
  await checks.check("helm rollback", async () => {
    await installation.cluster.tool("helm", [
      "rollback",
      "atalaya",
      "1",
      "-n",
      installation.namespace,
      "--wait",
      "--timeout",
      "120s",
    ]);
    return same("the answer after the rollback");
  });
}

/** The value, without what differs from request to request. @param {{ body: Record<string, unknown> }} answer */
function answerOf({ body }) {
  const { id: _id, ...rest } = body;
  return JSON.parse(
    JSON.stringify(rest, (key, value) =>
      /^(id|predictionId|prediction_id|at|latency.*|tookMs)$/i.test(key) ? undefined : value,
    ),
  );
}

/** One request after the other, from inside the cluster, until it is stopped. @param {import("./installation.mjs").Installation} installation */
function keepAsking(installation) {
  const state = { asked: 0, failed: 0, isStopped: false };
  const asking = (async () => {
    const url = `${await installation.address("atalaya-house-prices")}/v1/pipelines/house-prices`;
    const code = `let asked = 0, failed = 0;
      const example = await (await fetch("${url}")).json().then((model) => JSON.stringify(model.example));
      const headers = { "content-type": "application/json" };
      const end = Date.now() + 2_000;
      while (Date.now() < end) {
        asked++;
        const ok = await fetch("${url}/predict", { method: "POST", headers, body: example }).then((answer) => answer.ok, () => false);
        if (!ok) failed++;
        await new Promise((next) => setTimeout(next, 20));
      }
      console.log(asked, failed);`;
    while (!state.isStopped) {
      const [asked = 0, failed = 0] = (await installation.cluster.inside(code)).trim().split(" ").map(Number);
      state.asked += asked;
      state.failed += failed;
    }
  })();
  return {
    stop: async () => {
      state.isStopped = true;
      await asking;
      return state;
    },
  };
}
