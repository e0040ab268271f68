/** Merge, squash and rebase as GitHub does them, by git, without a work tree. Makes commits, moves no ref. */

import type { Git, Person } from "#rehearsal/forge/git.ts";

export const METHODS = ["merge", "squash", "rebase"] as const;
export type Method = (typeof METHODS)[number];

/** Who commits what GitHub itself writes. */
export const GITHUB: Omit<Person, "date"> = { name: "GitHub", email: "noreply@github.com" };

export type Merge = {
  method: Method;
  /** Tip of base, and head: full shas. */
  base: string;
  head: string;
  message: string;
  /** Who presses merge, and whose squashed work it is. */
  merger: Person;
  author: Person;
};

/** The commit base would move to, or null on a conflict. */
export async function mergeCommit(git: Git, merge: Merge): Promise<string | null> {
  if (merge.method === "rebase") return rebase(git, merge);
  const { base, head, message } = merge;
  const tree = await git.mergeTree(base, head);
  if (tree === null) return null;
  return await git.writeCommit({
    tree,
    parents: merge.method === "merge" ? [base, head] : [base],
    message,
    author: merge.method === "merge" ? merge.merger : merge.author,
    committer: { ...GITHUB, date: merge.merger.date },
  });
}

async function rebase(git: Git, { base, head, merger }: Merge): Promise<string | null> {
  let tip = base;
  for (const commit of await git.commits(["--reverse", "--no-merges", `${base}..${head}`])) {
    const tree = await pick(git, tip, commit.sha, commit.parents);
    if (tree === null) return null;
    const { message, author } = commit;
    tip = await git.writeCommit({ tree, parents: [tip], message: `${message}\n`, author, committer: merger });
  }
  return tip;
}

/**
 * Git 2.39 cannot be told a merge base. So the tip's tree is put on the picked commit's parent, which makes that
 * parent the merge base.
 */
async function pick(
  git: Git,
  tip: string,
  commit: string,
  parents: readonly string[],
): Promise<string | null> {
  const onto = await git.commit(tip);
  const standIn = await git.writeCommit({ ...onto, parents: [...parents] });
  return await git.mergeTree(standIn, commit);
}
