/** Commands that cannot fail any more, in scripts, recipes and workflows. Reads text alone. Pure. */

import type { ChangedFile } from "#core/court/changed-file.ts";
import type { Objection } from "#core/court/objection.ts";
import { addedLines, objected, quoted } from "#core/court/tampering-text.ts";

/** Where commands stand: in source files `||` is an operator. */
const COMMANDS =
  /(?:^|\/)(?:package\.json|[^/]*akefile|[^/]*ustfile|Dockerfile[^/]*|Taskfile\.ya?ml|[^/]*\.(?:sh|bash|zsh|mk|bat|cmd|ps1|ya?ml|toml|ini|cfg)|\.husky\/[^/]+|scripts\/[^/.]+|bin\/[^/.]+)$/;
const CONFIGURATION = /(?:config|workspace)\.[cm]?[jt]s$|(?:^|\/)\.mocharc|\.jsonc?$|package\.json$/;

/** A command whose failure matters: `rm x || true` is nobody's business. */
const JUDGES =
  /\b(?:tests?|vitest|jest|mocha|pytest|unittest|tox|nox|ava|tape|tap|vet|tsc|eslint|biome|lint|ruff|mypy|flake8|check|coverage|c8|nyc|build|verify|ci|npm t|gotestsum)\b/;
/** Tidying up may fail. */
const TIDIES = /^[\s"'@:-]*(?:rm|mkdir|docker|podman|kill|pkill|cp|mv|git|find|ln|chmod)\b/;
const SHELL: [RegExp, boolean][] = [
  [/\|\|\s*(?:true|:(?=\s|["';)]|$)|exit 0|echo\b|\/bin\/true)/, true],
  [/[;&]\s*(?:exit 0|true)\s*(?:["'`)]|$)/, true],
  [/(?:^|\s)exit 0\s*$/, false],
  [/\btrap\s+["']?exit 0/, false],
  [
    /\bcontinue-on-error\s*:\s*true|\ballow_failure\s*:\s*true|\bignore_(?:errors|outcome)\s*[:=]\s*true/i,
    false,
  ],
  [/\s\|\s*(?:tee|cat|head|tail|grep)\b/, true],
];
const NO_TESTS =
  /--passWithNoTests\b|--pass-with-no-tests\b|\bpassWithNoTests["']?\s*[:=]\s*true|--suppress-no-test-exit-code|--allow-empty-tests?/;

export function forcedSuccess(files: readonly ChangedFile[]): Objection[] {
  return files.flatMap((file) => {
    const lines = addedLines(file).filter(({ text }) => !/^\s*(?:#|\/\/|REM )/.test(text));
    const found = lines.find(({ text }) => isForced(file, text));
    if (!found) return [];
    return [
      objected("forced success", file, found.line, {
        because: `${quoted(found.text)} cannot fail`,
        remedy: "Let the command fail when what it checks fails",
      }),
    ];
  });
}

function isForced({ path, after, before }: ChangedFile, text: string): boolean {
  if (NO_TESTS.test(text)) return COMMANDS.test(path) || CONFIGURATION.test(path);
  if (!COMMANDS.test(path)) return false;
  const whole = after?.text ?? "";
  if (/akefile$|\.mk$/.test(path) && /^\t(?:@?-)\s*\S/.test(text)) return judges(text);
  if (/\bset \+e\b|\bset \+o errexit\b/.test(text)) return !/\$\?/.test(whole);
  const pipes = /pipefail/.test(whole);
  return SHELL.some(([pattern, judged], index) => {
    if (!pattern.test(text) || (judged && !judges(text.slice(0, text.search(pattern) + 1)))) return false;
    if (index === 2)
      return (
        isLast(whole, text) &&
        JUDGES.test(before?.text ?? whole) &&
        /\.sh$|\.bash$|husky|scripts\//.test(path)
      );
    return index !== SHELL.length - 1 || !pipes;
  });
}

/** `exit 0` as the end of a script, not of one branch of it. */
function isLast(whole: string, text: string): boolean {
  return whole.trimEnd().endsWith(text.trim()) && /^\S/.test(text);
}

/** Whether the last command of a line is one whose failure matters. */
function judges(line: string): boolean {
  const command = line.split(/&&|;/).findLast((part) => part.trim() !== "") ?? "";
  return JUDGES.test(command) && !TIDIES.test(command);
}
