/** What stands inside a line of Markdown: code spans, comments, plain text. Knows nothing of blocks or milestones. */

/** A code span: `start` at its first backtick, `end` after its last, and what stands between them. */
export type CodeSpan = { start: number; end: number; code: string };

/** All code spans of a text, left to right, in linear time: a backtick run closes at the next run of its length. */
export function codeSpans(text: string): CodeSpan[] {
  if (!text.includes("`")) return [];
  const runs = backtickRuns(text);
  const byLength = new Map<number, number[]>();
  for (const run of runs) {
    const same = byLength.get(run.length);
    if (same === undefined) byLength.set(run.length, [run.at]);
    else same.push(run.at);
  }
  const next = new Map<number, number>();
  const spans: CodeSpan[] = [];
  let from = 0;
  for (const { at, length } of runs) {
    if (at < from || text[at - 1] === "\\") continue;
    const same = byLength.get(length) ?? [];
    let index = next.get(length) ?? 0;
    while ((same[index] ?? Number.POSITIVE_INFINITY) <= at) index += 1;
    next.set(length, index);
    const close = same[index];
    if (close === undefined) continue;
    spans.push({ start: at, end: close + length, code: text.slice(at + length, close).trim() });
    from = close + length;
  }
  return spans;
}

function backtickRuns(text: string): { at: number; length: number }[] {
  const runs: { at: number; length: number }[] = [];
  for (let at = text.indexOf("`"); at >= 0; ) {
    let end = at + 1;
    while (text[end] === "`") end += 1;
    runs.push({ at, length: end - at });
    at = text.indexOf("`", end);
  }
  return runs;
}

/** The code of a text that is one code span, else the text. */
export function onlyCode(text: string): string {
  const plain = text.trim();
  const [span] = codeSpans(plain);
  return span !== undefined && span.start === 0 && span.end === plain.length ? span.code : plain;
}

const QUOTED = /^(?:"([^"]+)"|“([^”]+)”|'([^']+)')/u;

/** The quotation or code span a text begins with, and what follows it. Nothing quoted is no quotation. */
export function quotation(text: string): { text: string; rest: string } | null {
  const [span] = text.startsWith("`") ? codeSpans(text) : [];
  if (span?.start === 0 && span.code !== "") return { text: span.code, rest: text.slice(span.end).trim() };
  const match = QUOTED.exec(text);
  const inner = match?.[1] ?? match?.[2] ?? match?.[3];
  return match === null || inner === undefined
    ? null
    : { text: inner, rest: text.slice(match[0].length).trim() };
}

/** What a path of a URL is made of. Braces, `<` and `:` behind a slash are gaps somebody else was to fill. */
const URL_PATH = /^\/(?!\/)(?:(?!->|(?<=\/):)[\p{L}\p{N}._~:/?#[\]@!$&'()*+,=%-])*/u;

/** The path of a page a text begins with, bare, quoted or in backticks, and what follows it. */
export function urlPath(text: string): { text: string; rest: string } | null {
  const quoted = quotation(text);
  const path = URL_PATH.exec(quoted?.text ?? text)?.[0];
  if (path === undefined || (quoted !== null && path !== quoted.text)) return null;
  return { text: path, rest: quoted?.rest ?? text.slice(path.length).trim() };
}

/** Spaces in place of `text[start, end)`, so that every other character keeps its column. */
export function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
}

/** The text with its code spans blanked: what is left is where words and brackets mean something. */
export function withoutCode(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of codeSpans(text)) {
    parts.push(text.slice(from, start), " ".repeat(end - start));
    from = end;
  }
  return parts.join("") + text.slice(from);
}

/**
 * Blanks the HTML comments of one line. A comment that does not end here is blanked to the end of the line if
 * `closesLater`, and `open` says so; else it is literal text, as GitHub shows it.
 */
export function blankComments(text: string, closesLater: boolean): { text: string; open: boolean } {
  const bare = withoutCode(text);
  const parts: string[] = [];
  let from = 0;
  for (let start = bare.indexOf("<!--"); start >= 0; start = bare.indexOf("<!--", from)) {
    const close = text.indexOf("-->", start + 2);
    if (text[start - 1] === "\\" || (close < 0 && !closesLater)) {
      parts.push(text.slice(from, start + 4));
      from = start + 4;
      continue;
    }
    const end = close < 0 ? text.length : close + 3;
    parts.push(text.slice(from, start), " ".repeat(end - start));
    from = end;
    if (close < 0) return { text: parts.join(""), open: true };
  }
  return { text: parts.join("") + text.slice(from), open: false };
}

/** One line of prose: no runs of white space, none at the ends. */
export function tidy(text: string): string {
  return /\s\s|[^\S ]/u.test(text) ? text.replace(/\s+/gu, " ").trim() : text.trim();
}

/** The text without emphasis marks at its ends and without the brackets of a link around it. */
export function bare(text: string): string {
  const link = /^\[([^\]]*)\](?:\([^)]*\))?$/u.exec(text.trim());
  return (link?.[1] ?? text).replace(/^[\s*_`~]+/u, "").replace(/(?<![\s*_`~])[\s*_`~]+$/u, "");
}
