import {
  atLeast,
  between,
  byGroup,
  column,
  cron,
  dataset,
  gradientBoosting,
  httpBatches,
  logBetween,
  noWorseThanChampion,
  ordinal,
  pipeline,
  setting,
  targetMean,
  whenDrifted,
} from "@atalaya/define";

const DOSE = ["No", "Steady", "Up", "Down"] as const;
const dose = (from?: string) => column.category(DOSE, from === undefined ? {} : { from });

/** One row per encounter of a diabetic patient, as the hospitals' API gives it (Strack et al. 2014). */
export const encounters = dataset("encounters", {
  encounter: column.text({ from: "encounter_id" }),
  patient: column.text({ from: "patient_nbr" }),
  readmitted: column.category(["NO", ">30", "<30"], { description: "Came back: never, after 30 days, within 30 days" }),
  race: column.category().optional(),
  gender: column.category(["Female", "Male", "Unknown/Invalid"]),
  age: column.category([
    "[0-10)",
    "[10-20)",
    "[20-30)",
    "[30-40)",
    "[40-50)",
    "[50-60)",
    "[60-70)",
    "[70-80)",
    "[80-90)",
    "[90-100)",
  ]),
  admissionType: column.category({ from: "admission_type_id" }),
  dischargeTo: column.category({ from: "discharge_disposition_id" }),
  admissionSource: column.category({ from: "admission_source_id" }),
  days: column.integer({ from: "time_in_hospital", unit: "d", min: 0, max: 365 }),
  payer: column.category({ from: "payer_code" }).optional(),
  specialty: column.category({ from: "medical_specialty", description: "Of the admitting physician" }).optional(),
  labProcedures: column.integer({ from: "num_lab_procedures", min: 0 }),
  procedures: column.integer({ from: "num_procedures", min: 0 }),
  medications: column.integer({ from: "num_medications", min: 0 }),
  outpatientVisits: column.integer({ from: "number_outpatient", min: 0, description: "In the year before" }),
  emergencyVisits: column.integer({ from: "number_emergency", min: 0, description: "In the year before" }),
  inpatientVisits: column.integer({ from: "number_inpatient", min: 0, description: "In the year before" }),
  diagnosis: column.category({ from: "diag_1", description: "ICD-9" }).optional(),
  secondDiagnosis: column.category({ from: "diag_2", description: "ICD-9" }).optional(),
  thirdDiagnosis: column.category({ from: "diag_3", description: "ICD-9" }).optional(),
  diagnoses: column.integer({ from: "number_diagnoses", min: 0 }),
  glucose: column.category(["None", "Norm", ">200", ">300"], { from: "max_glu_serum" }),
  hba1c: column.category(["None", "Norm", ">7", ">8"], { from: "A1Cresult" }),
  metformin: dose(),
  repaglinide: dose(),
  nateglinide: dose(),
  glimepiride: dose(),
  glipizide: dose(),
  glyburide: dose(),
  pioglitazone: dose(),
  rosiglitazone: dose(),
  acarbose: dose(),
  insulin: dose(),
  glyburideMetformin: dose("glyburide-metformin"),
  changed: column.category(["No", "Ch"], { from: "change", description: "Medication changed" }),
  diabetesMedication: column.category(["No", "Yes"], { from: "diabetesMed" }),
});

const features = encounters.features({
  target: "readmitted",
  keys: ["encounter", "patient"],
  derive: (stay) => ({
    visitsBefore: stay.inpatientVisits.add(stay.emergencyVisits).add(stay.outpatientVisits),
    medicationsPerDay: stay.medications.div(stay.days.max(1)),
    labProceduresPerDay: stay.labProcedures.div(stay.days.max(1)),
    isNewcomer: stay.inpatientVisits.add(stay.emergencyVisits).add(stay.outpatientVisits).lt(1),
  }),
  encode: {
    race: ordinal(),
    admissionType: ordinal(),
    admissionSource: ordinal(),
    payer: ordinal(),
    dischargeTo: targetMean({ smoothing: 50 }),
    specialty: targetMean({ smoothing: 50 }),
    diagnosis: targetMean({ smoothing: 50 }),
    secondDiagnosis: targetMean({ smoothing: 50 }),
    thirdDiagnosis: targetMean({ smoothing: 50 }),
  },
});

export const readmission = pipeline("readmission")
  .ingest(encounters, httpBatches(setting.url("ENCOUNTERS_URL"), { page: "batch" }))
  .validate({ maxRejected: 0.05, unique: ["encounter"] })
  .keepInTables()
  .features(features)
  // One patient is on one side: the same person twice would be known by heart.
  .split(byGroup("patient", { test: 0.2, validation: 0.15, seed: 42, stratify: "readmitted" }))
  .train(
    // Two tunings side by side; what ranks patients best is the challenger.
    { optimise: ["auroc", "accuracy"], trials: 5, seed: 42 },
    gradientBoosting({
      trees: 500,
      learningRate: logBetween(0.02, 0.06),
      leaves: between(16, 40),
      minLeafRows: between(40, 150),
      l2: logBetween(1, 20),
      rowShare: 0.8,
      columnShare: between(0.15, 0.4),
    }),
  )
  .evaluate({
    metrics: ["auroc", "auroc(<30)", "accuracy", "logLoss", "macroF1"],
    slices: ["age", "gender"],
    explain: { rows: 200 },
  })
  .gate(atLeast("auroc", 0.6), noWorseThanChampion("auroc", { tolerance: 0.01 }))
  .promote("production")
  .retrain(whenDrifted({ minRows: 5_000 }), cron("0 4 * * 0"));
