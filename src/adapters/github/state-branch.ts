/** The branch `daybreak/state`: an append-only journal and the files rendered beside it. Moves by lease only. */

import type { Git } from "#adapters/git/git.ts";
import { type Known, readObjects } from "#adapters/git/objects.ts";
import { fetch, push, type RefUpdate, type Remote, remoteRefs } from "#adapters/git/remote.ts";
import { commitTree, updateTree } from "#adapters/git/writing.ts";
import type { Connection } from "#adapters/github/connection.ts";
import { type JournalLine, parseJournal, printJournal } from "#core/journal.ts";
import { Sha, type Slug } from "#core/milestone.ts";
import { NOTE_NAMES, type Notes, noteOf, notePath } from "#core/notes.ts";
import type { Receipt } from "#ports/forge.ts";

export const STATE_REF = "refs/heads/daybreak/state";
export const JOURNAL = "journal.jsonl";

/** A file of this name stops everything. */
const STOP = "STOP";

/** Files for people beside the journal. */
const RENDERED = ["STATE.md", "DIGEST.md", "BLOCKED.md"] as const;

/** Git's empty tree: every repository knows it. */
const EMPTY_TREE = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

/** Pushes that may lose the race before the decision is given back. */
const MOST_RACES = 8;

/** The tip of the state branch as this process saw it last. */
const seenTips = new WeakMap<Git, Sha | null>();

export function rememberState(git: Git, tip: Sha | null): void {
  seenTips.set(git, tip);
}

export type StateChange = {
  lines: readonly JournalLine[];
  files?: Readonly<Record<string, string>>;
  /** Refs that move in the same atomic push. */
  with?: readonly RefUpdate[];
  at: string;
};

/**
 * Appends lines that are not there yet. Somebody else's push in between is no refusal: the lines are appended to what
 * he left. Refused refs beside it are.
 */
export async function appendState(connection: Connection, change: StateChange): Promise<Receipt> {
  const { git } = connection;
  const remote = { url: connection.remote, token: connection.actions.token };
  let because = "";
  for (let race = 0; race < MOST_RACES; race++) {
    // The first try builds on what the last look saw; only who lost the race asks again.
    const seen = race === 0 ? seenTips.get(git) : undefined;
    const tip = seen === undefined ? await tipNow(git, remote, change.with ?? []) : seen;
    if (tip !== null && typeof tip !== "string") return tip;
    const next = await nextState(git, tip, change);
    const own = next === tip ? [] : [{ ref: STATE_REF, to: next, expected: tip }];
    const pushed = await push(git, { ...remote, updates: [...(change.with ?? []), ...own] });
    if (pushed.outcome === "done") {
      rememberState(git, next);
      return { outcome: "done" };
    }
    because = pushed.because;
  }
  return { outcome: "stale", because };
}

/** The tip as it is now, brought here; stale when a ref that is to move with it has moved already. */
async function tipNow(git: Git, remote: Remote, others: readonly RefUpdate[]): Promise<Sha | null | Receipt> {
  const refs = await remoteRefs(git, remote);
  const moved = others.find(({ ref, expected }) => (refs.get(ref) ?? null) !== expected);
  if (moved) return { outcome: "stale", because: `${moved.ref} moved` };
  const tip = refs.get(STATE_REF) ?? null;
  if (tip !== null) await fetch(git, { ...remote, wants: [tip], depth: 1 });
  return tip;
}

async function nextState(git: Git, tip: Sha | null, { lines, files, at }: StateChange): Promise<Sha | null> {
  const name = `${tip}:${JOURNAL}`;
  const before = tip === null ? "" : ((await readObjects(git, [name])).get(name)?.bytes.toString() ?? "");
  const written = new Set(before.split("\n"));
  const fresh = lines.filter((line) => !written.has(JSON.stringify(line)));
  const texts = Object.entries(files ?? {});
  if (fresh.length === 0 && texts.length === 0) return tip;
  const kept = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  const changed = new Map(texts.map(([path, text]) => [path, { text }] as const));
  if (fresh.length > 0) changed.set(JOURNAL, { text: kept + printJournal(fresh) });
  const tree = await updateTree(git, tip ?? EMPTY_TREE, changed);
  const message = fresh.length > 0 ? fresh.map(({ line }) => line).join(", ") : "report";
  return await commitTree(git, {
    tree,
    parents: tip === null ? [] : [tip],
    message: `${message}\n`,
    date: at,
  });
}

/** What an attempt noted, as the tip that was seen last has it. */
export async function readNotes(git: Git, attempt: { slug: Slug; attempt: number }): Promise<Notes> {
  const tip = seenTips.get(git) ?? null;
  if (tip === null) return {};
  const paths = NOTE_NAMES.map((name) => [name, `${tip}:${notePath(attempt, name)}`] as const);
  const known = await readObjects(
    git,
    paths.map(([, path]) => path),
  );
  const notes: Notes = {};
  for (const [name, path] of paths) {
    const note = noteOf(known.get(path)?.bytes.toString() ?? "");
    if (note !== null) notes[name] = note;
  }
  return notes;
}

export type State = { journal: JournalLine[]; files: Record<string, string>; stop: boolean };

/** What must be read to know the state as a tip has it. */
export function stateNames(tip: Sha): string[] {
  return [JOURNAL, STOP, ...RENDERED].map((path) => `${tip}:${path}`);
}

export function stateFrom(tip: Sha | null, known: Known): State {
  const text = (path: string) => known.get(`${tip}:${path}`)?.bytes.toString();
  return {
    journal: parseJournal(text(JOURNAL) ?? "").lines,
    files: Object.fromEntries(
      RENDERED.flatMap((name) => {
        const found = text(name);
        return found === undefined ? [] : [[name, found] as const];
      }),
    ),
    stop: text(STOP) !== undefined,
  };
}
