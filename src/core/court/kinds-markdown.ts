/** Reads of a Markdown page what can be wrong with it: links, anchors, fenced code. Judges nothing. */

export type Fence = { language: string; text: string; line: number };
export type Link = { target: string; line: number };
export type Page = { links: Link[]; anchors: Set<string>; fences: Fence[] };

export function pageOf(text: string): Page {
  const { prose, fences } = parted(text);
  return { links: linksOf(prose), anchors: anchorsOf(prose), fences };
}

/** Prose with code and comments blanked out, line by line as before, and the fenced code. */
function parted(text: string): { prose: string[]; fences: Fence[] } {
  const fences: Fence[] = [];
  let open: { mark: string; indent: number; fence: Fence } | null = null;
  const lines = text.replace(/<!--[\s\S]*?-->/g, blanked).split(/\r?\n/);
  const prose = lines.map((line, index) => {
    const [, indent = "", mark = "", rest = ""] =
      /^([\s>]*(?:[-*+] |\d+[.)] )?\s*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open) {
      const closes = mark.startsWith(open.mark) && rest.trim() === "";
      if (closes) open = null;
      else open.fence.text += `${line.slice(Math.min(open.indent, /^[\s>]*/.exec(line)?.[0].length ?? 0))}\n`;
      return "";
    }
    if (mark === "" || (mark.startsWith("`") && rest.includes("`"))) return line;
    const language = (/^\s*\{?\.?([\w+#-]+)/.exec(rest)?.[1] ?? "").toLowerCase();
    const fence = { language, text: "", line: index + 1 };
    fences.push(fence);
    open = { mark, indent: indent.length, fence };
    return "";
  });
  return { prose: withoutSpans(prose.map(withoutIndented)), fences };
}

function blanked(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

/** An indented block is code where it does not continue a list or a paragraph. */
function withoutIndented(line: string, index: number, lines: readonly string[]): string {
  if (!/^(?: {4}|\t)/.test(line)) return line;
  const above = lines.slice(0, index).findLast((one) => one.trim() !== "" && !/^(?: {4}|\t)/.test(one)) ?? "";
  const starts = (lines[index - 1] ?? "").trim() === "" || /^(?: {4}|\t)/.test(lines[index - 1] ?? "");
  return starts && !/^\s*(?:[-*+]|\d+[.)]|\[\^)/.test(above) ? "" : line;
}

function withoutSpans(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/(`+)(?!`)(.*?[^`])\1(?!`)/g, (span) => (span.includes("](") ? "code" : blankSpan(span))),
  );
}

/** A heading keeps the words of its code, for its anchor is made of them. */
function blankSpan(span: string): string {
  return span.replaceAll("`", "").replace(/[[\]<>]/g, "");
}

const INLINE =
  /\[(?:[^[\]]|\[[^[\]]*\](?:\([^()]*\))?)*\]\(\s*(?:<([^>]*)>|((?:[^\s()]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)/g;
const IMAGE = /!\[[^\]]*\]\(\s*(?:<([^>]*)>|((?:[^\s()]|\([^\s()]*\))*))(?:\s+["'][^)]*)?\s*\)/g;
const HTML = /<(?:a|img|source|video|audio|link)\b[^>]*?\b(?:href|src)\s*=\s*["']([^"']*)["']/gi;
const DEFINITION = /^\s{0,3}\[(?!\^)([^\]]+)\]:\s*<?([^\s>]+)>?/;
const REFERENCE = /\[([^[\]]+)\]\[([^[\]]*)\]/g;

function linksOf(lines: readonly string[]): Link[] {
  const definitions = new Set(lines.flatMap((text) => DEFINITION.exec(text)?.[1]?.toLowerCase() ?? []));
  return lines.flatMap((text, index) => {
    const line = index + 1;
    const defined = DEFINITION.exec(text)?.[2];
    if (defined !== undefined) return [{ target: defined, line }];
    const inline = [...text.matchAll(INLINE), ...text.matchAll(IMAGE)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    const html = [...text.matchAll(HTML)].map((match) => match[1] ?? "");
    const undefined_ = [...text.matchAll(REFERENCE)]
      .filter(
        ([, name = "", id = ""]) =>
          id !== "" && !definitions.has(id.toLowerCase()) && !/^[ xX]$|^\d/.test(name),
      )
      .filter(([, , id = ""]) => /^[\w .:-]*[a-z][\w .:-]*$/i.test(id) && definitions.size > 0)
      .map(([, , id = ""]) => `[${id}]`);
    return [...new Set([...inline, ...html])]
      .map((target) => ({ target, line }))
      .concat(undefined_.map((target) => ({ target, line })));
  });
}

/** Anchors as the forge makes them of headings, and those written out in HTML. */
function anchorsOf(lines: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const [index, text] of lines.entries()) {
    const underlined = /^\s{0,3}(?:=+|-+)\s*$/.test(lines[index + 1] ?? "") && text.trim() !== "";
    const heading = /^[\s>]*#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(text)?.[1] ?? (underlined ? text : undefined);
    for (const [, id = ""] of text.matchAll(/\b(?:id|name)\s*=\s*["']([^"']+)["']/gi))
      anchors.add(id.toLowerCase());
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    let unique = slug;
    for (let count = 1; anchors.has(unique); count++) unique = `${slug}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<[^>]+>/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}
