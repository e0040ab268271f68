/** Functions whose contract names what they take, and which never look at it. Judges no other function. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import { closing, objected, quoted, split, type Token, tokensOf } from "#core/court/tampering-text.ts";
import type { Milestone } from "#core/milestone.ts";

/** `discounted(cents, percent)` in a sentence of the contract: names alone, or it is an example of a call. */
const SIGNATURE = /`(?:[\p{L}_$][\p{L}\p{N}_$]*\.)*([\p{L}_$][\p{L}\p{N}_$]*)\(([^`()]*)\)`/gu;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

export function unreadParameters(
  sources: readonly ChangedFile[],
  { title, objective, criteria }: Pick<Milestone, "title" | "objective" | "criteria">,
): Objection[] {
  const text = [title, objective, ...criteria.map((criterion) => criterion.text)].join("\n");
  const promised = [...text.matchAll(SIGNATURE)].flatMap(([, name = "", list = ""]) => {
    const takes = list.split(",").map((one) => one.trim());
    return takes.every((one) => NAME.test(one)) ? [{ name, takes }] : [];
  });
  return sources.flatMap((file) => promised.flatMap((signature) => unreadIn(file, signature)));
}

type Signature = { name: string; takes: string[] };

/** A parameter counts where it is called as the contract calls it, so that nobody has to take what a frame hands over. */
function unreadIn(file: ChangedFile, { name, takes }: Signature): Objection[] {
  const outline = file.after?.outline;
  const lines = file.after?.text.split("\n") ?? [];
  return (outline?.functions ?? [])
    .filter((one) => one.name === name)
    .filter(({ from, to }) => file.changed.some((lines) => lines.from <= to && from <= lines.to))
    .flatMap(({ from, to }) => {
      const tokens = tokensOf(lines.slice(from - 1, to).join("\n"), outline?.language ?? "javascript");
      const unread = takes.filter((parameter) => isUnread(tokens, parameter));
      return unread.map((parameter) =>
        objected("special case", file, from, {
          because: `${quoted(name)} takes ${quoted(parameter)}, as the milestone says, and never looks at it`,
          remedy: "Let the answer depend on everything the milestone says it depends on",
        }),
      );
    });
}

function isUnread(tokens: readonly Token[], parameter: string): boolean {
  const open = tokens.findIndex(({ text }) => text === "(");
  const close = closing(tokens, open);
  const named = split(tokens.slice(open + 1, close)).some(([first]) => first?.text === parameter);
  const body = tokens.slice(close + 1);
  // An empty body, one that only complains, or one that takes its arguments as a list.
  const says = body.some(({ text }) => /^(?:return|=>|yield)$/.test(text));
  const whole = body.some(({ text }) => /^(?:arguments|locals|args|kwargs)$/.test(text));
  const read = body.some(({ kind, text, value }) =>
    kind === "name" ? text === parameter : value.includes(parameter),
  );
  return named && says && !whole && !read;
}
