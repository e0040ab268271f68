/** The branch `daybreak/state`: an append-only journal and the files rendered beside it. Moves by lease only. */

import type { Git } from "#adapters/git/git.ts";
import { commitTree, readText, readTexts, updateTree } from "#adapters/git/objects.ts";
import { fetch, push, type RefUpdate, remoteRefs } from "#adapters/git/remote.ts";
import type { Connection } from "#adapters/github/connection.ts";
import { type JournalLine, parseJournal, printJournal } from "#core/journal.ts";
import { Sha } from "#core/milestone.ts";
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
  const remote = { url: connection.remote, token: connection.actions.token };
  let because = "";
  for (let race = 0; race < MOST_RACES; race++) {
    const refs = await remoteRefs(connection.git, remote);
    const moved = (change.with ?? []).find(({ ref, expected }) => (refs.get(ref) ?? null) !== expected);
    if (moved) return { outcome: "stale", because: `${moved.ref} moved` };
    const tip = refs.get(STATE_REF) ?? null;
    if (tip !== null) await fetch(connection.git, { ...remote, wants: [tip], depth: 1 });
    const next = await nextState(connection.git, tip, change);
    const updates = [
      ...(change.with ?? []),
      ...(next === tip ? [] : [{ ref: STATE_REF, to: next, expected: tip }]),
    ];
    const pushed = await push(connection.git, { ...remote, updates });
    if (pushed.outcome === "done") return { outcome: "done" };
    because = pushed.because;
  }
  return { outcome: "stale", because };
}

async function nextState(git: Git, tip: Sha | null, { lines, files, at }: StateChange): Promise<Sha | null> {
  const before = tip === null ? "" : ((await readText(git, tip, JOURNAL)) ?? "");
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

/** The journal and the rendered files as the tip has them. */
export async function readState(
  git: Git,
  tip: Sha | null,
): Promise<{ journal: JournalLine[]; files: Record<string, string>; stop: boolean }> {
  if (tip === null) return { journal: [], files: {}, stop: false };
  const texts = await readTexts(git, tip, [JOURNAL, STOP, ...RENDERED]);
  const files = Object.fromEntries(
    RENDERED.flatMap((name) => {
      const text = texts.get(name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
  return {
    journal: parseJournal(texts.get(JOURNAL) ?? "").lines,
    files,
    stop: texts.has(STOP),
  };
}
