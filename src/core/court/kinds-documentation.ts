/** Judges documents by their links and their fenced code. Fetches nothing, renders nothing. */

import { type Fence, type Link, type Page, pageOf } from "#core/court/kinds-markdown.ts";
import type { Objection } from "#core/court/objection.ts";

/** A page as it is, and as it was on base: what was broken there already is not said again. */
export type Document = { path: string; text: string; before?: string | null };

/** Whether code parses, by the ending a file of its language has; null when nobody can tell. */
export type Sound = (language: string, text: string) => boolean | null;

const MARKDOWN = /\.(?:md|mdx|markdown)$/i;
const EXTERNAL = /^(?:[a-z][a-z0-9+.-]*:|\/\/|\{\{|\$\{|<%)/i;

/** The names by which a fence's language goes, and the ending of its files. */
const LANGUAGES: Record<string, string> = {
  json: "json",
  yaml: "yaml",
  yml: "yaml",
  js: "js",
  javascript: "js",
  mjs: "js",
  cjs: "js",
  jsx: "jsx",
  ts: "ts",
  typescript: "ts",
  tsx: "tsx",
  py: "py",
  python: "py",
  python3: "py",
  go: "go",
  golang: "go",
};

/** Something is left out, or it is a conversation with an interpreter. */
const UNFINISHED = /…|\.\.\.(?!\s*[\w[({$])|^\s*(?:>>>|\$ |> )|<[a-z]+(?:[-_ ][a-z]+)+>|\{\{/m;

/** Only Markdown is read. `exists` answers for paths from the repository's root, files and folders. */
export function brokenDocumentation(
  files: readonly Document[],
  exists: (path: string) => boolean,
  sound: Sound,
): Objection[] {
  const documents = files.filter(({ path }) => MARKDOWN.test(path));
  const pages = new Map(documents.map(({ path, text }) => [path, pageOf(text)]));
  const said = (path: string, page: Page): Objection[] => [
    ...page.links.flatMap((link) => brokenLink(path, link, { pages, exists })),
    ...page.fences.flatMap((fence) => brokenCode(path, fence, sound)),
  ];
  return documents.flatMap(({ path, text, before }) => {
    const old = before ? said(path, pageOf(before)).map(({ because }) => because) : [];
    return said(path, pageOf(text)).filter(({ because }) => !old.includes(because));
  });
}

function brokenAt(path: string, line: number, because: string, remedy: string): Objection {
  return { rule: "kind broken", path, line, because, remedy };
}

type Known = { pages: ReadonlyMap<string, Page>; exists: (path: string) => boolean };

function brokenLink(path: string, { target, line }: Link, { pages, exists }: Known): Objection[] {
  if (target === "" || EXTERNAL.test(target)) return [];
  const [where = "", anchor = ""] = target.split("#");
  const to = where === "" ? path : resolved(path, decoded(where.replace(/\?.*$/, "")));
  if (to === null) return [];
  if (where !== "" && !pages.has(to) && !exists(to))
    return [
      brokenAt(path, line, `the link \`${target}\` leads nowhere`, "Correct the link, or add what it names"),
    ];
  const page = pages.get(to);
  const known = anchor === "" || anchor === "top" || !page || page.anchors.has(decoded(anchor).toLowerCase());
  if (known) return [];
  return [
    brokenAt(
      path,
      line,
      `the link \`${target}\` names a heading that is not there`,
      "Name a heading of that page",
    ),
  ];
}

/** A path from the root; null when it leads out of the repository, as links to a forge's own pages do. */
function resolved(from: string, target: string): string | null {
  const parts = target.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") {
      if (parts.length === 0) return null;
      parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.length === 0 ? null : parts.join("/");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function brokenCode(path: string, { language, text, line }: Fence, sound: Sound): Objection[] {
  const known = LANGUAGES[language];
  if (!known || UNFINISHED.test(text) || text.trim() === "") return [];
  if (readings(known, text).some((reading) => parses(known, reading, sound))) return [];
  return [
    brokenAt(
      path,
      line,
      `the ${language} code does not parse`,
      "Correct the code, or mark what is left out with `...`",
    ),
  ];
}

function parses(language: string, text: string, sound: Sound): boolean {
  if (language !== "json") return sound(language, text) !== false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A snippet may be a piece of something: members of an object, statements of a function. */
function readings(language: string, text: string): string[] {
  if (language === "json") return [text, `{${text.replace(/,\s*$/, "")}}`];
  if (language === "go") return [text, `package p\n${text}`, `package p\nfunc f() {\n${text}\n}`];
  return /^[jt]sx?$/.test(language) ? [text, `async function f() {\n${text}\n}`, `(${text}\n)`] : [text];
}
