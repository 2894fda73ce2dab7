import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { expect } from "./checks.mjs";
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
  const built = [
    await checkImage(checks, cluster, images.all, "atalaya", isBuilt),
    await checkImage(checks, cluster, images.serve, "serve", isBuilt),
  ];
  return built.every((isBuilt) => isBuilt);
}

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 * @param {string} image
 * @param {"atalaya" | "serve"} target
 * @param {boolean} isBuilt
 */
async function checkImage(checks, cluster, image, target, isBuilt) {
  const result = await checks.check(`image ${target}: built, loaded, small enough`, async () => {
    if (!isBuilt) await cluster.build(image, target, join(repository, "deploy/Dockerfile"));
    await cluster.load(image);
    const megabytes = await unpackedMegabytes(cluster, image);
    expect(megabytes <= mostMegabytes[target], `${megabytes.toFixed(1)} MB, and ${mostMegabytes[target]} are allowed`);
    return `${megabytes.toFixed(1)} MB`;
  });
  return result !== null;
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
