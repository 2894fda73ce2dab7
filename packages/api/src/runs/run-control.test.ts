import { expect, test } from "vitest";
import { createEventHub } from "../events/event-hub.js";
import { createRunControl } from "./run-control.js";

const hub = createEventHub();

/** Runs that go on until they are let go. */
function held() {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begin = (run: string) => {
    hub.tell({ type: "run", event: { type: "run-started", run, pipeline: "homes", resumed: true, steps: [], at: 0 } });
    return ended;
  };
  const control = createRunControl(
    {
      run: () => begin("first"),
      resume: (run) => begin(run),
      retry: (run, from) => (from === "nothing" ? Promise.reject(new Error("no such step")) : begin(`${run} again from ${from}`)),
      cancel: async (run) => {
        end();
        return { run, pipeline: "homes", changed: true };
      },
    },
    hub,
  );
  return { control, end: () => end() };
}

test("a retry is told by its own id as soon as it is under way, and is alone", async () => {
  const { control, end } = held();
  expect(await control.retry("homes", "r1", "train")).toEqual({ pipeline: "homes", run: "r1 again from train" });
  await expect(control.resume("homes", "r1")).rejects.toMatchObject({ code: "API_RUN_ALREADY" });
  await expect(control.start("homes")).rejects.toMatchObject({ code: "API_RUN_ALREADY" });
  end();
});

test("what keeps a retry from beginning is thrown, and nothing is under way after it", async () => {
  const { control, end } = held();
  await expect(control.retry("homes", "r1", "nothing")).rejects.toThrow("no such step");
  expect(await control.resume("homes", "r1")).toEqual({ pipeline: "homes", run: "r1" });
  end();
});

test("a run that was cancelled has ended when that is told, so it is resumed at once", async () => {
  const { control } = held();
  await control.start("homes");
  expect(await control.cancel("first", { who: "ada", why: "wrong" })).toMatchObject({ changed: true });
  expect(await control.resume("homes", "first")).toEqual({ pipeline: "homes", run: "first" });
});
