/** Reads the text of `.github/daybreak.yml` into a policy, with everything wrong in it at its line. Opens no file. */

import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type * as z from "zod";
import type { Diagnostic } from "#core/errors.ts";
import { PolicyFile, policyKeys } from "#core/policy-file.ts";

/** `given`: the top-level keys the owner wrote. With an error among the diagnostics, the policy is all defaults. */
export type PolicyReading = {
  policy: z.infer<typeof PolicyFile>;
  given: ReadonlySet<string>;
  diagnostics: Diagnostic[];
};

/** What goes wrong, before it is known in which file. `at` counts characters of the text. */
type Fault = { at: number; code: string; message: string; remedy: string };
type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Broken YAML can be broken at every character; nobody reads more than this. */
const MOST_SYNTAX_FAULTS = 10;

/** Keys of the reference that this version does not read yet. */
const LATER_KEYS = ["opinion", "platforms"];

const SYNTAX_REMEDIES: Partial<Record<YAMLError["code"], string>> = {
  DUPLICATE_KEY: "Keep one of the two.",
  MULTIPLE_DOCS: "Keep one document: remove the line `---`, and what follows it.",
  TAB_AS_INDENT: "Indent with spaces.",
};

/** `text` is null when there is no such file: every default holds. */
export function readPolicyFile(text: string | null, file: string): PolicyReading {
  const lines = new LineCounter();
  const document = parseDocument(text ?? "", { lineCounter: lines, prettyErrors: false });
  const syntax = [...syntaxFaults(document, text ?? ""), ...aliasFaults(document)];
  const reading = syntax.some(({ code }) => code === "POLICY_YAML")
    ? null
    : PolicyFile.safeParse(contentOf(document));
  const faults = [...syntax, ...(reading?.error?.issues ?? []).flatMap((issue) => faultsOf(issue, document))];
  const diagnostics = faults
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, ...said }): Diagnostic => {
      const { line, col } = lines.linePos(at);
      return { file, line, column: col, severity: "error", ...said };
    });
  const wrong = diagnostics.length > 0;
  return {
    policy: wrong || !reading?.data ? PolicyFile.parse({}) : reading.data,
    given: new Set(wrong || !isMap(document.contents) ? [] : Object.keys(contentOf(document))),
    diagnostics,
  };
}

function contentOf(document: Document): object {
  return document.toJS() ?? {};
}

/** A key that stands twice leaves the rest readable, so it does not hide what else is wrong. */
function syntaxFaults({ errors, warnings }: Document, text: string): Fault[] {
  const told = [...errors, ...warnings].slice(0, MOST_SYNTAX_FAULTS);
  return told.map(({ code, message, pos }) => {
    const twice = code === "DUPLICATE_KEY";
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0];
    return {
      at: pos[0],
      code: twice ? "POLICY_VALUE" : "POLICY_YAML",
      message: twice ? `\`${key}\` stands here a second time` : message,
      remedy:
        SYNTAX_REMEDIES[code] ??
        "Write it as plain YAML: `key: value`, lists with `- `, indented with spaces.",
    };
  });
}

/** A few aliases of aliases are enough to fill the memory, and a policy is too short to need any. */
function aliasFaults(document: Document): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias(_, alias) {
      const message = `\`*${alias.source}\` is an alias, and a policy has none`;
      const remedy = "Write the value itself.";
      faults.push({ at: alias.range?.[0] ?? 0, code: "POLICY_YAML", message, remedy });
    },
  });
  return faults;
}

function faultsOf(issue: Issue, document: Document): Fault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...issue.path, key], document));
  const name = issue.path.join(".");
  const value = valueAt(document, issue.path);
  const initial = policyKeys().find(({ key }) => key === name)?.default;
  return [
    {
      at: startOf(valueNode(document, issue.path)),
      code: "POLICY_VALUE",
      message: `${name === "" ? "the policy" : `\`${name}\``} must be ${expectation(issue)}, ${shown(value)}`,
      remedy: `Change it, or remove it${initial === undefined ? "" : `: the default is \`${initial}\``}.`,
    },
  ];
}

function unknownKey(path: Path, document: Document): Fault {
  const name = path.join(".");
  const meant = closestKey(name);
  const known = LATER_KEYS.includes(name)
    ? { message: `\`${name}\` comes with a later version of Daybreak`, remedy: "Remove it until then." }
    : {
        message: `there is no \`${name}\`${meant ? `; did you mean \`${meant}\`?` : ""}`,
        remedy: meant
          ? `Write \`${meant}\`, or remove it.`
          : "Remove it; the README's policy reference lists every key.",
      };
  return { at: startOf(keyNode(document, path)), code: "POLICY_UNKNOWN_KEY", ...known };
}

/** The key that was probably meant: spelt almost so at the same place, or exactly so at another. */
function closestKey(name: string): string | null {
  const keys = policyKeys().map(({ key }) => key);
  const [group, last] = [groupOf(name), lastOf(name)];
  const nearest = keys
    .filter((key) => groupOf(key) === group)
    .map((key) => ({
      key,
      far: editsBetween(lastOf(key).replaceAll("-", ""), last.replace(/[-_]/g, "").toLowerCase()),
    }))
    .toSorted((one, other) => one.far - other.far)[0];
  if (nearest && nearest.far <= Math.min(2, Math.round(last.length / 3))) return nearest.key;
  return keys.find((key) => lastOf(key) === last) ?? null;
}

function groupOf(name: string): string {
  return name.slice(0, name.lastIndexOf(".") + 1);
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Letters to insert, delete or replace to make one word of the other. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...one].entries()) {
    const next = [above + 1];
    for (const [index, wanted] of [...other].entries()) {
      const [replaced = 0, inserted = 0, deleted = 0] = [row[index], next[index], row[index + 1]];
      next.push(Math.min(replaced + (letter === wanted ? 0 : 1), inserted + 1, deleted + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const KINDS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
};

/** What zod wanted, as words that follow “must be”. */
function expectation(issue: Issue): string {
  if (issue.code === "invalid_type") return KINDS[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") return issue.values.map((value) => `\`${String(value)}\``).join(" or ");
  if (issue.code === "too_big") return `at most ${issue.maximum}`;
  if (issue.code !== "too_small") return issue.message;
  if (issue.origin === "string") return "more than nothing";
  return `${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "and is missing";
  if (value === null) return "and is empty";
  const text = JSON.stringify(value);
  return `not ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

function valueAt(document: Document, path: Path): unknown {
  const found = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(found) ? found.toJS(document) : found;
}

/** The node at a path or, where something is missing, the one it is missing from. */
function valueNode(document: Document, path: Path): Node | null {
  if (path.length === 0) return document.contents;
  const found = document.getIn(path, true);
  return isNode(found) ? found : valueNode(document, path.slice(0, -1));
}

function keyNode(document: Document, path: Path): Node | null {
  const group = valueNode(document, path.slice(0, -1));
  const pair =
    isMap(group) && group.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
  return pair && isNode(pair.key) ? pair.key : group;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
