/** Reads the text of one rule: YAML between two lines of hyphens, then words for humans. Opens no file. */

import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type * as z from "zod";
import type { Diagnostic } from "#core/errors.ts";
import { Rule, wrongRule } from "#core/rules.ts";

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|$)/ms;

const SHAPE =
  "Begin with a line `---`, then id, sentence, postmortem, enforcement and test, then a line `---`.";

type Reading = { rule: Rule; diagnostics: [] } | { rule: null; diagnostics: Diagnostic[] };

/** Everything wrong is reported at once, at its line. */
export function readRule(text: string, file: string): Reading {
  const [, front] = FRONT_MATTER.exec(text) ?? [];
  if (front === undefined) return refused(wrongRule(file, 1, "there is no front matter", SHAPE));
  const lines = new LineCounter();
  const document = parseDocument(front, { lineCounter: lines, prettyErrors: false });
  const said = (at: number, message: string, remedy: string): Diagnostic => {
    const { line, col } = lines.linePos(at);
    return wrongRule(file, line + 1, message, remedy, col);
  };
  const broken = document.errors.map(({ pos, message }) => said(pos[0], message, SHAPE));
  visit(document, {
    Alias: (_, { source, range }) =>
      void broken.push(said(range?.[0] ?? 0, `\`*${source}\` is an alias, and a rule has none`, SHAPE)),
  });
  if (broken.length > 0) return refused(...broken);
  const contents = document.contents;
  const parsed = Rule.safeParse(isNode(contents) ? contents.toJS(document) : {});
  if (parsed.success) return { rule: parsed.data, diagnostics: [] };
  return refused(
    ...parsed.error.issues.flatMap((issue) =>
      faultsOf(issue).map(({ path, message }) => said(placeOf(contents, path), message, "Change it.")),
    ),
  );
}

function refused(...diagnostics: Diagnostic[]): Reading {
  return { rule: null, diagnostics };
}

/** Each unknown key is a fault of its own, at its own place. */
function faultsOf(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `there is no \`${key}\` in a rule`,
    }));
  return [{ path: issue.path, message: `\`${issue.path.join(".")}\`: ${issue.message}` }];
}

/** Where the deepest part of the path that is there begins, in characters of the front matter. */
function placeOf(node: Node | null, [key, ...rest]: readonly PropertyKey[], otherwise = 0): number {
  const pair = isMap(node) && node.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (!pair || !isNode(pair.key)) return otherwise;
  const at = pair.key.range?.[0] ?? otherwise;
  return rest.length > 0 && isNode(pair.value) ? placeOf(pair.value, rest, at) : at;
}
