import { runPlace, stepPlace, writeTraceparent } from "@atalaya/telemetry";
import { expect, test } from "vitest";
import { INSTALLATION, launchOf, settings } from "../test/launches.js";
import { jobManifest } from "./job-manifest.js";

test.each([
  ["a step is told its own span", launchOf("train"), stepPlace],
  ["steps that are launched together are told the run's", launchOf("trial 4", { fanOut: { first: 4, count: 3 } }), runPlace],
] as const)("%s", (_, launch, placeOf) => {
  const { run, step } = launch.key;
  expect(jobManifest(settings, INSTALLATION, launch)).toHaveProperty(
    "spec.template.spec.containers.0.env",
    expect.arrayContaining([{ name: "TRACEPARENT", value: writeTraceparent(placeOf(run, step)) }]),
  );
});
