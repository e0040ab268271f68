/** Everything about two trees that the bounds of a milestone are judged by. Judges nothing. */

import type { Git } from "#adapters/git/git.ts";
import { diffTrees, listFiles, readText } from "#adapters/git/objects.ts";
import type { Sha } from "#core/milestone.ts";
import type { TreeDifference } from "#ports/trees.ts";

export async function differenceOf(git: Git, base: Sha, tree: Sha): Promise<TreeDifference> {
  const changes = await diffTrees(git, base, tree);
  const packages = changes.filter(({ path }) => /(^|\/)package\.json$/.test(path));
  return {
    changes,
    basePaths: await listFiles(git, base),
    packages: await Promise.all(
      packages.map(async ({ path }) => ({
        path,
        before: await readText(git, base, path),
        after: await readText(git, tree, path),
      })),
    ),
  };
}
