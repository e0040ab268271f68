/** Reads JUnit XML as vitest, node:test, mocha, pytest and others write it. Knows no entity but XML's own. */

import { DOMParser, type Element, onErrorStopParsing } from "@xmldom/xmldom";
import { type Crash, crashesIn, readUnloaded } from "#adapters/reports/crashes.ts";
import { fileWithin, resultOf } from "#adapters/reports/result.ts";
import type { TestResult } from "#core/court/results.ts";

/** No report nests its suites deeper. */
const DEEPEST = 200;

/** What XML cannot hold: some reporters write it nevertheless. */
const UNPRINTABLE = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu;

/** A comment ends at its first end: were there other ways to read it, many comments would be read in all of them. */
const BEGINS = /^(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<testsuites?[\s/>]/;

/** Null: no JUnit report. A document that declares a type is none: entities are only good for bombs. */
export function readJUnit(report: string, output: string, directory: string): TestResult[] | null {
  const text = report.replace(UNPRINTABLE, "\ufffd").trim();
  if (!BEGINS.test(text)) return null;
  const parser = new DOMParser({ onError: onErrorStopParsing });
  const root = parser.parseFromString(text, "text/xml").documentElement;
  if (root === null) return null;
  let crashes: Crash[] | null = null;
  const why = (file: string | null): string | undefined => {
    crashes ??= crashesIn(output, directory);
    return crashes.find((crash) => crash.file === file)?.said;
  };
  const results = casesIn(root, []).map((one) => resultOfCase(one, directory, why));
  const files = new Set(results.map(({ file }) => file));
  // mocha leaves no report at all of what it cannot load.
  const unloaded = /^\s*Exception during run:/m.test(output) ? (readUnloaded(output, directory) ?? []) : [];
  return [...results, ...unloaded.filter(({ file }) => !files.has(file))];
}

type Case = { element: Element; suites: readonly Element[] };

function casesIn(element: Element, suites: readonly Element[]): Case[] {
  if (suites.length > DEEPEST) throw new Error("the suites of the report nest too deep");
  const within = element.tagName === "testsuite" ? [...suites, element] : suites;
  return childrenOf(element).flatMap((child) => {
    if (child.tagName === "testcase") return [{ element: child, suites: within }];
    return child.tagName === "testsuite" || child.tagName === "testsuites" ? casesIn(child, within) : [];
  });
}

function childrenOf(element: Element): Element[] {
  const children: Element[] = [];
  for (let child = element.firstChild; child !== null; child = child.nextSibling)
    if (child.nodeType === 1) children.push(child as Element);
  return children;
}

/** Empty where there is none. Node writes its quotes escaped twice. */
function attribute(element: Element | undefined, name: string): string {
  return (element?.getAttribute(name) ?? "").replaceAll("&quot;", '"');
}

type Why = (file: string | null) => string | undefined;

function resultOfCase({ element, suites }: Case, directory: string, why: Why): TestResult {
  const name = attribute(element, "name");
  const group = attribute(element, "classname");
  const suite = suites.at(-1);
  const isSuiteOfFile =
    group !== "" && group === attribute(suite, "name") && !suite?.hasAttribute("disabled");
  const named = attribute(element, "file") || attribute(suite, "file") || (isSuiteOfFile ? group : null);
  const file = fileWithin(directory, named);
  const children = childrenOf(element);
  const bad = children.find(({ tagName }) => tagName === "failure" || tagName === "error");
  const titles = titlesOf({ group, suites, file, isFile: isSuiteOfFile });
  const test = { file, name: [...titles, name].join(" > ") };
  if (bad === undefined) {
    const skipped = children.find(({ tagName }) => tagName === "skipped");
    return skipped ? resultOf(test, "skipped", saidBy(skipped)) : resultOf(test, "passed");
  }
  if (!isAboutFile({ element, name, group, file, bad })) return resultOf(test, "failed", saidBy(bad));
  const said = why(file) ?? saidBy(bad);
  const outcome = /^AssertionError\b/.test(said) ? "failed" : "error";
  return resultOf({ file, name: file ?? name }, outcome, said);
}

/** vitest, node:test, pytest and our unittest report a file that did not load as a test of its name. */
function isAboutFile(of: {
  element: Element;
  name: string;
  group: string;
  file: string | null;
  bad: Element;
}): boolean {
  const { name, group, file, bad } = of;
  if (bad.tagName === "error") return group === "" || attribute(bad, "message") === "collection failure";
  if (file === null || (file !== name && !file.endsWith(`/${name}`))) return false;
  return group === name || group === "test";
}

function titlesOf(of: {
  group: string;
  suites: readonly Element[];
  file: string | null;
  isFile: boolean;
}): string[] {
  const { group, suites, file, isFile } = of;
  // node:test nests its suites, and repeats their names as the group.
  if (suites.some((suite) => suite.hasAttribute("disabled")))
    return suites.map((suite) => attribute(suite, "name"));
  if (isFile || group === "" || group === file || (group === "test" && suites.length === 0)) return [];
  const module = file?.endsWith(".py") ? file.slice(0, -3).replaceAll("/", ".") : null;
  if (module === null) return [group];
  // Where tests are packages of their own, the folders above are no part of the module's name.
  const tail = [module, ...module.split(".").map((_part, at, parts) => parts.slice(at).join("."))];
  const known = tail.find((one) => group === one || group.startsWith(`${one}.`));
  const classes = known === undefined ? group : group.slice(known.length + 1);
  return classes === "" ? [] : classes.split(".");
}

/** Attributes that say less than the text below them. */
const EMPTY_WORDS = /^(?:|collection failure|test failed|true)$/;

function saidBy(element: Element): string {
  const message = attribute(element, "message");
  return EMPTY_WORDS.test(message) ? (element.textContent ?? "") : message;
}
