/** Tests that replace what they are meant to test. Mocks of collaborators are none of its business. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import type { Call, Outline } from "#core/court/outline.ts";
import { addedCode, codeLines, objected, quoted } from "#core/court/tampering-text.ts";

const MOCKS =
  /^(?:vi|jest)\.(?:mock|doMock|unstable_mockModule|setMock)$|^(?:mock|t|td|quibble)\.(?:module|replace|replaceEsm|mock|mockRequire)$|^(?:proxyquire|mockRequire|rewiremock|quibble)$/;
const REPLACES = /^(?:vi|jest)\.spyOn$|^sinon\.(?:stub|replace)$|^(?:t\.)?mock\.method$|^td\.replace$/;
const PATCHES = /(?:^|\.)(?:patch|patch\.object|setattr|monkeypatch\.setattr)$/;
const SUPPORT =
  /(?:^|\/)(?:tests?|__tests__|fixtures?|helpers?|mocks?|__mocks__|support|setup|test-utils?)(?:\/|\.|$)/i;

export function mockedSubjects(files: readonly ChangedFile[]): Objection[] {
  const sources = files.filter(({ isTest, after }) => !isTest && after?.outline);
  return files
    .filter(({ isTest, after }) => isTest && after?.outline)
    .flatMap((file) => {
      const outline = file.after?.outline;
      if (!outline) return [];
      const known = new Set(file.before?.outline?.calls.map(sayCall));
      const calls = outline.calls.filter((call) => !known.has(sayCall(call)));
      const found = calls.filter((call) => mocksSubject(file, call) || replacesSubject(file, call, sources));
      return [
        ...found.map((call) => mocked(file, call)),
        ...assigned(file, sources),
        ...rewritten(file, outline, sources),
      ];
    });
}

function sayCall({ name, arguments: given }: Call): string {
  return `${name}(${given[0] ?? ""}`;
}

function mocked(file: ChangedFile, call: Call): Objection {
  return objected("subject mocked", file, call.line, {
    because: `${quoted(`${call.name}(${call.arguments[0] ?? ""}…)`)} replaces what the test is about`,
    remedy: "Test the real module; mock only what it talks to",
  });
}

/** A module is the subject when the test is named after it, or asks nothing else of the project. */
function mocksSubject(file: ChangedFile, call: Call): boolean {
  if (!MOCKS.test(call.name)) return false;
  const target = moduleOf(file.path, call.arguments[0] ?? "");
  if (
    target === null ||
    /\b(?:importActual|importOriginal|requireActual|callThru)\b/.test(call.arguments[1] ?? "")
  )
    return false;
  // It replaces what the module it names brings in, and not that module.
  if (call.name === "proxyquire") return false;
  const imports = (file.after?.outline?.imports ?? []).flatMap(
    ({ module }) => moduleOf(file.path, module) ?? [],
  );
  const asksOnlyIt = imports.every((one) => one === target || SUPPORT.test(one));
  return asksOnlyIt || named(file.path) === named(target);
}

