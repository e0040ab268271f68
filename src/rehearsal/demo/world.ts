/** The bundled demo as one value: a repository with a roadmap, and the script its night is played by. Touches no disk. */

import type { Script } from "#rehearsal/model/script.ts";
import { COUNT_TAGS } from "./count-tags.ts";
import { EXPORT_NOTES } from "./export.ts";
import { IMPORT_NOTES } from "./import.ts";
import { NODE_VERSIONS } from "./node-versions.ts";
import { entriesOf, type Plot } from "./plot.ts";
import { PROGRAM } from "./program.ts";
import { PROJECT } from "./project.ts";
import { SORT_LIST } from "./sort-list.ts";
import { SYNC, SYNC_CONFLICTS } from "./sync.ts";

export type DemoWorld = {
  /** The texts of the repository's one commit, by path. */
  files: ReadonlyMap<string, string>;
  script: Script;
};

const FIRST = [COUNT_TAGS, EXPORT_NOTES, SORT_LIST, SYNC, NODE_VERSIONS];
const SECOND = [IMPORT_NOTES, SYNC_CONFLICTS];

export function demoWorld(): DemoWorld {
  const files = { ...PROJECT, ...PROGRAM, "ROADMAP.md": roadmap() };
  return {
    files: new Map(Object.entries(files)),
    script: { version: 1, milestones: [...FIRST, ...SECOND].flatMap(entriesOf) },
  };
}

function roadmap(): string {
  const sections = (plots: readonly Plot[]) => plots.map(({ section }) => section).join("\n");
  return `# Roadmap

What \`notes\` learns next, in the order it is wanted.

### M0.1 — Notes are written and listed ✅
**Objective:** Write notes down and list them.
**Acceptance criteria:**
- \`NOTES_FILE=examples/notes.json node cli.js list\` prints "1. Water the plants"

## Useful every day

${sections(FIRST)}
## Useful with many notes

${sections(SECOND)}`;
}
