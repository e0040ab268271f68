/** Which lines of a file a change made or changed, as git counts them. Reads; writes nothing. */

import type { Git } from "#adapters/git/git.ts";
import { named } from "#adapters/git/objects.ts";
import type { Lines } from "#core/court/outline.ts";

const HUNK = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/;

/** Lines of the newer version that are new or changed. A deletion leaves none behind. */
export async function changedLines(git: Git, base: string, tree: string, path: string): Promise<Lines[]> {
  const show = ["--unified=0", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
  const { output } = await git.raw(["diff-tree", "-p", "-r", ...show, named(base), named(tree), "--", path]);
  return output
    .toString()
    .split("\n")
    .flatMap((line) => {
      const [whole, from = "1", count = "1"] = HUNK.exec(line) ?? [];
      return whole === undefined || count === "0"
        ? []
        : [{ from: Number(from), to: Number(from) + Number(count) - 1 }];
    });
}
