/** M1.4: cannot be built without an answer, so it asks one question. M2.2 waits for it. */

import { ask, grep, type Plot, read, turn } from "./plot.ts";

export const SYNC: Plot = {
  id: "M1.4",
  section: `### M1.4 — Notes follow their owner to another machine 📝
**Objective:** Keep the notes of two machines the same, through a service that both can reach.
**Acceptance criteria:**
- \`node cli.js sync --dry-run\` prints "would send"
- (manual) A note written on one machine is listed on the other
`,
  attempts: [
    [
      turn(
        "The objective speaks of a service but names none. I look for a decision in the repository.",
        read("README.md"),
        grep("[Ss]ync|WebDAV|gist"),
      ),
      turn(
        "Nothing says which service. The two that fit need different credentials and treat conflicts differently, so choosing one for the owner would be a guess.",
        ask(
          "The roadmap does not say which service keeps the notes, and the choice decides about credentials and conflicts.",
          "Which service should keep the notes: a WebDAV folder of your own, or a private GitHub gist?",
        ),
      ),
    ],
  ],
};

export const SYNC_CONFLICTS: Plot = {
  id: "M2.2",
  section: `### M2.2 — No note is lost when two machines change it 📝
**Objective:** Keep both versions of a note that was changed on two machines.
**Depends on:** M1.4
**Acceptance criteria:**
- \`node cli.js sync --conflicts\` prints "no conflicts"
- (manual) Both versions of a conflict are easy to tell apart
`,
  attempts: [],
};
