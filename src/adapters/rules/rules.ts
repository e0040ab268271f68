/** Where rules come from: the folder that ships with Daybreak, and the owner's folder at base. Never a work tree. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { listFiles, readTexts } from "#adapters/git/objects.ts";
import { readRule } from "#adapters/rules/rule-file.ts";
import { type Diagnostic, Failure } from "#core/errors.ts";
import { joinRules, type Rule, type WrittenRule, wrongRule } from "#core/rules.ts";

/** Where an owner keeps rules of the repository's own. Protected like everything below `.github`. */
export const RULES_FOLDER = ".github/daybreak/rules";

/** In the order of their file names. `folder`: `rules/` of the installed Daybreak. @throws Failure UNEXPECTED. */
export async function readShippedRules(folder: string): Promise<Rule[]> {
  const names = (await readdir(folder)).filter(isRuleFile).toSorted();
  return await Promise.all(
    names.map(async (name) => {
      const { rule, diagnostics } = readRule(await readFile(join(folder, name), "utf8"), name);
      if (rule === null)
        throw new Failure("UNEXPECTED", `the rule ${name} that ships cannot be read`, { diagnostics });
      return rule;
    }),
  );
}

/** All rules in force at this tree: those that ship, and the owner's. What is wrong with the owner's is reported at once. */
export async function readRules(
  git: Git,
  tree: string,
  shipped: readonly Rule[],
): Promise<{ rules: Rule[]; diagnostics: Diagnostic[] }> {
  const files = await listFiles(git, tree);
  const paths = files.filter((path) => folderOf(path) === RULES_FOLDER && isRuleFile(path)).toSorted();
  const texts = await readTexts(git, tree, paths);
  const written: WrittenRule[] = [];
  const wrong: Diagnostic[] = [];
  for (const file of paths) {
    const text = texts.get(file);
    const { rule, diagnostics } =
      text === undefined ? { rule: null, diagnostics: [notAFile(file)] } : readRule(text, file);
    if (rule !== null) written.push({ rule, file });
    wrong.push(...diagnostics);
  }
  const tests = await readTexts(git, tree, [
    ...new Set(written.flatMap(({ rule }) => (rule.test === null ? [] : [rule.test.path]))),
  ]);
  const joined = joinRules(shipped, written, ({ path, title }) => tests.get(path)?.includes(title) === true);
  return { rules: joined.rules, diagnostics: [...wrong, ...joined.diagnostics] };
}

function isRuleFile(path: string): boolean {
  return path.endsWith(".md") && !/(^|\/)README\.md$/i.test(path);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function notAFile(file: string): Diagnostic {
  return wrongRule(file, 1, "it is not an ordinary file", "Replace the link by the file itself.");
}
