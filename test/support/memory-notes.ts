/** What attempts leave in memory: their notes, and the change of one that was interrupted. Decides nothing. */

import type { DecisionOf, Subject } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Sha, Slug } from "#core/milestone.ts";
import { NOTE_NAMES, type Notes, noteEntries, notePath } from "#core/notes.ts";
import type { Receipt } from "#ports/forge.ts";
import { branchOf, type MemoryWorld } from "./memory-world.ts";

/** Receipt, notes and the change that was left, in one push. */
export function keep(
  world: MemoryWorld,
  decision: DecisionOf<"publish">,
  { line, head, expected }: { line: JournalLine; head: Sha | null; expected: Sha | null },
): Receipt {
  const branch = branchOf(decision);
  if (head !== null && world.git.branches.get(branch) !== expected)
    return { outcome: "stale", because: `refs/heads/${branch} moved` };
  world.write("keep what was interrupted", () => {
    world.journal.push(line);
    if (head !== null) world.git.branches.set(branch, head);
    note(world, decision, decision.notes);
  });
  return { outcome: "done" };
}

export function note(world: MemoryWorld, subject: Subject, notes: Notes): void {
  for (const [name, text] of noteEntries(notes)) world.notes[notePath(subject, name)] = text;
}

export function notesIn(world: MemoryWorld, attempt: { slug: Slug; attempt: number }): Notes {
  return Object.fromEntries(
    NOTE_NAMES.flatMap((name) => {
      const text = world.notes[notePath(attempt, name)];
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
