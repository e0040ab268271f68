/** What can be wrong with a test itself: gone, skipped, focused, announced, expected to fail, empty, retried. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection, Rule } from "#core/court/objection.ts";
import type { Modifier } from "#core/court/outline.ts";
import { isConstant } from "#core/court/tampering-assertions.ts";
import { assertsElsewhere, reportsUnread } from "#core/court/tampering-helpers.ts";
import { foldedInto, type Pairs, type Test } from "#core/court/tampering-pairs.ts";
import {
  addedCode,
  closing,
  codeLines,
  objected,
  quoted,
  spelled,
  split,
  tokensOf,
} from "#core/court/tampering-text.ts";
import { nameOf } from "#core/court/tampering-weakened.ts";

export function deletedTests({ gone, fresh, pairs }: Pairs): Objection[] {
  const now = [...fresh, ...pairs.map(({ after }) => after)];
  const lost = gone.filter((test) => !test.block.suite && !foldedInto(test, now));
  const files = Map.groupBy(lost, ({ file }) => file);
  return [...files].flatMap(([file, tests]) => {
    const remedy = "Bring it back, or let the milestone name the file under `Allows:`";
    const whole = file.after === null && tests.length > 1;
    const names = tests.map(nameOf);
    if (whole)
      return [
        objected("deleted test", file, null, {
          because: `the file is gone with ${names.join(", ")}`,
          remedy,
        }),
      ];
    return tests.map((test) =>
      objected("deleted test", file, file.after ? placeOf(test, file) : null, {
        because: `${nameOf(test)} of the base is gone`,
        remedy,
      }),
    );
  });
}

/** Where the test would stand now. */
function placeOf({ block }: Test, { after }: ChangedFile): number {
  return Math.min(block.from, after?.text.split("\n").length ?? 1);
}

/** Test files of languages the court cannot read are judged by being there. */
export function deletedFiles(files: readonly ChangedFile[]): Objection[] {
  const named = /(?:[._-](?:test|spec)s?\.|(?:^|\/)test_|_test\.)[^/]*$/;
  const texts = files.flatMap(({ after, before }) => (after && !before ? [after.text.trim()] : []));
  return files
    .filter(
      ({ path, isTest, before, after }) =>
        isTest &&
        before &&
        !before.outline &&
        !after &&
        named.test(path) &&
        !/\.(?:snap|json|md|txt)$/.test(path),
    )
    .filter(({ before }) => !texts.includes(before?.text.trim() ?? ""))
    .map((file) =>
      objected("deleted test", file, null, {
        because: "the test file is gone",
        remedy: "Bring it back, or let the milestone name the file under `Allows:`",
      }),
    );
}

const MODIFIED: Record<Modifier, { rule: Rule; what: string; remedy: string }> = {
  skip: { rule: "skipped test", what: "is skipped", remedy: "Run it again" },
  conditional: {
    rule: "skipped test",
    what: "runs only under a condition",
    remedy: "Run it always, or test the condition itself",
  },
  only: { rule: "focused test", what: "keeps all others from running by `only`", remedy: "Remove `only`" },
  todo: { rule: "todo test", what: "is only announced", remedy: "Write it, or leave it out" },
  fails: {
    rule: "expected failure",
    what: "is declared to fail",
    remedy: "Make it pass, and assert what is right",
  },
  retry: {
    rule: "hidden flake",
    what: "is tried again when it fails",
    remedy: "Remove the retry and make it stable",
  },
};

/** Modifiers a test did not have on base. */
export function modifiedTests({ pairs, fresh }: Pairs): Objection[] {
  const all = [...pairs, ...fresh.map((after) => ({ before: null, after }))];
  return all.flatMap(({ before, after }) =>
    after.block.modifiers
      .filter((modifier) => !before?.block.modifiers.includes(modifier))
      .filter((modifier) => before === null || !covers(before, modifier))
      .filter((modifier) => modifier !== "conditional" || before !== null || !isUsual(after))
      .map((modifier) => {
        const { rule, what, remedy } = MODIFIED[modifier];
        return objected(rule, after.file, after.block.from, { because: `${nameOf(after)} ${what}`, remedy });
      }),
  );
}

/** A skip that becomes conditional is less of a skip. */
function covers({ block }: Test, modifier: Modifier): boolean {
  return modifier === "conditional" && block.modifiers.includes("skip");
}

/** A platform or a version of the language: where it is left out it proves nothing, and elsewhere it is judged. */
const PLATFORM =
  /^(?:sys \. platform|os \. name|platform \. system \( \)|sys \. version_info|process \. platform|sys \. implementation \. name|WIN(?:DOWS)?|IS_WINDOWS|isWindows)\b/;

