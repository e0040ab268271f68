/** What follows from refs that moved: pushes, and pulls that move on, are merged or closed. Looks at git, moves no branch itself. */

import { type NewEvent, pullEvent, pushEvent } from "#rehearsal/forge/events.ts";
import { GITHUB } from "#rehearsal/forge/merging.ts";
import type { PullRequest, Writer } from "#rehearsal/forge/records.ts";
import { isPull, metaOf, now, pulls, type World, withPull } from "#rehearsal/forge/world.ts";

export type RefChange = { ref: string; before: string | null; after: string | null };

/** What becomes of one pull, and what workflows hear of it. */
type Consequence = { pull: PullRequest; event: NewEvent | null };

/** Call it before a ref may move: if the forge dies then, the move is ascribed to this writer on re-opening. */
export function announceWriter(world: World, writer: Writer): void {
  const meta = metaOf(world);
  const { actor, by } = writer;
  if (meta.writer.actor.id === actor.id && meta.writer.by === by) return;
  world.store.transact((draft) => draft.put("meta", "meta", { ...meta, writer: { actor, by } }));
}

/**
 * Compares git's refs with those last seen and records everything that follows, in one change.
 * Safe to call at any time; returns the refs that moved.
 */
export async function refsMoved(world: World, writer: Writer): Promise<RefChange[]> {
  const { store, git } = world;
  const seen = store.all("refs");
  const refs = await git.refs();
  const changes = [...new Set([...seen.keys(), ...refs.keys()])]
    .map((ref) => ({ ref, before: seen.get(ref) ?? null, after: refs.get(ref) ?? null }))
    .filter(({ before, after }) => before !== after);
  if (changes.length === 0) return [];
  const consequences: Consequence[] = [];
  for (const pull of pulls(world).filter(({ state }) => state === "open")) {
    const consequence = await consequenceFor(world, writer, pull, changes, refs);
    if (consequence !== null) consequences.push(consequence);
  }
  const pushes: NewEvent[] = [];
  for (const change of changes) pushes.push(...(await pushOf(world, writer, change)));
  store.transact((draft) => {
    for (const { ref, after } of changes) {
      if (after === null) draft.drop("refs", ref);
      else draft.put("refs", ref, after);
    }
    for (const { pull } of consequences) draft.put("issues", pull.number, pull);
    for (const event of [...pushes, ...consequences.flatMap((one) => one.event ?? [])]) {
      const id = draft.id();
      draft.put("events", id, { id, ...event });
    }
  });
  world.announce();
  return changes;
}

async function pushOf(world: World, writer: Writer, change: RefChange): Promise<NewEvent[]> {
  const { ref, before, after } = change;
  const sha = after === null ? null : await world.git.commitOf(after);
  if (sha === null) return [];
  const forced = before !== null && !(await world.git.isAncestor(before, sha));
  return [pushEvent(world, writer, { ref, before, forced, head: await world.git.commit(sha) })];
}

async function consequenceFor(
  world: World,
  writer: Writer,
  pull: PullRequest,
  changes: readonly RefChange[],
  refs: ReadonlyMap<string, string>,
): Promise<Consequence | null> {
  const headRef = `refs/heads/${pull.pull.head}`;
  const baseRef = `refs/heads/${pull.pull.base}`;
  const baseMoved = changes.some(({ ref }) => ref === baseRef);
  const headMoved = changes.some(({ ref }) => ref === headRef);
  if (!baseMoved && !headMoved) return null;
  const head = refs.get(headRef);
  const base = refs.get(baseRef);
  const seen = withPull(pull, { headSha: head ?? pull.pull.headSha });
  if (base !== undefined && baseMoved) {
    const merge = await mergedAs(world, seen, base);
    if (merge !== null) return closing(world, writer, merged(seen, writer, merge), merge);
  }
  if (base === undefined || head === undefined) return closing(world, writer, closed(seen, writer), null);
  if (!headMoved) return null;
  if (await world.git.isAncestor(head, base)) return closing(world, writer, closed(seen, writer), null);
  return synchronized(world, writer, withPull(seen, { baseSha: base }));
}

/** The commit that brought the pull into base, or null if base does not hold it. */
async function mergedAs(world: World, { pull }: PullRequest, base: string): Promise<string | null> {
  if (pull.landing !== null && (await world.git.isAncestor(pull.landing, base))) return pull.landing;
  return (await world.git.isAncestor(pull.headSha, base)) ? pull.headSha : null;
}

function merged(pull: PullRequest, writer: Writer, merge: string): PullRequest {
  return withPull(closed(pull, writer), {
    mergedAt: now(),
    mergedBy: writer.actor,
    mergeCommitSha: merge,
  });
}

export function closed(pull: PullRequest, writer: Writer): PullRequest {
  const at = now();
  return { ...pull, state: "closed", closedAt: at, closedBy: writer.actor, updatedAt: at };
}

async function closing(
  world: World,
  writer: Writer,
  pull: PullRequest,
  merge: string | null,
): Promise<Consequence> {
  await world.git.setRef(`refs/pull/${pull.number}/head`, pull.pull.headSha);
  await world.git.setRef(`refs/pull/${pull.number}/merge`, null);
  const event = pullEvent(world, writer, { action: "closed", pull, merge: merge ?? pull.pull.headSha });
  return { pull, event };
}

async function synchronized(world: World, writer: Writer, moved: PullRequest): Promise<Consequence> {
  const pull = { ...(await withTestMerge(world, moved)), updatedAt: now() };
  return { pull, event: heard(world, writer, "synchronize", pull) };
}

/** A pull that conflicts starts no workflow, as on GitHub. */
export function heard(world: World, writer: Writer, action: string, pull: PullRequest): NewEvent | null {
  const merge = pull.pull.mergeCommitSha;
  return merge === null ? null : pullEvent(world, writer, { action, pull, merge });
}

/** Merges head into base for a try, and points `refs/pull/N/head` and `refs/pull/N/merge` at what came of it. */
export async function withTestMerge(world: World, pull: PullRequest): Promise<PullRequest> {
  const { git } = world;
  const { headSha, base } = pull.pull;
  const tip = await git.commitOf(`refs/heads/${base}`);
  const tree = tip === null ? null : await git.mergeTree(tip, headSha);
  const person = { ...GITHUB, date: now() };
  const merge =
    tip === null || tree === null
      ? null
      : await git.writeCommit({
          tree,
          parents: [tip, headSha],
          message: `Merge ${headSha} into ${tip}\n`,
          author: person,
          committer: person,
        });
  await git.setRef(`refs/pull/${pull.number}/head`, headSha);
  await git.setRef(`refs/pull/${pull.number}/merge`, merge);
  return withPull(pull, { mergeCommitSha: merge });
}

/** The pull as it stands against today's base. Base may have moved since the last test merge. */
export async function freshPull(world: World, number: number): Promise<PullRequest | null> {
  const pull = world.store.get("issues", number);
  if (!isPull(pull)) return null;
  if (pull.state === "closed") return pull;
  const tip = await world.git.commitOf(`refs/heads/${pull.pull.base}`);
  const tested = pull.pull.mergeCommitSha;
  const [onto] = tested === null ? [] : (await world.git.commit(tested)).parents;
  if (tip === null || onto === tip) return pull;
  return await world.exclusive(async () => {
    const current = world.store.get("issues", number);
    if (!isPull(current) || current.state === "closed") return pull;
    const fresh = await withTestMerge(world, current);
    world.store.transact((draft) => draft.put("issues", number, fresh));
    return fresh;
  });
}
