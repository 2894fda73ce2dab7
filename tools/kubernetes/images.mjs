import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { expect } from "./checks.mjs";
import { whenLeaving } from "./leaving.mjs";
import { must } from "./rig.mjs";

/** Most that an image may weigh on a node's disk, uncompressed. */
const mostMegabytes = { atalaya: 250, serve: 150 };

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 * @param {{ all: string, serve: string }} images
 * @param {boolean} isBuilt  before, by somebody else
 * @returns {Promise<boolean>} false: there is nothing to install
 */
export async function checkImages(checks, cluster, images, isBuilt) {
  // Taken once, so that both images are of the same sources whatever is being edited.
  const context = mkdtempSync(join(tmpdir(), "atalaya-context-"));
  const leave = whenLeaving(() => rmSync(context, { recursive: true, force: true }));
  if (!isBuilt) copySources(context);
  const built = [
    await checkImage(checks, cluster, images.all, "atalaya", isBuilt ? null : context),
    await checkImage(checks, cluster, images.serve, "serve", isBuilt ? null : context),
  ];
  leave();
  rmSync(context, { recursive: true, force: true });
  return built.every((isDone) => isDone);
}

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 * @param {string} image
 * @param {"atalaya" | "serve"} target
 * @param {string | null} context  null: it was built before
 */
async function checkImage(checks, cluster, image, target, context) {
  const result = await checks.check(`image ${target}: built, loaded, small enough`, async () => {
    if (context !== null) await cluster.build(image, target, context);
    await cluster.load(image);
    const megabytes = await unpackedMegabytes(cluster, image);
    expect(megabytes <= mostMegabytes[target], `${megabytes.toFixed(1)} MB, and ${mostMegabytes[target]} are allowed`);
    return `${megabytes.toFixed(1)} MB`;
  });
  return result !== null;
}

/** Everything that Git knows or would take. @param {string} context */
function copySources(context) {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const path of listed.split("\0")) {
    if (path !== "" && existsSync(join(repository, path))) cpSync(join(repository, path), join(context, path));
  }
}

/** What its files take, as containerd unpacked them: the sum over the image's layers. @param {import("./rig.mjs").Cluster} cluster @param {string} image */
async function unpackedMegabytes(cluster, image) {
  const ctr = (/** @type {string[]} */ ...words) =>
    must(join(cluster.binaries, "ctr"), ["-a", join(cluster.folder, "containerd/containerd.sock"), "-n", "k8s.io", ...words]);
  const usage = await ctr("images", "usage", "--snapshotter", "overlayfs", image).catch(() => "");
  const factors = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };
  const sizes = [...usage.matchAll(/^sha256:\S+\s+([\d.]+) (B|KiB|MiB|GiB)/gm)];
  const bytes = sizes.reduce(
    (sum, [, size, unit]) => sum + Number(size) * factors[/** @type {keyof typeof factors} */ (unit)],
    0,
  );
  return bytes === 0 ? Number.NaN : bytes / 1e6;
}
