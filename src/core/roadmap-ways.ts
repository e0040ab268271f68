/** What stands in a criterion's bracket, `(run: …)` to `(look: …)`: one grammar for each way. Reads; never guesses. */

import type { Way, WayOf } from "#core/milestone.ts";
import { readSteps, sayStep } from "#core/roadmap-browser.ts";
import { codeSpans, onlyCode, quotation, urlPath, withoutCode } from "#core/roadmap-inline.ts";

/** A way, with the sentence of a criterion that has none of its own; or what is wrong, as words behind “the criterion”. */
type WayReading = { way: Way; sentence: string } | { because: string };

/** Each keyword with an example that can be read. */
const EXAMPLES = {
  run: "(run: node scripts/restart.js)",
  file: '(file: README.md contains "drafts")',
  test: "(test: drafts survive a restart)",
  http: '(http: POST /notes {"text":"milk"} → 201 contains "id")',
  browser: '(browser: open /; fill "Note" with "milk"; press Enter; see "milk"; not see "Error")',
  probe: "(probe: node scripts/ask.js)",
  look: "(look: /settings)",
} as const;

export type Keyword = keyof typeof EXAMPLES;

export const KEYWORDS = Object.keys(EXAMPLES) as Keyword[];

export function isKeyword(word: string): word is Keyword {
  return Object.hasOwn(EXAMPLES, word);
}

/** How a bracket of this keyword is written. */
export function exampleOf(keyword: Keyword): string {
  return EXAMPLES[keyword];
}

/** Whether the way needs the running program. */
export function drivesProgram({ by }: Way): boolean {
  return by === "http" || by === "browser" || by === "probe" || by === "look";
}

const READERS: Record<Keyword, (content: string) => WayReading> = {
  run: runWay,
  file: fileWay,
  test: testWay,
  http: httpWay,
  browser: browserWay,
  probe: probeWay,
  look: lookWay,
};

/** Reads what stands behind the keyword's colon. */
export function readWay(keyword: Keyword, content: string): WayReading {
  return content === "" ? { because: `has an empty (${keyword}:)` } : READERS[keyword](content);
}

function runWay(content: string): WayReading {
  const command = commandOf(content, "run");
  if (typeof command !== "string") return command;
  const way: Way = { by: "command", command, exitCode: 0, prints: null };
  return { way, sentence: `${asCode(command, content)} passes` };
}

function probeWay(content: string): WayReading {
  const command = commandOf(content, "probe");
  if (typeof command !== "string") return command;
  return {
    way: { by: "probe", command },
    sentence: `${asCode(command, content)} passes against the running program`,
  };
}

