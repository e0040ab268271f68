/** The folders one attempt is built and tested in. Below `root`: trusted git, the prepared checkout, copies to run in. */

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type Git, initBare, openGit } from "#adapters/git/git.ts";
import { readCommit } from "#adapters/git/objects.ts";
import { pathsBeyond } from "#adapters/git/patch.ts";
import { fetch } from "#adapters/git/remote.ts";
import { checkOut } from "#adapters/git/writing.ts";
import { Failure } from "#core/errors.ts";
import { Sha } from "#core/milestone.ts";
import type { Place } from "#ports/workbench.ts";

/** What the setup step leaves for the steps after it: no git of the checkout's is asked again. */
const Prepared = z.strictObject({
  /** The checked-out commit: a base, or a staged head. */
  head: Sha,
  base: Sha,
  /** Paths in the prepared folder that base does not have: setup made them, they are nobody's work. */
  made: z.array(z.string()),
});
type Prepared = z.infer<typeof Prepared>;

export type Desk = {
  readonly git: Git;
  readonly prepared: string;
  readonly home: string;
  readonly spill: string;
  /** What is kept of an attempt beside its outcome. */
  readonly notes: string;
  /** Where what one command is given, and what it reports, lies for the time it runs. */
  readonly trays: string;
  place(place: Place): string;
  /** Brings the checked-out commit and its base over and lays base's tree out. */
  begin(checkout: string, staged: boolean): Promise<Sha>;
  /** Remembers what setup made, and puts back what it changed of base's own files. */
  settle(head: Sha, base: Sha): Promise<void>;
  /** @throws Failure HANDOVER_MISSING when no setup step ran before. */
  recall(): Promise<Prepared>;
  /** A fresh copy of the prepared folder with this tree's files. */
  copyTo(place: Place, base: Sha, tree: Sha): Promise<void>;
};

/** `home` may be shared by desks whose foreign code is trusted alike: toolchains keep their caches there. */
export function openDesk(
  root: string,
  home = join(root, "home"),
  notes = join(root, "out", "checkpoint"),
): Desk {
  const git = openGit(join(root, "repo.git"));
  const prepared = join(root, "prepared");
  const memory = join(root, "prepared.json");
  const place = (name: Place) => join(root, "places", name);
  return {
    git,
    prepared,
    home,
    spill: join(root, "spill"),
    notes,
    trays: join(root, "trays"),
    place,
    async begin(checkout, staged) {
      // A runner may keep its disk: what an earlier attempt left is nobody's work.
      for (const folder of [prepared, join(root, "spill"), join(root, "trays"), join(root, "places")])
        await rm(folder, { recursive: true, force: true });
      for (const folder of [prepared, home, join(root, "spill"), join(root, "trays"), join(root, "places")])
        await mkdir(folder, { recursive: true });
      await initBare(git.directory);
      const head = await headOf(checkout);
      await fetch(git, { url: join(checkout, ".git"), token: null, wants: [head], depth: staged ? 2 : 1 });
      const base = staged ? (await readCommit(git, head)).parents[0] : head;
      if (!base) throw new Failure("HANDOVER_INVALID", `the staged head ${head} has no parent`);
      await checkOut(git, (await readCommit(git, base)).tree, prepared);
      await writeFile(memory, JSON.stringify({ head, base, made: [] } satisfies Prepared));
      return base;
    },
    async settle(head, base) {
      const { tree } = await readCommit(git, base);
      await checkOut(git, tree, prepared, tree);
      const made = await pathsBeyond({ git, base, workspace: prepared });
      await writeFile(memory, JSON.stringify({ head, base, made } satisfies Prepared));
    },
    async recall() {
      const text = await readFile(memory, "utf8").catch(() => null);
      if (text === null) throw new Failure("HANDOVER_MISSING", "the setup step did not run in this job");
      return Prepared.parse(JSON.parse(text));
    },
    async copyTo(name, base, tree) {
      const folder = place(name);
      await rm(folder, { recursive: true, force: true });
      await cp(prepared, folder, { recursive: true, verbatimSymlinks: true });
      await checkOut(git, tree, folder, (await readCommit(git, base)).tree);
    },
  };
}

/** Asked while the checkout is still as the checkout step left it: nothing foreign has run yet. */
async function headOf(checkout: string): Promise<Sha> {
  const git = openGit(join(checkout, ".git"));
  const { output } = await git.raw(["rev-parse", "--verify", "HEAD^{commit}"]);
  return Sha.parse(output.toString().trim());
}
