/** What sort of change a milestone asks for, inferred from its contract's words. Reads no patch and no worker's word. */

import type { Kind, Milestone } from "#core/milestone.ts";
import { drivesProgram } from "#core/roadmap-ways.ts";

type Contract = Pick<Milestone, "title" | "objective" | "criteria" | "touches">;

/** All that a rule names must stand in the text, and nothing of `unless`. */
type Rule = { kind: Kind; opens?: RegExp; holds?: RegExp; unless?: RegExp };

/** What the prefix of a conventional commit says by itself. */
const PREFIXES: ReadonlyMap<string, Kind> = new Map([
  ["feat", "feature"],
  ["feature", "feature"],
  ["fix", "fix"],
  ["bug", "fix"],
  ["bugfix", "fix"],
  ["hotfix", "fix"],
  ["refactor", "refactoring"],
  ["test", "coverage"],
  ["tests", "coverage"],
  ["docs", "documentation"],
]);
const PREFIX = /^(?:\[(\w+)\]|(\w+)(?:\([^()]{1,60}\))?!?:)\s*/u;
const ARTICLE = /^(?:the|an?)\s/iu;

const DOCUMENTS = words("docs documentation readme guide changelog tutorial handbook how-to");
/** What a program does with documents. */
const DOCUMENT_FEATURES = words(
  "generate generates generated generator search searches render renders preview viewer upload export import " +
    "link links site server page pages command parser shows prints",
);
const TEST_FEATURES = words(
  "a/b button page command runner report reports mode connection badge map show shows",
);
/** Things only programmers see: to extract or to rename one of them is no feature. */
const CODE = words(
  "code codebase internals implementation logic module modules class classes function functions method methods " +
    "package packages helper helpers library component components hook hooks layer layers parser parsing lexer " +
    "renderer validator validation store stores handler handlers handling interface interfaces type types adapter " +
    "adapters controller controllers middleware reducer reducers router routers schema schemas constant constants " +
    "variable variables loader loaders service services util utils utilities client engine core imports " +
    "dependency dependencies duplicated duplication",
);
/** A name in backticks, in camel case, in snake case, or of a source file. */
const IDENTIFIER =
  /`[^`-][^`]*`|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z0-9]+[A-Z]\w*|\b\w+_\w+|\b[\w-]+\.(?:[cm]?[jt]sx?|py|go|rs)\b/u;
/** What users see, although its name may sound of code. */
const VISIBLE = words(
  "option options flag flags command commands endpoint endpoints button page pages dialog screen onboarding user " +
    "users note notes plan banner account guide reminder wizard prompt notice theme tab tabs text words matches " +
    "contacts pro premium",
);
const REWORKING =
  "extract rename simplify clean cleanup split tidy inline consolidate unify merge remove rework separate break move pull";

