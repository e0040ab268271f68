/** Plays actions/download-artifact: copies artifacts of the same run into the workspace. Never reaches another run. */

import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { globToRegExp } from "../glob.ts";
import { artifactsOf, type BuiltInUse, flag, placeOf } from "./built-in.ts";

const UNSUPPORTED = ["artifact-ids", "skip-decompress"];

export async function downloadArtifact(use: BuiltInUse): Promise<void> {
  const { live, inputs, output } = use;
  for (const key of UNSUPPORTED)
    if (inputs[key] && inputs[key] !== "false")
      throw new Error(`\`${key}:\` of actions/download-artifact is not supported by the local runner`);
  if (inputs["run-id"] && inputs["run-id"] !== String(live.run))
    throw new Error(
      "Unable to download artifact(s): the local runner knows only the artifacts of the same run",
    );
  const target = placeOf(live, inputs.path || ".");
  const names = (await readdir(artifactsOf(live)).catch(() => [])).sort();
  const wanted = choose(names, inputs.name ?? "", inputs.pattern ?? "");
  const merged = flag(use, "merge-multiple", false);
  const direct = Boolean(inputs.name) || merged || wanted.length === 1;
  for (const name of wanted) {
    const folder = direct ? target : join(target, name);
    await mkdir(folder, { recursive: true });
    await cp(join(artifactsOf(live), name), folder, { recursive: true, force: true });
  }
  live.log.say(`Total of ${wanted.length} artifact(s) downloaded`);
  output("download-path", target);
}

function choose(names: readonly string[], name: string, pattern: string): readonly string[] {
  if (name !== "") {
    if (!names.includes(name))
      throw new Error(`Unable to download artifact(s): Artifact '${name}' not found`);
    return [name];
  }
  return pattern === "" ? names : names.filter((other) => globToRegExp(pattern).test(other));
}
