import { describe, expect, test } from "vitest";
import { Meter } from "./meter.js";
import { MOST_SERIES } from "./series.js";

const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("a meter", () => {
  test("tells a counter with its help, its type and its labels in the catalogue's order", async () => {
    const meter = new Meter();
    const refusals = meter.counter("atalaya_rollout_aborts_total");
    refusals.add({ because: "errors", role: "canary", pipeline: "homes" });
    refusals.add({ because: "errors", role: "canary", pipeline: "homes" }, 2);
    expect(await meter.text()).toBe(
      "# HELP atalaya_rollout_aborts_total Challengers taken out, by reason\n" +
        "# TYPE atalaya_rollout_aborts_total counter\n" +
        'atalaya_rollout_aborts_total{pipeline="homes",role="canary",because="errors"} 3\n',
    );
  });

  test("escapes what a label may not hold", async () => {
    const meter = new Meter();
    meter.gauge("atalaya_model_loaded").set({ pipeline: 'a"b\\c\nd' }, 1);
    expect(samples(await meter.text())).toEqual(['atalaya_model_loaded{pipeline="a\\"b\\\\c\\nd"} 1']);
  });

  test("forgets the series of a pipeline, and of no other", async () => {
    const meter = new Meter();
    const moves = meter.counter("atalaya_alias_moves_total");
    for (const pipeline of ["homes", "homes-2"]) moves.add({ pipeline, action: "promote" });
    moves.remove({ pipeline: "homes" });
    expect(samples(await meter.text())).toEqual(['atalaya_alias_moves_total{pipeline="homes-2",action="promote"} 1']);
  });

  test("keeps an end to the series of a metric, and counts what it left out", async () => {
    const meter = new Meter();
    const gauge = meter.gauge("atalaya_model_loaded");
    for (let name = 0; name < MOST_SERIES + 500; name++) gauge.set({ pipeline: `user text ${name}` }, 1);
    expect(samples(await meter.text())).toHaveLength(MOST_SERIES);
    expect(meter.dropped).toBe(500);
  });
});

describe("a histogram", () => {
  test("counts values below each bound, their number and their sum", async () => {
    const meter = new Meter();
    const cell = meter.histogram("prediction_price_dollars").of({ pipeline: "homes" });
    for (const value of [50_000, 50_001, 2e7, Number.NaN]) cell.observe(value);
    const lines = samples(await meter.text());
    expect(lines[0]).toBe('prediction_price_dollars_bucket{pipeline="homes",le="50000"} 1');
    expect(lines[1]).toBe('prediction_price_dollars_bucket{pipeline="homes",le="100000"} 2');
    expect(lines.slice(-3)).toEqual([
      'prediction_price_dollars_bucket{pipeline="homes",le="+Inf"} 3',
      'prediction_price_dollars_sum{pipeline="homes"} 20100001',
      'prediction_price_dollars_count{pipeline="homes"} 3',
    ]);
  });
});
