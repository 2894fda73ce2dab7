import type { ModelCard } from "./model-card.js";

/**
 * The card as a bill of materials for machine learning.
 *
 * @see CycloneDX 1.6, machine-learning-model
 */
export function billOfMaterials(card: ModelCard): object {
  const dataRef = card.data === null ? null : `data-${card.data.sha256}`;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(card.hash)}`,
    version: 1,
    metadata: {
      timestamp: card.trainedAt,
      tools: { components: [{ type: "application", name: "atalaya" }] },
      component: {
        type: "machine-learning-model",
        "bom-ref": `model-${card.hash}`,
        name: card.model,
        version: String(card.version),
        hashes: [{ alg: "SHA-256", content: card.hash }],
        modelCard: {
          modelParameters: {
            approach: { type: card.task === "anomaly" ? "unsupervised" : "supervised" },
            ...(card.task === null ? {} : { task: card.task }),
            ...(card.learner === null ? {} : { architectureFamily: card.learner }),
            ...(dataRef === null ? {} : { datasets: [{ ref: dataRef }] }),
            inputs: card.inputs.map(({ name, type }) => ({ format: `${name}: ${type}` })),
            outputs: [{ format: card.target === null ? "anomaly score" : card.target.name }],
          },
          quantitativeAnalysis: { performanceMetrics: performance(card) },
          considerations: { technicalLimitations: card.limits },
        },
        properties: [
          ...Object.entries(card.parameters).map(([name, value]) => ({
            name: `atalaya:parameter:${name}`,
            value: String(value),
          })),
          { name: "atalaya:verdict", value: card.verdict },
        ],
      },
    },
    components:
      card.data === null || dataRef === null
        ? []
        : [
            {
              type: "data",
              "bom-ref": dataRef,
              name: `rows of ${card.model}`,
              hashes: [{ alg: "SHA-256", content: card.data.sha256 }],
              data: [{ type: "dataset", name: `rows of ${card.model}` }],
            },
          ],
    dependencies: dataRef === null ? [] : [{ ref: `model-${card.hash}`, dependsOn: [dataRef] }],
  };
}

function performance({ metrics, evaluation }: ModelCard): object[] {
  return [
    ...Object.entries(metrics).map(([type, value]) => ({ type, value: String(value) })),
    ...(evaluation?.slices ?? []).flatMap(({ column, slice, metrics: own }) =>
      Object.entries(own).map(([type, value]) => ({ type, value: String(value), slice: `${column} = ${slice}` })),
    ),
  ];
}

/** The same model has the same serial number. */
function uuidOf(hash: string): string {
  const digits = `${hash.slice(0, 12)}8${hash.slice(13, 16)}a${hash.slice(17, 32)}`;
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join("-");
}
