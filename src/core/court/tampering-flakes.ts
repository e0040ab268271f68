/** Tests that are tried until they pass: retries, loops, polls of what cannot change. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Language } from "#core/court/outline.ts";
import { isConstant } from "#core/court/tampering-assertions.ts";
import type { Pairs, Test } from "#core/court/tampering-pairs.ts";
import { addedCode, closing, objected, quoted, spelled, type Token } from "#core/court/tampering-text.ts";
import { nameOf } from "#core/court/tampering-weakened.ts";

const RETRIES =
  /\b(?:jest|vi)\.retryTimes\b|\bthis\.retries\s*\(|\.retries\s*\(\s*[1-9]|\bretry\s*:\s*[1-9]|\bretries\s*:\s*[1-9]|@(?:pytest\.mark\.)?flaky\b|pytest\.mark\.flaky|\breruns\s*=|@retry\b/;
const TRIES_AGAIN =
  /\b(?:for|while)\b.*?\btry\b.*?\b(?:expect|assert\w*)\b.*?\b(?:catch|except)\b.*?(?:\b(?:continue|pass|break)\b|\{\s*\}|\+\+|\+=)/s;

/** Retries around a test that were not there. */
export function hiddenFlakes(files: readonly ChangedFile[], { pairs, fresh }: Pairs): Objection[] {
  const said = { remedy: "Remove the retry and make the test stable" };
  const looped = [
    ...pairs.map(({ before, after }) => ({ before, after })),
    ...fresh.map((after) => ({ before: null, after })),
  ]
    .filter(({ before, after }) => repeats(after, files) && !(before && repeats(before, files)))
    .map(({ after }) =>
      objected("hidden flake", after.file, after.block.from, {
        because: `${nameOf(after)} tries its assertions until they hold`,
        ...said,
      }),
    );
  const marked = files
    .filter(({ isTest }) => isTest)
    .flatMap((file) => {
      const line = addedCode(file).find(
        ({ text }) => RETRIES.test(text) && !RETRIES.test(file.before?.text ?? ""),
      );
      return line
        ? [objected("hidden flake", file, line.line, { because: `${quoted(line.text)} was added`, ...said })]
        : [];
    });
  return [...looped, ...marked];
}

function repeats(test: Test, files: readonly ChangedFile[]): boolean {
  const said = test.tokens.map(({ kind, text }) => (kind === "string" ? '""' : text)).join(" ");
  return TRIES_AGAIN.test(said) || triesUntil(test) || polls(test, files);
}

const POLLS =
  /^(?:poll|waitFor|waitUntil|wait_until|wait_for|eventually|Eventually|EventuallyWithT|retry|retrying|until|pWaitFor)$/;

/** Waits for another answer of a function the change brings, although it gives it the same each time; or loops over one that counts its calls. */
function polls(test: Test, files: readonly ChangedFile[]): boolean {
  const { tokens } = test;
  const sources = files.filter(({ isTest, after }) => !isTest && after?.outline);
  const changed = new Set(sources.flatMap(functionsChanged));
  const waits = tokens.some(({ kind, text }, at) => {
    if (kind !== "name" || !POLLS.test(text) || tokens[at + 1]?.text !== "(") return false;
    const inside = tokens.slice(at + 2, closing(tokens, at + 1));
    return inside.some((token, index) => isAskedTheSame(token, inside.slice(index + 1), changed));
  });
  return (
    waits ||
    (sources.some(countsItsCalls) &&
      tokens.some(({ text }) => /^(?:for|while)$/.test(text) || POLLS.test(text)))
  );
}

function functionsChanged({ after, changed }: ChangedFile): string[] {
  const functions = after?.outline?.functions ?? [];
  return functions.flatMap(({ name, from, to }) =>
    name !== null && changed.some((lines) => lines.from <= to && from <= lines.to) ? [name] : [],
  );
}

function isAskedTheSame(
  { kind, text }: Token,
  next: readonly Token[],
  changed: ReadonlySet<string>,
): boolean {
  if (kind !== "name" || !changed.has(text) || next[0]?.text !== "(") return false;
  const given = next.slice(1, closing(next, 0));
  return given.length > 0 && isConstant(given);
}

/** A count beside the function, not in an object, that decides what it answers. */
function countsItsCalls(file: ChangedFile): boolean {
  const text = addedCode(file)
    .map(({ text }) => text)
    .join("\n");
  const kept = [...text.matchAll(/^(?:export )?(?:let |var )?(\w+)(?: int\w*| ?: ?\w+)? ?(?:=|;|$)/gm)];
  return kept.some(([, name]) => {
    const grows = new RegExp(`\\b${name}\\s*(?:\\+\\+|\\+=)|\\+\\+${name}\\b`);
    const decides = new RegExp(`\\b${name}(?:\\+\\+)?\\s*(?:%|[<>]=?|[!=]==?)\\s*\\d`);
    return grows.test(text) && decides.test(text);
  });
}

/** A loop with one of these waits for time to pass, or goes on by itself: it asks for more than another try. */
const PURPOSE =
  /^(?:await|sleep|Sleep|After|Tick|NewTicker|NewTimer|setTimeout|delay|wait\w*|yield|Gosched|advance\w*|tick|poll|recv|Wait|<-|\+=)$/;
/** Methods by which a loop gathers what it was given. */
const GATHERS = /^(?:push|append|add|Add|concat|write\w*|set|next|read\w*)$/;

/** A loop that counts its attempts, does nothing else with the count, and leaves at the first good answer. */
function triesUntil({ tokens, language }: Test): boolean {
  return tokens.some(({ text, kind }, at) => {
    if (kind !== "name" || !/^(?:for|while)$/.test(text)) return false;
    const { head, body } = loopAt(tokens, at, language);
    const said = ` ${spelled(head)} `;
    if (!/ (?:in range \(|range \d)|\+ \+|\+ =|< \d/.test(said) || / of /.test(said)) return false;
    const has = (words: RegExp): boolean => body.some(({ text }) => words.test(text));
    if (!has(/^(?:return|break)$/) || !has(/^if$/) || has(PURPOSE)) return false;
    if (body.some(({ text }, index) => GATHERS.test(text) && body[index - 1]?.text === ".")) return false;
    const counted = head.filter(({ kind, text }) => kind === "name" && !COUNTING.test(text));
    return !body.some((token) => token.kind === "name" && counted.some(({ text }) => text === token.text));
  });
}

/** Words of a loop's head that name no count. */
const COUNTING = /^(?:let|const|var|in|range|_)$/;

function loopAt(tokens: readonly Token[], at: number, language: Language): { head: Token[]; body: Token[] } {
  const line = tokens[at]?.line ?? 0;
  if (language === "python") {
    const colon = tokens.findIndex(({ text }, index) => index > at && text === ":");
    return { head: tokens.slice(at + 1, colon), body: tokens.slice(colon + 1) };
  }
  const bracket = language === "javascript" ? closing(tokens, at + 1) : at;
  const open = tokens.findIndex(({ text }, index) => index > bracket && text === "{");
  if (open < 0) return { head: [], body: tokens.filter((token) => token.line === line) };
  const head = language === "javascript" ? tokens.slice(at + 2, bracket) : tokens.slice(at + 1, open);
  return { head, body: tokens.slice(open + 1, closing(tokens, open)) };
}
