/** Tests and set-up that write results, end the process, or replace what judges them. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Call, Outline } from "#core/court/outline.ts";
import { addedCode, addedLines, objected, quoted } from "#core/court/tampering-text.ts";

/** Where a replacement says something: in any file, in tests and their set-up, or in the files that set tests up. */
type Patch = { where: "anywhere" | "tests" | "set-up"; is: RegExp };

/** What replaces an assertion, a runner's function or a runner's own part. */
const PATCHES: readonly Patch[] = [
  {
    where: "anywhere",
    is: /\bAssertion\.prototype\b.*(?<![=!<>])=(?!=)|(?:Object\.(?:definePropert(?:y|ies)|assign|setPrototypeOf)|Reflect\.(?:set|defineProperty)|\b(?:vi|jest)\.spyOn|\bmock\.method|\bsinon\.(?:stub|replace))\(\s*(?:chai\b|assert\b|expect\b|Assertion|should\b)/,
  },
  {
    where: "anywhere",
    is: /\b(?:assert(?:\.strict)?|chai(?:\.assert)?|should|expect)\s*(?:\.\w+|\[[^\]]*\])\s*=(?!=)/,
  },
  { where: "anywhere", is: /\b(?:globalThis|global|window)\.(?:expect|it|test|describe|assert)\s*=(?!=)/ },
  { where: "tests", is: /^\s*(?:expect|assert|it|test)\s*=(?!=)/ },
  {
    where: "tests",
    is: /\bprocess\.exitCode\s*=\s*(?:0|undefined)|\bprocess\.(?:exit|reallyExit)\s*=(?!=)/,
  },
  {
    where: "anywhere",
    is: /\bsetattr\(\s*(?:unittest|TestCase|pytest|builtins|self\.__class__|cls)\b|\b(?:unittest\.)?TestCase\.\w+\s*=(?!=)|\bunittest\.\w+\s*=(?!=)|\bpytest\.(?:fail|raises|exit)\s*=(?!=)|\bbuiltins\.\w+\s*=(?!=)/,
  },
  {
    where: "tests",
    is: /\b(?:session|config)\.(?:exitstatus|testsfailed)\s*=(?!=)|\b(?:rep|report|result|outcome)\.(?:outcome|passed|failed|wasxfail)\s*=(?!=)|\bforce_result\(/,
  },
  {
    where: "tests",
    is: /\bdef\s+pytest_(?:runtest_(?:makereport|call|protocol|logreport)|sessionfinish|pyfunc_call|report_teststatus|terminal_summary|unconfigure|cmdline_main)\b/,
  },
  { where: "set-up", is: /\b(?:_pytest\.|TestReport\b.*=|sys\.modules\[.*\]\s*=)/ },
  {
    where: "tests",
    is: /^\s*\/\/go:linkname\b|\bunsafe\.Pointer\(\s*t\b|reflect\.ValueOf\(\s*(?:t|m)\b/,
  },
];
const REPORTS =
  /--?(?:outputFile|reporter-outfile|junit-?xml|junitfile|test-reporter-destination|outfile)\b|DAYBREAK_REPORT/;
const MATCHERS = /\b(?:toBe|toEqual|toStrictEqual|toThrow|toMatch|toContain|toHaveBeenCalled)\b\s*[:(]/;
const TIDIES =
  /\b(?:rm|rmSync|unlink|unlinkSync|kill|close|remove|rmtree|cleanup|disconnect|stop|terminate|rimraf|restore)\w*\b/i;
const CHILD = /(?:HELPER|CHILD|SUBPROCESS|BE_|CRASH|EXEC_|RUN_)/;
const FIXTURE = /(?:^|\/)(?:fixtures?|testdata|__fixtures__|examples?|bin|cli)(?:\/|\.)/i;
const SET_UP =
  /(?:setup|teardown|conftest|config|reporter|global|hooks?|bootstrap|main_test|register|preload|helpers?|sitecustomize|usercustomize|runner|__init__)/i;

export function forgedReports(files: readonly ChangedFile[]): Objection[] {
  return files.flatMap((file) => {
    const outline = file.after?.outline;
    if (!outline) return [];
    const lines = patched(file, outline).map((line) => ({ ...line, what: "replaces what judges the tests" }));
    const ends = ending(file, outline);
    const writes = reportWriting(file, outline);
    return [...lines, ...ends, ...writes].slice(0, 3).map(({ line, text, what }) =>
      objected("report forged", file, line, {
        because: `${quoted(text)} ${what}`,
        remedy: "Leave results, exit codes and assertions to the runner",
      }),
    );
  });
}

type Seen = { line: number; text: string; what: string };

/** Code that runs in the tests' own process. */
function judgesItself({ path, isTest }: ChangedFile, outline: Outline): boolean {
  if (outline.tests.length > 0 && isTest) return true;
  const file = path.split("/").at(-1) ?? "";
  return (
    !FIXTURE.test(path) && SET_UP.test(file) && (isTest || /conftest|config|setup|customize/i.test(file))
  );
}

function patched(file: ChangedFile, outline: Outline): { line: number; text: string }[] {
  const raw = new Map(addedLines(file).map(({ line, text }) => [line, text]));
  const inTests = judgesItself(file, outline) || file.isTest;
  const counts = ({ where }: Patch) =>
    where === "anywhere" || (inTests && (where === "tests" || /conftest|setup/.test(file.path)));
  const patches = addedCode(file).filter(({ text }) => {
    const patch = PATCHES.find(({ is }) => is.test(text));
    return patch !== undefined && counts(patch);
  });
  const extends_ = outline.calls
    .filter(
      ({ name, line, arguments: given }) =>
        raw.has(line) && name === "expect.extend" && MATCHERS.test(given[0] ?? ""),
    )
    .map(({ line }) => ({ line, text: raw.get(line) ?? "" }));
  const linked = addedLines(file).filter(({ text }) => /^\/\/go:linkname\b/.test(text) && file.isTest);
  return [
    ...patches.map(({ line, text }) => ({ line, text: raw.get(line) ?? text })),
    ...extends_,
    ...linked,
  ];
}

/** Calls that end the process, or that act when it ends. */
function ending(file: ChangedFile, outline: Outline): Seen[] {
  const added = new Map(addedLines(file).map(({ line, text }) => [line, text]));
  const how = judgesItself(file, outline) ? howItEnds : turnsGreen;
  return outline.calls
    .filter((call) => added.has(call.line))
    .flatMap((call) => {
      const what = how(call, file, outline);
      return what === null ? [] : [{ line: call.line, text: added.get(call.line) ?? call.name, what }];
    });
}

function howItEnds(call: Call, file: ChangedFile, outline: Outline): string | null {
  const { name, arguments: given } = call;
  const first = (given[0] ?? "").trim();
  if (name === "os.Exit" ? exitsGreen(call, file, outline) : ENDS.test(name) && endsGreen(name, first))
    return "ends the process before the runner can judge";
  return isExitHook(call) && !tidies(given.join(",").replace(/^\s*["'](?:beforeE|e)xit["']\s*,/, ""))
    ? "acts when the process ends, after the tests"
    : null;
}

function isExitHook({ name, arguments: [first = ""] }: Call): boolean {
  const listens = /^process\.(?:on|once|prependListener|addListener)$/.test(name);
  return (listens && /["'](?:exit|beforeExit)["']/.test(first)) || /^atexit(?:\.register)?$/.test(name);
}

/** A program may tidy up when it ends; one that then says that all went well speaks for its tests as well. */
function turnsGreen(call: Call): string | null {
  const green =
    /\bexitCode\s*=\s*(?:0|undefined)\b|\b(?:exit|reallyExit)\(\s*0?\s*\)|\b_exit\b(?:\(\s*0|\s*,\s*0)/;
  return isExitHook(call) && green.test(call.arguments.join(", "))
    ? "makes the process end well, whatever its tests say"
    : null;
}

const ENDS = /^(?:process\.(?:exit|reallyExit|abort)|sys\.exit|os\._exit|exit|quit|pytest\.exit)$/;

function endsGreen(name: string, first: string): boolean {
  return name === "os._exit" || /^(?:|0|None|undefined|.*returncode=0)$/.test(first);
}

/** Go's own tests start themselves again as a child, which may end as it likes. */
function exitsGreen({ line, arguments: given }: Call, { after }: ChangedFile, outline: Outline): boolean {
  const around = outline.functions.find(({ from, to }) => from <= line && line <= to);
  const lines = after?.text.split("\n").slice((around?.from ?? line) - 1, around?.to ?? line);
  const body = lines?.join("\n") ?? "";
  return given[0]?.trim() === "0" && !(CHILD.test(body) && /Getenv/.test(body));
}

function tidies(what: string): boolean {
  return TIDIES.test(what) && !/exit|write|exitCode|outputFile|argv/i.test(what.replace(/^[^=]*=>/, ""));
}

/** The place of the runner's report is looked up. */
function reportWriting(file: ChangedFile, outline: Outline): Seen[] {
  const known = file.before?.text ?? "";
  const writes = /\b(?:write\w*|open|WriteFile|dump)\s*\(/.test(file.after?.text ?? "");
  const argv = /\bprocess\.argv\b|\bsys\.argv\b|\bos\.Args\b/.test(file.after?.text ?? "");
  return addedLines(file)
    .filter(({ text }) => REPORTS.test(text) && !REPORTS.test(known))
    .filter(
      ({ line, text }) =>
        !outline.comments.some(
          (comment) => comment.line === line && comment.text.length > text.trim().length - 2,
        ),
    )
    .filter(({ text }) => /DAYBREAK_REPORT/.test(text) || (argv && writes))
    .map(({ line, text }) => ({ line, text, what: "looks for the runner's report" }));
}