/** What the first words of a sentence ask for; the first rule that fits decides. */
const RULES: readonly Rule[] = [
  {
    kind: "documentation",
    opens: opening(
      "write update improve extend rewrite add expand complete correct fix translate polish proofread",
    ),
    holds: DOCUMENTS,
    unless: DOCUMENT_FEATURES,
  },
  {
    kind: "documentation",
    opens: /^[Dd]ocument (?:(?:the|how|every|all|each|what|why|when|our|its)\b|[`A-Z])/u,
  },
  {
    kind: "documentation",
    opens: opening("readme changelog docs documentation"),
    unless: DOCUMENT_FEATURES,
  },
  {
    kind: "documentation",
    opens:
      /^(?:[\w-]+ ){0,3}(?:docs|documentation|guide|tutorial|handbook|how-to)(?: (?:for|to|about|on|of)\b.*)?$/iu,
    unless: DOCUMENT_FEATURES,
  },
  { kind: "fix", opens: opening("fix fixes hotfix repair") },
  { kind: "coverage", holds: words("coverage"), unless: TEST_FEATURES },
  {
    kind: "coverage",
    opens: opening("add write more missing extend backfill cover"),
    holds: words("test tests"),
    unless: TEST_FEATURES,
  },
  { kind: "coverage", opens: /^test (?:the|every|all|each|what|how|our)\b/iu, unless: TEST_FEATURES },
  { kind: "coverage", holds: /\btests (?:for|of|around)\b/iu, unless: TEST_FEATURES },
  { kind: "migration", opens: opening("migrate migration upgrade bump"), unless: VISIBLE },
  { kind: "migration", opens: /^port\b.*\bto\b/iu, unless: VISIBLE },
  { kind: "migration", opens: /^(?:switch|move|convert)\b.*\bfrom\b.*\bto\b/iu, unless: VISIBLE },
  { kind: "migration", opens: /^replace\b.*\b(?:with|by)\b/iu, unless: VISIBLE },
  {
    kind: "refactoring",
    holds: words(
      "refactor refactors refactoring restructure restructures restructuring modularise modularize decouple untangle",
    ),
    unless: VISIBLE,
  },
  { kind: "refactoring", opens: opening(REWORKING), holds: CODE, unless: VISIBLE },
  { kind: "refactoring", opens: opening(REWORKING), holds: IDENTIFIER, unless: VISIBLE },
  {
    kind: "refactoring",
    opens: opening(REWORKING),
    holds: /\b(?:into|to) (?:its|their) own\b|\bdead code\b/iu,
    unless: VISIBLE,
  },
];

/** A defect that is named anywhere in a title. Features about defects are none. */
const DEFECT: Rule = {
  kind: "fix",
  holds: words("fix fixes bug bugs regression regressions crash crashes crashing wrong wrongly"),
  unless: words("report reports reporting reporter tracker tracking recovery dump dumps linear"),
};

const UNCHANGED =
  /\bwithout chang(?:e|es|ing)\b(?: [\w-]+){0,4} behaviou?r|\bno behaviou?r(?:al)? changes?\b/iu;
const DOCUMENT_PATH =
  /\.(?:mdx?|markdown|rst|adoc|txt)$|(?:^|\/)(?:README|CHANGELOG|LICENSE|CONTRIBUTING)$|^(?:docs?|documentation)\//u;

/** In UTF-16 units: what is asked for stands at the beginning of a text, however long it is. */
const BEGINNING = 300;

/** The kind a contract's words name; `feature` where they name none. The title outranks the rest. */
export function inferKind({ title, objective, criteria, touches }: Contract): Kind {
  const [first, second] = [title.slice(0, BEGINNING), objective.slice(0, BEGINNING)];
  const drives = criteria.some(({ way }) => drivesProgram(way));
  const documents = touches.length > 0 && touches.every((path) => DOCUMENT_PATH.test(path));
  const kind =
    kindOfTitle(first) ??
    (documents ? "documentation" : null) ??
    (UNCHANGED.test(second) ? "refactoring" : null) ??
    kindOf(second);
  return kind === null || (kind === "documentation" && drives) ? "feature" : kind;
}

function kindOfTitle(title: string): Kind | null {
  const prefix = PREFIX.exec(title);
  const named = PREFIXES.get((prefix?.[1] ?? prefix?.[2] ?? "").toLowerCase());
  if (named !== undefined) return named;
  const text = title.slice(prefix?.[0].length ?? 0);
  return kindOf(text) ?? (UNCHANGED.test(text) ? "refactoring" : null) ?? (fits(DEFECT, text) ? "fix" : null);
}

function kindOf(text: string): Kind | null {
  const sentence = text.replace(ARTICLE, "");
  return RULES.find((rule) => fits(rule, sentence))?.kind ?? null;
}

function fits({ opens, holds, unless }: Rule, text: string): boolean {
  return opens?.test(text) !== false && holds?.test(text) !== false && unless?.test(text) !== true;
}

/** One of these words, anywhere. */
function words(list: string): RegExp {
  return new RegExp(`(?<![\\w-])(?:${list.replaceAll(" ", "|")})(?![\\w-])`, "iu");
}

/** One of these words at the beginning. */
function opening(list: string): RegExp {
  return new RegExp(`^(?:${list.replaceAll(" ", "|")})(?![\\w-])`, "iu");
}