/** `vi.spyOn(calc, "add").mockReturnValue(5)`, `mock.patch("calc.add")`: a changed function that the test then asserts on. */
function replacesSubject(file: ChangedFile, call: Call, sources: readonly ChangedFile[]): boolean {
  const patches = PATCHES.test(call.name);
  if (!patches && !REPLACES.test(call.name)) return false;
  const said = unquoted(call.arguments[0] ?? "");
  const dotted = patches && /^["']/.test(call.arguments[0] ?? "");
  const name = dotted ? (said.split(".").at(-1) ?? "") : unquoted(call.arguments[1] ?? "");
  const owner = (dotted ? said.split(".").at(-2) : said.split(".").at(-1)) ?? "";
  const subject = sources.some(
    ({ path, after }) =>
      (!patches || named(path) === owner || !/^[\w.]+$/.test(owner)) &&
      after?.outline?.functions.some((one) => one.name === name),
  );
  if (!subject || name === "") return false;
  const answers =
    patches ||
    /mock(?:Return|Implementation|Resolved|Rejected)|\.(?:returns|resolves|callsFake)|,/.test(
      lineOf(file, call.line),
    );
  return answers && asserts(file, name);
}

const ASSIGNS =
  /^\s*[\w$.]+\.([\p{L}_$][\p{L}\p{N}_$]*)\s*=\s*(?:async\b|function\b|lambda\b|\(?[\w\s,={}$]*\)?\s*=>)/u;

/** `rules.discounted = () => 5`: a changed function is another one before the test asserts on it. */
function assigned(file: ChangedFile, sources: readonly ChangedFile[]): Objection[] {
  const names = new Set(
    sources.flatMap(({ after }) => after?.outline?.functions.flatMap(({ name }) => name ?? []) ?? []),
  );
  return addedCode(file)
    .filter(({ text }) => {
      const name = ASSIGNS.exec(text)?.[1] ?? "";
      return names.has(name) && asserts(file, name);
    })
    .slice(0, 1)
    .map(({ line, text }) =>
      objected("subject mocked", file, line, {
        because: `${quoted(text)} replaces what the test is about`,
        remedy: "Test the real function; replace only what it talks to",
      }),
    );
}

/** The test brings its own function of the subject's name, and nothing of the project. */
function rewritten(file: ChangedFile, outline: Outline, sources: readonly ChangedFile[]): Objection[] {
  if (outline.language === "go" || (file.before?.outline?.tests.length ?? 0) > 0) return [];
  const local = outline.imports.some(
    ({ module }) => moduleOf(file.path, module) !== null || isOwn(module, sources),
  );
  const outside = /subprocess|child_process|http|execa|importlib|node:worker/;
  if (
    local ||
    outline.imports.some(({ module }) => outside.test(module)) ||
    outline.calls.some(({ name }) => /^(?:require|import)$/.test(name))
  )
    return [];
  const names = new Set(
    sources.flatMap(({ after }) => after?.outline?.functions.flatMap(({ name }) => name ?? []) ?? []),
  );
  return outline.functions
    .filter(({ name }) => name !== null && names.has(name) && asserts(file, name))
    .slice(0, 1)
    .map(({ name, from }) =>
      objected("subject mocked", file, from, {
        because: `the test defines its own ${quoted(`${name}`)} and never imports the one it is about`,
        remedy: "Import the real function and test that",
      }),
    );
}

function isOwn(module: string, sources: readonly ChangedFile[]): boolean {
  const last = module.split(/[./]/).filter(Boolean);
  return sources.some(
    ({ path }) => last.includes(named(path)) || last.some((part) => path.split("/").includes(part)),
  );
}

function asserts(file: ChangedFile, name: string): boolean {
  const called = new RegExp(`\\b${name.replace(/[^\w]/g, "")}\\s*\\(`);
  return (file.after?.outline?.tests ?? []).some(
    ({ body, assertions }) => assertions.length > 0 && called.test(body),
  );
}

function lineOf({ after }: ChangedFile, line: number): string {
  const language = after?.outline?.language;
  if (!after || !language) return "";
  return codeLines(after.text, language)
    .slice(line - 1, line + 1)
    .join(" ");
}

function unquoted(text: string): string {
  return text.replace(/^\s*["'`]|["'`]\s*$/g, "");
}

/** A relative module as a path from the root, without its ending; null for packages. */
function moduleOf(from: string, said: string): string | null {
  const module = unquoted(said.replace(/^import\(|\)$/g, ""));
  if (/^[#@~]\//.test(module)) return bare(module.slice(2));
  if (!module.startsWith(".") || !/^\.\.?\//.test(module)) return /^\.\.?$/.test(module) ? `${module}` : null;
  const parts = from.split("/").slice(0, -1);
  for (const part of module.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return bare(parts.join("/"));
}

function bare(path: string): string {
  return path.replace(/\.(?:[cm]?[jt]sx?|py|go)$/, "").replace(/\/(?:index|__init__)$/, "");
}

/** What a file is about, by its name. */
function named(path: string): string {
  const file = bare(path).split("/").at(-1) ?? "";
  return file.replace(/[._-](?:test|spec)s?$|^test_/g, "");
}
