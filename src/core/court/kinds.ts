/** The rules each kind of milestone keeps on top of the common ones. Judges facts it is given, measures nothing. */

import type { ChangedFile, Side } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Mutation } from "#core/evidence.ts";
import { matchesAny } from "#core/glob.ts";
import type { Kind, Milestone } from "#core/milestone.ts";

export type KindFacts = {
  files: readonly ChangedFile[];
  /** What the contract's metric printed on base and on the change; null where it did not run or printed no number. */
  metric: { before: number | null; after: number | null } | null;
  /** Mutants of the sources the new tests are about; null when none were made. */
  mutation: Pick<Mutation, "tried" | "killed"> | null;
};

type Contract = Pick<Milestone, "kind" | "allows" | "metric">;

const DOCUMENTS = [
  "**/*.{md,mdx,markdown,rst,adoc,asciidoc,txt}",
  "**/docs/**",
  "**/doc/**",
  "**/*.{png,jpg,jpeg,gif,svg,webp,avif,ico,pdf,drawio,mermaid,puml}",
  "**/{LICENSE,LICENCE,COPYING,NOTICE,AUTHORS,CONTRIBUTORS,MAINTAINERS,CHANGELOG,CHANGES,HISTORY,README}",
  "**/LICEN{S,C}E-*",
  "**/.mailmap",
];

/** Text files that programs read. */
const NOT_DOCUMENTS = [
  "**/{requirements,constraints,dev-requirements,test-requirements}*.txt",
  "**/CMakeLists.txt",
  "**/robots.txt",
];

/** Written for people: nothing a program does depends on it. */
export function isDocument(path: string): boolean {
  return (
    matchesAny(path, DOCUMENTS, { foldCase: true }) && !matchesAny(path, NOT_DOCUMENTS, { foldCase: true })
  );
}

/** Files that say how tests run and nothing else. Manifests and recipes, which also say other things, are not among them. */
const RUNNER_CONFIGURATION =
  /(?:^|\/)(?:(?:vitest|jest|karma|cypress|playwright|ava|web-test-runner|wtr|stryker)\.(?:config|workspace|setup|conf)\b[^/]*|\.(?:mocharc|nycrc|c8rc|taprc)[^/]*|\.coveragerc|coverage\.toml|\.?pytest\.ini|conftest\.py|tox\.ini|noxfile\.py|setup-?tests?\.[cm]?[jt]sx?|jest\.?setup[^/]*|\.?codecov\.ya?ml|(?:site|user)customize\.py|[^/]*\.pth|\.github\/workflows\/[^/]*|\.gitlab-ci\.yml|azure-pipelines\.yml)$|(?:^|\/)\.circleci\/|(?:^|\/)_pytest\/|^(?:pytest|unittest|vitest|jest)(?:\.py|\.js|\/)/i;

export function isRunnerConfiguration(path: string): boolean {
  return RUNNER_CONFIGURATION.test(path);
}

/** Whether something must fail without the change and hold with it. */
export function proofNeeded(kind: Kind): boolean {
  return kind === "feature" || kind === "fix";
}

export function kindRules(milestone: Contract, facts: KindFacts): Objection[] {
  const { kind } = milestone;
  if (kind === "refactoring" || kind === "migration")
    return [...sameTests(milestone, facts), ...metricMoves(milestone, facts)];
  if (kind === "coverage")
    return [...testsOnly(milestone, facts), ...metricMoves(milestone, facts), ...kills(facts)];
  return kind === "documentation" ? documentsOnly(milestone, facts) : [];
}

function broken(path: string | null, because: string, remedy: string): Objection {
  return { rule: "kind broken", path, line: null, because, remedy };
}

function allowed({ allows }: Contract, path: string): boolean {
  return matchesAny(path, allows);
}

function isSource({ path, isTest }: ChangedFile): boolean {
  return !isTest && !isDocument(path);
}

function sameTests(milestone: Contract, { files }: KindFacts): Objection[] {
  const edited = files.filter(
    ({ path, isTest, before, after }) =>
      isTest && before !== null && before.text !== after?.text && !allowed(milestone, path),
  );
  // The tests may be what is to be put in order, where the milestone allows their change.
  const nothing = !files.some((file) => isSource(file) || (file.isTest && allowed(milestone, file.path)));
  return [
    ...edited.map(({ path, after }) =>
      broken(
        path,
        `a ${milestone.kind} keeps the tests as they are, and this one was ${after ? "edited" : "deleted"}`,
        "Leave the test as it is, or let the milestone name it under `Allows:`",
      ),
    ),
    ...(nothing
      ? [
          broken(
            null,
            `a ${milestone.kind} changes sources, and none changed`,
            "Change the sources the milestone is about",
          ),
        ]
      : []),
  ];
}

/** The number a milestone is about moves its kind's way: what is covered rises, what is put in order falls. */
function metricMoves({ metric: command, kind }: Contract, { metric }: KindFacts): Objection[] {
  if (command === null) return [];
  const { before = null, after = null } = metric ?? {};
  if (before === null || after === null) {
    const where = before === null ? "on base" : "on the change";
    return [
      broken(null, `\`${command}\` printed no number ${where}`, "Let the metric print one number and exit 0"),
    ];
  }
  const how = kind === "coverage" ? "rise" : "fall";
  if (how === "rise" ? after > before : after < before) return [];
  return [
    broken(
      null,
      `the metric of a ${kind} must ${how}, and \`${command}\` went from ${before} to ${after}`,
      `Make it ${how}, or correct the metric of the milestone`,
    ),
  ];
}

function testsOnly(milestone: Contract, { files }: KindFacts): Objection[] {
  const sources = files.filter((file) => isSource(file) && !allowed(milestone, file.path));
  const tests = files.some(({ isTest, after }) => isTest && after !== null);
  return [
    ...sources.map(({ path }) =>
      broken(
        path,
        "work on coverage adds tests, and this is not one",
        "Leave the source as it is, or let the milestone name it under `Allows:`",
      ),
    ),
    ...(tests ? [] : [broken(null, "work on coverage adds tests, and none changed", "Add tests")]),
  ];
}

function kills({ mutation }: KindFacts): Objection[] {
  if (mutation !== null && mutation.killed > 0) return [];
  const because =
    mutation === null || mutation.tried === 0
      ? "no wrong variant of the sources was tried against the new tests"
      : `the new tests noticed none of ${mutation.tried} wrong variants of the sources`;
  return [broken(null, because, "Assert what the sources return, so that a wrong variant fails a test")];
}

function documentsOnly(milestone: Contract, { files }: KindFacts): Objection[] {
  const written = files.filter((file) => isDocument(file.path) || isOnlyCommented(file));
  const others = files.filter((file) => !written.includes(file) && !allowed(milestone, file.path));
  return [
    ...others.map(({ path }) =>
      broken(
        path,
        "work on documentation changes nothing a program reads",
        "Leave it as it is, or let the milestone name it under `Allows:`",
      ),
    ),
    ...(written.length > 0 ? [] : [broken(null, "no document changed", "Write what the milestone asks for")]),
  ];
}

/** Nothing but comments changed: the program is what it was. */
function isOnlyCommented({ before, after }: ChangedFile): boolean {
  if (!before?.outline?.sound || !after?.outline?.sound) return false;
  const [old, now] = [before, after].map(withoutComments);
  return old === now;
}

function withoutComments({ text, outline }: Side): string {
  const comments = outline?.comments ?? [];
  const bare = comments.reduce((rest, comment) => rest.replace(comment.text, ""), text);
  return bare.replace(/\s+/gu, " ").trim();
}