/** A new test that leaves out a platform, or what other tests of the base in this file leave out. */
function isUsual({ file, tokens }: Test): boolean {
  const at = tokens.findIndex(({ text }) => /^(?:skip_?if|run_?if|skip_?unless)$/i.test(text));
  const condition = split(tokens.slice(at + 2, closing(tokens, at + 1)))[0] ?? [];
  const known = file.before?.outline ? spelled(tokensOf(file.before.text, file.before.outline.language)) : "";
  if (at >= 0 && PLATFORM.test(spelled(condition)) && !/ (?:or|\|\|) /.test(spelled(condition))) return true;
  return at >= 0 && known.includes(`${tokens[at]?.text} ( ${spelled(condition)}`);
}

/** Tests that can only pass, unless they were so on base. */
export function emptyTests({ pairs, fresh }: Pairs): Objection[] {
  const all = [...pairs, ...fresh.map((after) => ({ before: null, after }))];
  return all
    .filter(({ after }) => !after.block.suite && !after.block.modifiers.some((one) => /todo|skip/.test(one)))
    .flatMap(({ before, after }) => {
      const why = emptiness(after);
      const was = before && emptiness(before);
      if (why === null || why.what === was?.what) return [];
      return [
        objected("empty test", after.file, why.line, {
          because: `${nameOf(after)} ${why.what}`,
          remedy: "Assert what the milestone promises, on a value the code under test made",
        }),
      ];
    });
}

type Emptiness = { what: string; line: number };

function emptiness(test: Test): Emptiness | null {
  const { block, claims } = test;
  if (claims.length === 0 && reportsUnread(test)) return null;
  if (block.statements === 0) return { what: "has an empty body", line: block.from };
  if (block.returnsEarly) return { what: "returns before its first assertion", line: block.from };
  if (claims.length === 0 && !isExample(test) && !assertsElsewhere(test))
    return { what: "asserts nothing", line: block.from };
  if (block.floating > 0)
    return { what: `has ${block.floating} assertions nobody waits for`, line: claims[0]?.line ?? block.from };
  const vacuous = claims.find(
    (claim) => claim.strength === 0 || isSettled(test, claim.subject, claim.expected),
  );
  return vacuous ? { what: `asserts what is always so: ${quoted(vacuous.text)}`, line: vacuous.line } : null;
}

/** Go compares what an example prints by itself; benchmarks assert nothing by nature. */
function isExample({ block, language }: Test): boolean {
  return language === "go" && /^(?:Example|Benchmark|Fuzz)/.test(block.title ?? "");
}

/** The subject is a variable to which the test itself gave its expected value. */
function isSettled({ tokens }: Test, subject: string, expected: string | null): boolean {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(subject) || expected === null) return false;
  const places = tokens.flatMap(({ text, kind }, index) =>
    kind === "name" && text === subject ? [index] : [],
  );
  const [first] = places;
  if (first === undefined || places.length !== 2 || !/^:?=$/.test(tokens[first + 1]?.text ?? ""))
    return false;
  const [value, next] = tokens.slice(first + 2, first + 4);
  if (!value || !isConstant([value]) || value.kind === "mark") return false;
  return (next?.kind !== "mark" || next.text === ";") && spelled([value]) === expected;
}

export function swallowedAssertions({ pairs, fresh }: Pairs): Objection[] {
  const all = [...pairs, ...fresh.map((after) => ({ before: null, after }))];
  return all
    .filter(({ before, after }) => after.block.swallows && !before?.block.swallows)
    .map(({ after }) =>
      objected("swallowed assertion", after.file, after.block.from, {
        because: `${nameOf(after)} catches what its assertions throw`,
        remedy: "Let the assertions throw; use the runner's own way to expect an error",
      }),
    );
}

const FILE_SKIPS =
  /\bpytestmark\s*=.*\bskip|allow_module_level|\bcollect_ignore|\bpytest\.importorskip\b|\b(?:self\.skipTest|this\.skip|[tb]\.Skip(?:f|Now)?|pytest\.(?:skip|xfail)|ctx\.skip)\s*\(/;

/** Skips a parser may not tie to one test: of a whole module, or in the middle of a body. */
export function skippingCalls(files: readonly ChangedFile[]): Objection[] {
  return files
    .filter(({ isTest }) => isTest)
    .flatMap((file) => {
      const before = file.before?.outline
        ? codeLines(file.before.text, file.before.outline.language).join("\n")
        : "";
      return addedCode(file)
        .filter(({ text }) => FILE_SKIPS.test(text) && !before.includes(text.trim()))
        .map(({ line, text }) =>
          objected(/xfail/.test(text) ? "expected failure" : "skipped test", file, line, {
            because: `${quoted(text)} was added`,
            remedy: "Run the tests again",
          }),
        );
    });
}
