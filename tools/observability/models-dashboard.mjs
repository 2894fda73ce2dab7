import { dashboardOf, lines, number } from "./panels.mjs";

const own = 'pipeline=~"$pipeline"';

/** Whether the world is still what the models learnt, and what became of new versions. */
export const modelsDashboard = () =>
  dashboardOf(
    { uid: "atalaya-models", title: "Atalaya: drift and quality", about: "Drift of the data, live quality, versions and gates." },
    { Now: now(), Drift: drift(), Quality: quality(), Versions: versions() },
  );

const now = () => [
  number({
    title: "Pipelines that drifted",
    about: "By the newest check that had enough rows.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_drifted{${own}})) or vector(0)` }],
  }),
  number({
    title: "Versions promoted",
    about: "Trained versions that every gate let through.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_model_verdicts_total{${own}, verdict="promoted"})) or vector(0)` }],
  }),
  number({
    title: "Versions refused",
    about: "Trained versions that a gate refused.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_model_verdicts_total{${own}, verdict="refused"})) or vector(0)` }],
  }),
  number({
    title: "Answers with a known truth",
    about: "Of the last day; the live quality rests on them.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_live_quality_rows{${own}})) or vector(0)` }],
  }),
];

const drift = () => [
  lines({
    title: "Largest shift of a column",
    about: "Population stability index at the newest check: under 0.1 stable, over 0.25 another distribution.",
    queries: [{ expr: `max by (pipeline) (atalaya_drift_largest_psi{${own}})`, legend: "{{pipeline}}" }],
  }),
  lines({
    title: "Drift checks, by verdict",
    about: "Since the beginning.",
    queries: [{ expr: `max by (pipeline, verdict) (atalaya_drift_checks_total{${own}})`, legend: "{{pipeline}}: {{verdict}}" }],
  }),
];

const quality = () => [
  lines({
    title: "Live quality",
    about: "Of the version that answered last, on answers of the last day whose truth is known.",
    queries: [{ expr: `max by (pipeline, metric) (atalaya_live_quality{${own}})`, legend: "{{pipeline}} {{metric}}" }],
  }),
  lines({
    title: "Limits of the gates",
    about: "What a new version has to reach.",
    queries: [
      { expr: `max by (pipeline, metric, bound) (atalaya_gate_limit{${own}})`, legend: "{{pipeline}} {{metric}} {{bound}}" },
    ],
  }),
];

const versions = () => [
  lines({
    title: "Version with the alias",
    about: "That the pipeline promotes to.",
    queries: [{ expr: `max by (pipeline) (atalaya_alias_version{${own}})`, legend: "{{pipeline}}" }],
  }),
  lines({
    title: "Moves of the alias",
    about: "Promotions, rollbacks and removals since the beginning.",
    queries: [{ expr: `max by (pipeline, action) (atalaya_alias_moves_total{${own}})`, legend: "{{pipeline}}: {{action}}" }],
  }),
  lines({
    title: "Versions, by verdict",
    about: "Since the beginning.",
    queries: [{ expr: `max by (pipeline, verdict) (atalaya_model_verdicts_total{${own}})`, legend: "{{pipeline}}: {{verdict}}" }],
  }),
  lines({
    title: "Degraded",
    about: "1 while a process answers with the last good version of its own disk.",
    queries: [{ expr: `max by (instance, pipeline) (atalaya_serving_degraded{${own}})`, legend: "{{pipeline}} {{instance}}" }],
  }),
];
