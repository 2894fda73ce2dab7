import { version } from "../version.js";
import { pipelineText } from "./pipeline-text.js";
import type { StarterPlan } from "./starter-plan.js";

/** Text of every file of a new project, by its path in it. `sample` is the path of its data, relative to the project. */
export function projectFiles(plan: StarterPlan, sample: string): ReadonlyMap<string, string> {
  return new Map([
    ["package.json", packageText(plan, sample)],
    ["tsconfig.json", tsconfigText],
    [".gitignore", ".atalaya/\nnode_modules/\n"],
    [`${plan.project}.pipeline.ts`, pipelineText(plan)],
    ["README.md", readmeText(plan, sample)],
  ]);
}

function packageText(plan: StarterPlan, sample: string): string {
  return json({
    name: plan.project,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { start: "atalaya up", check: "tsc --noEmit" },
    dependencies: { "@atalaya/define": version },
    devDependencies: { "@atalaya/cli": version, typescript: "^7.0.2" },
    atalaya: { pipelines: [`${plan.project}.pipeline.ts`], samples: { [plan.setting]: { folder: sample } } },
  });
}

const tsconfigText = json({
  compilerOptions: {
    target: "ES2022",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  },
  include: ["*.ts"],
});

function readmeText(plan: StarterPlan, sample: string): string {
  const target = plan.columns.find(({ role }) => role === "target");
  const purpose = target === undefined ? "Finds unusual rows." : `Predicts \`${target.name}\`.`;
  const commands = [
    { line: `atalaya run ${plan.project}`, does: "train, evaluate, and promote if every gate passes" },
    { line: "atalaya up", does: "the same, and serve predictions; prints a request to try" },
    { line: `atalaya models list ${plan.project}`, does: "its versions" },
  ];
  const width = Math.max(...commands.map(({ line }) => line.length));
  return `# ${plan.project}

${purpose} The whole pipeline stands in \`${plan.project}.pipeline.ts\`, made from ${plan.dataFile} by \`atalaya init\`; change it as you like.

\`\`\`sh
${commands.map(({ line, does }) => `${line.padEnd(width)}  # ${does}`).join("\n")}
\`\`\`

The data come from the setting \`${plan.setting}\`: a file, or a folder whose files are the batches. While it is not set,
\`${sample}\` is read, as package.json says.

The state (models, runs, PostgreSQL) lies in \`.atalaya\`; delete the folder to start anew. An editor, and \`tsc --noEmit\`,
need \`npm install\` for the types of the language; running does not.
`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