function commandOf(content: string, keyword: Keyword): string | { because: string } {
  const command = onlyCode(content);
  if (/^`*$/u.test(command)) return { because: `has an empty (${keyword}:)` };
  if (command === content && content.split('"').length % 2 === 0) {
    return { because: "has a command with an open quotation mark" };
  }
  return command;
}

function asCode(command: string, content: string): string {
  return command === content ? `\`${command}\`` : content;
}

function fileWay(content: string): WayReading {
  const split = withoutCode(content).search(/\scontains(?:\s|$)/u);
  const path = onlyCode(split < 0 ? content : content.slice(0, split));
  const contains =
    split < 0
      ? null
      : quotation(
          content
            .slice(split)
            .trim()
            .replace(/^contains\s*/u, ""),
        );
  if (split >= 0 && (contains === null || contains.rest !== "")) {
    return { because: "does not say in quotes what the file contains" };
  }
  if (path === "" || /^[/\\~]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|["“”\0]/u.test(path)) {
    return { because: "names no path inside the repository" };
  }
  const way: Way = { by: "file", path, contains: contains?.text ?? null };
  return { way, sentence: `\`${path}\` ${contains === null ? "exists" : `contains “${contains.text}”`}` };
}

/** A name is taken as it stands, or out of the quotes or backticks that are all around it. */
function testWay(content: string): WayReading {
  const quoted = quotation(content);
  if (quoted === null ? /^["“`]/u.test(content) : quoted.rest !== "") {
    return { because: "names more or less than one test" };
  }
  const name = quoted?.text ?? content;
  return { way: { by: "test", name }, sentence: `The test “${name}” passes` };
}

function lookWay(content: string): WayReading {
  const path = urlPath(content);
  if (path === null || path.rest !== "") return { because: "looks at something that is no path of a page" };
  return { way: { by: "look", path: path.text }, sentence: `\`${path.text}\` before and after` };
}

function browserWay(content: string): WayReading {
  const steps = readSteps(content);
  if ("because" in steps) return steps;
  return { way: { by: "browser", steps }, sentence: `In a browser: ${steps.map(sayStep).join("; ")}` };
}

type Method = WayOf<"http">["method"];
type Request = { method: Method; path: string; body: string | null; rest: string };

const METHODS: readonly Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/** How many arrows are looked at for the one behind a JSON body. */
const MOST_ARROWS = 20;
const ARROW = /^(?:→|->)/u;
const ANSWER = /^(?:→|->)\s*([1-5]\d\d)(?!\w)\s*/u;

/** `[METHOD] /path [body] → STATUS [[contains] "text"]`. */
function httpWay(content: string): WayReading {
  const request = requestIn(content);
  if ("because" in request) return request;
  const { method, path, body, rest } = request;
  const answer = ANSWER.exec(rest);
  if (answer === null) return { because: "does not say behind an arrow which status must come back" };
  const expected = rest.slice(answer[0].length).replace(/^contains\s+/u, "");
  const contains = expected === "" ? null : quotation(expected);
  if (expected !== "" && (contains === null || contains.rest !== "")) {
    return { because: "expects something else than a status and one text in quotes" };
  }
  if (body !== null && (method === "GET" || method === "HEAD")) return { because: `gives ${method} a body` };
  if (contains !== null && method === "HEAD")
    return { because: "expects a text from HEAD, which brings none" };
  const status = Number(answer[1]);
  const ending = contains === null ? "" : ` with “${contains.text}”`;
  return {
    way: { by: "http", method, path, body, status, contains: contains?.text ?? null },
    sentence: `\`${method} ${path}\` answers ${status}${ending}`,
  };
}

/** The request; it may be a code span, and so may its path and its body. `rest` begins at the arrow. */
function requestIn(content: string): Request | { because: string } {
  const [span] = codeSpans(content);
  const text = span?.start === 0 ? `${span.code} ${content.slice(span.end).trim()}` : content;
  const word = /^[A-Za-z]+(?=[\s`])/u.exec(text)?.[0];
  const method = word === undefined ? "GET" : METHODS.find((each) => each === word.toUpperCase());
  if (method === undefined) return { because: `asks with ${word}, which is none of ${METHODS.join(", ")}` };
  const path = urlPath(text.slice(word?.length ?? 0).trim());
  if (path === null)
    return { because: "names no path that begins with one slash and has no gap to be filled" };
  if (path.rest === "" || ARROW.test(path.rest))
    return { method, path: path.text, body: null, rest: path.rest };
  const body = path.rest.startsWith("`") ? quotation(path.rest) : jsonIn(path.rest);
  if (body === null)
    return { because: "puts something between path and arrow that is neither JSON nor code" };
  return { method, path: path.text, body: body.text, rest: body.rest };
}

/** The JSON object or list a text begins with, up to the arrow behind it. */
function jsonIn(text: string): { text: string; rest: string } | null {
  for (const { index } of text.matchAll(/(?<=[}\]])\s*(?=→|->)/gu).take(MOST_ARROWS)) {
    const json = text.slice(0, index);
    if (/^[{[]/u.test(json) && isJson(json)) return { text: json, rest: text.slice(index).trim() };
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
